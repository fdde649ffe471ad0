//! Selects: exactly one case, one moment, nothing left behind.
#![cfg(loom)]

#[path = "loom/mod.rs"]
mod model;

use hchan_core::Event::{Ready, Received, Sent};
use hchan_core::mutant::Mutant;
use hchan_core::{Case, Channel, Flavor, Order, TrySendError, try_select};
use loom::thread;
use model::{Pending, check, finds};
use std::sync::Arc;

fn open(flavor: Flavor, capacity: usize) -> Arc<Channel<u32>> {
    Channel::new(flavor, Some(capacity))
}

/// Two senders, a select that receives from either: it gets one message, and the other one stays.
fn one_case_of_two(first: Flavor, second: Flavor) {
    let (a, b) = (open(first, 1), open(second, 1));
    let sender = b.clone();
    let sending = thread::spawn(move || sender.try_send(2).unwrap());
    let select = Pending::new(vec![Case::Recv(a.clone()), Case::Recv(b.clone())]);
    a.try_send(1).unwrap();
    sending.join().unwrap();
    let outcome = select.outcome().expect("two messages were sent");
    let left = [a.try_recv().ok(), b.try_recv().ok()];
    match outcome.event {
        Received(1) => assert_eq!((outcome.case, left), (0, [None, Some(2)])),
        Received(2) => assert_eq!((outcome.case, left), (1, [Some(1), None])),
        other => panic!("{other:?}"),
    }
}

/// Two selects, each sending and receiving on one rendezvous, pair with each other.
fn two_selects_pair() {
    let channel = open(Flavor::Mutex, 0);
    let cases = |channel: &Arc<Channel<u32>>, n| {
        vec![Case::Send(channel.clone(), n), Case::Recv(channel.clone())]
    };
    let other = channel.clone();
    let selecting = thread::spawn(move || Pending::new(cases(&other, 2)));
    let mine = Pending::new(cases(&channel, 1));
    let theirs = selecting.join().unwrap();
    let events = [mine, theirs].map(|select| select.outcome().map(|outcome| outcome.event));
    assert!(
        matches!(
            events,
            [Some(Sent), Some(Received(1))] | [Some(Received(2)), Some(Sent)]
        ),
        "{events:?}"
    );
}

/// Crossed selects over two rendezvous: no deadlock, and what one sent the other received.
fn crossed_selects() {
    let (a, b) = (open(Flavor::Mutex, 0), open(Flavor::Mutex, 0));
    let (c, d) = (a.clone(), b.clone());
    let selecting =
        thread::spawn(move || Pending::new(vec![Case::Send(d.clone(), 2), Case::Recv(c.clone())]));
    let mine = Pending::new(vec![Case::Send(a.clone(), 1), Case::Recv(b.clone())]);
    let theirs = selecting.join().unwrap();
    let events = [mine, theirs].map(|select| select.outcome().map(|outcome| outcome.event));
    assert!(
        matches!(
            events,
            [Some(Sent), Some(Received(1))] | [Some(Received(2)), Some(Sent)]
        ),
        "{events:?}"
    );
}

/// A message moves from the second channel to the first, so that one of them always has it: a scan that looks at the
/// first before and at the second after must notice.
fn one_moment(first: Flavor, second: Flavor) {
    let (a, b) = (open(first, 1), open(second, 1));
    b.try_send(1).unwrap();
    let (to, from) = (a.clone(), b.clone());
    let moving = thread::spawn(move || {
        to.try_send(1).unwrap();
        from.try_recv().unwrap();
    });
    let cases = vec![Case::WatchRecv(a.clone()), Case::WatchRecv(b.clone())];
    assert!(matches!(try_select(cases, Order::Biased), Ok(outcome) if outcome.event == Ready));
    moving.join().unwrap();
}

/// As above, with a channel that closes: it is ready for ever, and was ready before.
fn one_moment_against_close(flavor: Flavor) {
    let (a, b) = (open(flavor, 1), open(flavor, 1));
    b.try_send(1).unwrap();
    let (closing, from) = (a.clone(), b.clone());
    let ending = thread::spawn(move || {
        closing.close().unwrap();
        from.try_recv().unwrap();
    });
    let cases = vec![Case::WatchRecv(a.clone()), Case::WatchRecv(b.clone())];
    assert!(try_select(cases, Order::Biased).is_ok());
    ending.join().unwrap();
}

/// The first channel gets a message and then the second one does, or closes: who prefers the first never sees that before.
fn first_of_two(
    first: Flavor,
    second: Flavor,
    closes: bool,
) -> (Vec<Case<u32>>, thread::JoinHandle<()>) {
    let (a, b) = (open(first, 1), open(second, 1));
    let cases = vec![Case::Recv(a.clone()), Case::Recv(b.clone())];
    let sending = thread::spawn(move || {
        a.try_send(1).unwrap();
        if closes {
            b.close().unwrap();
        } else {
            b.try_send(2).unwrap();
        }
    });
    (cases, sending)
}

fn biased_try(first: Flavor, second: Flavor, closes: bool) {
    let (cases, sending) = first_of_two(first, second, closes);
    if let Ok(outcome) = try_select(cases, Order::Biased) {
        assert_eq!(outcome.event, Received(1));
    }
    sending.join().unwrap();
}

fn biased_park(first: Flavor, second: Flavor, closes: bool) {
    let (cases, sending) = first_of_two(first, second, closes);
    let select = Pending::new(cases);
    sending.join().unwrap();
    let outcome = select.outcome().expect("a message was sent");
    assert_eq!(outcome.event, Received(1));
}

/// A select loses a case; the next waiter on that channel is served.
fn loser_is_passed_over(flavor: Flavor) {
    let (a, b) = (open(flavor, 1), open(flavor, 1));
    let select = Pending::new(vec![Case::Recv(a.clone()), Case::Recv(b.clone())]);
    let behind = Pending::recv(&a);
    let sender = b.clone();
    let sending = thread::spawn(move || sender.try_send(2).unwrap());
    a.try_send(1).unwrap();
    sending.join().unwrap();
    let select = select.outcome().expect("it was first").event;
    let behind = behind.outcome().map(|outcome| outcome.event);
    match select {
        Received(1) => assert_eq!((behind, b.try_recv()), (None, Ok(2))),
        Received(2) => assert_eq!(behind, Some(Received(1))),
        other => panic!("{other:?}"),
    }
}

/// A select has one case; the others leave no trace.
fn loser_leaves(flavor: Flavor) {
    let (a, b) = (open(flavor, 1), open(flavor, 1));
    let sender = b.clone();
    let sending = thread::spawn(move || sender.try_send(2).unwrap());
    let select = Pending::new(vec![Case::Recv(a.clone()), Case::Recv(b.clone())]);
    sending.join().unwrap();
    assert_eq!(
        select.outcome().map(|outcome| outcome.event),
        Some(Received(2))
    );
    a.try_send(1).unwrap();
    assert_eq!(a.try_recv(), Ok(1));
}

/// A watcher is told, whatever comes in between; it takes nothing.
fn watcher_is_told(flavor: Flavor) {
    let channel = open(flavor, 1);
    let sender = channel.clone();
    let sending = thread::spawn(move || sender.try_send(1).unwrap());
    let watch = Pending::new(vec![Case::WatchRecv(channel.clone())]);
    sending.join().unwrap();
    assert_eq!(watch.outcome().map(|outcome| outcome.event), Some(Ready));
    assert_eq!(channel.try_recv(), Ok(1));
}

/// A send is withdrawn while a select could take it: never both.
fn cancel_against_select(flavor: Flavor, capacity: usize) {
    let (a, b) = (open(flavor, capacity), open(flavor, capacity));
    for channel in [&a, &b] {
        while !matches!(channel.try_send(0), Err(TrySendError::Full(_))) {}
    }
    let sending = Pending::new(vec![Case::Send(a.clone(), 1), Case::Send(b.clone(), 1)]);
    let receiver = b.clone();
    let receiving = thread::spawn(move || {
        let mut got = Vec::new();
        let _ = receiver.try_recv_many(9, &mut |n| got.push(n));
        got
    });
    let sent = sending.cancel().is_some();
    let mut got = receiving.join().unwrap();
    got.extend(b.try_recv().ok());
    assert_eq!(got.contains(&1), sent);
}

#[test]
fn exactly_one_case_happens() {
    check(3, || one_case_of_two(Flavor::Mutex, Flavor::Mutex));
    check(3, || one_case_of_two(Flavor::Crossbeam, Flavor::Kanal));
    check(3, || one_case_of_two(Flavor::Mutex, Flavor::Crossbeam));
    finds(Mutant::CommitTwice, 2, || {
        one_case_of_two(Flavor::Mutex, Flavor::Mutex);
    });
    finds(Mutant::CommitTwice, 2, || {
        one_case_of_two(Flavor::Mutex, Flavor::Crossbeam);
    });
}

#[test]
fn selects_pair_with_each_other() {
    check(4, two_selects_pair);
    check(4, crossed_selects);
}

#[test]
fn a_try_select_sees_one_moment() {
    check(4, || one_moment(Flavor::Crossbeam, Flavor::Crossbeam));
    check(4, || one_moment(Flavor::Crossbeam, Flavor::Mutex));
    check(4, || one_moment(Flavor::Mutex, Flavor::Mutex));
    check(4, || one_moment_against_close(Flavor::Crossbeam));
    let gated = || one_moment(Flavor::Crossbeam, Flavor::Crossbeam);
    finds(Mutant::SelectWithoutSecondLook, 3, gated);
    finds(Mutant::SelectWithoutSecondLook, 3, || {
        one_moment_against_close(Flavor::Crossbeam);
    });
}

#[test]
fn a_biased_select_takes_the_first() {
    use Flavor::{Crossbeam, Mutex};
    for closes in [false, true] {
        for (first, second) in [
            (Crossbeam, Crossbeam),
            (Crossbeam, Mutex),
            (Mutex, Crossbeam),
            (Mutex, Mutex),
        ] {
            check(3, move || biased_try(first, second, closes));
            check(3, move || biased_park(first, second, closes));
        }
        finds(Mutant::BiasedWithoutSecondLook, 2, move || {
            biased_try(Crossbeam, Crossbeam, closes);
        });
        for second in [Crossbeam, Mutex] {
            finds(Mutant::BiasedWithoutSecondLook, 2, move || {
                biased_park(Crossbeam, second, closes);
            });
        }
    }
}

#[test]
fn a_losing_case_is_passed_over() {
    check(3, || loser_is_passed_over(Flavor::Crossbeam));
    check(3, || loser_is_passed_over(Flavor::Mutex));
    finds(Mutant::NoPassOn, 2, || {
        loser_is_passed_over(Flavor::Crossbeam);
    });
    finds(Mutant::NoPassOn, 2, || loser_is_passed_over(Flavor::Mutex));
}

#[test]
fn a_losing_case_leaves() {
    for flavor in [Flavor::Crossbeam, Flavor::Mutex] {
        check(4, move || loser_leaves(flavor));
        finds(Mutant::LosersStay, 3, move || loser_leaves(flavor));
    }
}

#[test]
fn a_watcher_is_always_told() {
    check(4, || watcher_is_told(Flavor::Crossbeam));
    check(4, || watcher_is_told(Flavor::Mutex));
    finds(Mutant::PutWithoutFence, 3, || {
        watcher_is_told(Flavor::Crossbeam);
    });
}

#[test]
fn a_withdrawn_select_sends_nothing() {
    check(3, || cancel_against_select(Flavor::Crossbeam, 1));
    check(3, || cancel_against_select(Flavor::Mutex, 1));
    check(3, || cancel_against_select(Flavor::Mutex, 0));
}
