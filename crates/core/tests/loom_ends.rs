//! How channels and threads end: close against everything, abandon, disconnect.
#![cfg(loom)]

#[path = "loom/mod.rs"]
mod model;

use hchan_core::Event::{Received, RecvClosed, SendClosed, SendDisconnected, Sent};
use hchan_core::mutant::Mutant;
use hchan_core::{Channel, Direction, Flavor, Registry, TryRecvError, TrySendError, abandon};
use loom::thread;
use model::{Pending, check, finds};
use std::sync::Arc;

fn open(flavor: Flavor, capacity: usize) -> Arc<Channel<u32>> {
    Channel::new(flavor, Some(capacity))
}

/// A send and a close race while a receiver waits: the value is received or comes back, and then the end is seen.
fn close_against_send(flavor: Flavor, capacity: usize) {
    let channel = open(flavor, capacity);
    let (first, second) = (Pending::recv(&channel), Pending::recv(&channel));
    let sender = channel.clone();
    let sending = thread::spawn(move || sender.try_send(1));
    channel.close().unwrap();
    let sent = sending.join().unwrap();
    let expected = match sent {
        Ok(()) => [Some(Received(1)), Some(RecvClosed)],
        Err(TrySendError::Closed(1)) => [Some(RecvClosed), Some(RecvClosed)],
        other => panic!("{other:?}"),
    };
    assert_eq!(
        [first, second].map(|waiting| waiting.outcome().map(|outcome| outcome.event)),
        expected
    );
    assert_eq!(channel.try_recv(), Err(TryRecvError::Closed));
}

/// A receive and a close race while a sender waits: never both received and given back, never neither.
fn close_against_recv(flavor: Flavor) {
    let channel = open(flavor, 1);
    channel.try_send(1).unwrap();
    let waiting = Pending::send(&channel, 2);
    let receiver = channel.clone();
    let receiving = thread::spawn(move || receiver.try_recv());
    channel.close().unwrap();
    assert_eq!(receiving.join().unwrap(), Ok(1));
    match waiting.outcome().map(|outcome| outcome.event) {
        Some(Sent) => assert_eq!(channel.try_recv(), Ok(2)),
        Some(SendClosed(2)) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(channel.try_recv(), Err(TryRecvError::Closed));
}

/// A receiver parks while the channel closes.
fn close_against_park(flavor: Flavor) {
    let channel = open(flavor, 1);
    let closer = channel.clone();
    let closing = thread::spawn(move || closer.close().unwrap());
    let receive = Pending::recv(&channel);
    closing.join().unwrap();
    assert_eq!(
        receive.outcome().map(|outcome| outcome.event),
        Some(RecvClosed)
    );
}

/// A sender parks while the last receiver leaves.
fn disconnect_against_park(flavor: Flavor) {
    let channel = open(flavor, 1);
    channel.try_send(1).unwrap();
    let leaver = channel.clone();
    let leaving = thread::spawn(move || leaver.disconnect());
    let send = Pending::send(&channel, 2);
    leaving.join().unwrap();
    assert_eq!(
        send.outcome().map(|outcome| outcome.event),
        Some(SendDisconnected(2))
    );
}

/// A thread dies with a receive that a sender may have completed; another thread waits behind it and gets the message.
fn death_against_send(flavor: Flavor, capacity: usize) {
    let channel = open(flavor, capacity);
    let Pending::Parked(dying, _) = Pending::recv(&channel) else {
        panic!("nothing was sent")
    };
    let other = Pending::recv(&channel);
    let sender = channel.clone();
    let sending = thread::spawn(move || sender.try_send(1).unwrap());
    abandon(vec![dying]);
    sending.join().unwrap();
    assert_eq!(
        other.outcome().map(|outcome| outcome.event),
        Some(Received(1))
    );
}

/// Two messages were received by a thread that dies as a third arrives: they come back in front of it.
fn death_keeps_order(flavor: Flavor) {
    let channel = open(flavor, 3);
    let ops: Vec<_> = (0..2)
        .map(|_| match Pending::recv(&channel) {
            Pending::Parked(op, _) => op,
            Pending::Done(_) => panic!("nothing was sent"),
        })
        .collect();
    channel.try_send(1).unwrap();
    channel.try_send(2).unwrap();
    let sender = channel.clone();
    let sending = thread::spawn(move || sender.try_send(3).unwrap());
    abandon(ops);
    sending.join().unwrap();
    for n in 1..=3 {
        assert_eq!(channel.try_recv(), Ok(n));
    }
}

/// A message is put back while a receiver parks.
fn unrecv_against_park(flavor: Flavor) {
    let channel = open(flavor, 1);
    let giver = channel.clone();
    let giving = thread::spawn(move || giver.unrecv(1));
    let receive = Pending::recv(&channel);
    giving.join().unwrap();
    assert_eq!(
        receive.outcome().map(|outcome| outcome.event),
        Some(Received(1))
    );
}

/// A message is put back while others are taken: everybody who has an item finds a message.
fn unrecv_against_recv() {
    let channel = open(Flavor::Kanal, 2);
    channel.try_send(2).unwrap();
    let (giver, taker) = (channel.clone(), channel.clone());
    let giving = thread::spawn(move || giver.unrecv(1));
    let taking = thread::spawn(move || taker.try_recv().ok());
    let mine = channel.try_recv().ok();
    giving.join().unwrap();
    let theirs = taking.join().unwrap();
    let mut all: Vec<_> = [mine, theirs].into_iter().flatten().collect();
    all.extend(std::iter::from_fn(|| channel.try_recv().ok()));
    all.sort_unstable();
    assert_eq!(all, [1, 2]);
}

#[test]
fn close_against_send_gated() {
    check(3, || close_against_send(Flavor::Crossbeam, 1));
    finds(Mutant::CloseForgetsReceivers, 2, || {
        close_against_send(Flavor::Crossbeam, 1);
    });
    finds(Mutant::LastItemForgetsClosed, 2, || {
        close_against_send(Flavor::Crossbeam, 1);
    });
}

#[test]
fn close_against_send_mutex() {
    check(4, || close_against_send(Flavor::Mutex, 0));
    check(4, || close_against_send(Flavor::Mutex, 1));
    finds(Mutant::CloseForgetsReceivers, 2, || {
        close_against_send(Flavor::Mutex, 0);
    });
}

#[test]
fn close_against_recv_on_every_flavor() {
    check(4, || close_against_recv(Flavor::Crossbeam));
    check(4, || close_against_recv(Flavor::Mutex));
}

#[test]
fn close_against_park_on_every_flavor() {
    check(4, || close_against_park(Flavor::Crossbeam));
    check(4, || close_against_park(Flavor::Mutex));
    finds(Mutant::ParkWithoutLook, 3, || {
        close_against_park(Flavor::Crossbeam);
    });
}

#[test]
fn disconnect_against_park_on_every_flavor() {
    check(4, || disconnect_against_park(Flavor::Crossbeam));
    check(4, || disconnect_against_park(Flavor::Mutex));
}

#[test]
fn a_dying_thread_loses_no_message() {
    check(3, || death_against_send(Flavor::Crossbeam, 1));
    check(4, || death_against_send(Flavor::Mutex, 0));
    for flavor in [Flavor::Crossbeam, Flavor::Mutex] {
        finds(Mutant::AbandonDrops, 2, move || {
            death_against_send(flavor, 1);
        });
        finds(Mutant::AbandonDoesNotMatch, 2, move || {
            death_against_send(flavor, 1);
        });
    }
}

#[test]
fn a_dying_thread_keeps_the_order() {
    check(3, || death_keeps_order(Flavor::Crossbeam));
    check(3, || death_keeps_order(Flavor::Mutex));
}

#[test]
fn what_is_put_back_is_received() {
    check(4, || unrecv_against_park(Flavor::Crossbeam));
    check(4, || unrecv_against_park(Flavor::Mutex));
    check(3, unrecv_against_recv);
}

/// The last sender goes while somebody attaches another one by a grant that was used before: there is one more sender, and the
/// channel is open, or there is none any more, and so no handle.
fn attach_against_last_sender() {
    let registry: Registry<u32> = Registry::new(|| 7);
    let receiver = registry.open(Flavor::Mutex, Some(1));
    let sender = receiver.clone_as(Direction::Send).unwrap();
    let receiver = {
        let both = receiver;
        both.clone_as(Direction::Recv).unwrap()
    };
    let grant = registry.share(&sender);
    drop(registry.attach(grant.id, grant.key, grant.grant, grant.direction));
    let leaving = thread::spawn(move || drop(sender));
    let late = registry.attach(grant.id, grant.key, grant.grant, grant.direction);
    if let Some(late) = &late {
        assert_eq!(late.channel().try_send(1), Ok(()));
    }
    leaving.join().unwrap();
    assert_eq!(receiver.channel().is_closed(), late.is_none());
}

#[test]
fn nobody_attaches_a_sender_of_a_channel_that_closed_itself() {
    check(3, attach_against_last_sender);
}

#[test]
fn a_channel_that_closes_before_it_says_so_is_attached() {
    finds(Mutant::CloseBeforeSaid, 3, attach_against_last_sender);
}
