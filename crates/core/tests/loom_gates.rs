//! Parked operations against sends, receives and withdrawal; the counters of the gated flavors and the fences between them.
#![cfg(loom)]

#[path = "loom/mod.rs"]
mod model;

use hchan_core::Event::{Received, Sent};
use hchan_core::mutant::Mutant;
use hchan_core::{Channel, Flavor, Outcome, TryRecvError, TrySendError};
use loom::thread;
use model::{Pending, check, finds};
use std::sync::Arc;

fn open(capacity: usize) -> Arc<Channel<u32>> {
    Channel::new(Flavor::Crossbeam, Some(capacity))
}

/// A receiver parks while a message is sent: it gets it.
fn park_against_send() {
    let channel = open(1);
    let sender = channel.clone();
    let sending = thread::spawn(move || sender.try_send(1).unwrap());
    let receive = Pending::recv(&channel);
    sending.join().unwrap();
    assert_eq!(
        receive.outcome(),
        Some(Outcome {
            case: 0,
            event: Received(1)
        })
    );
    assert_eq!(channel.len(), 0);
}

/// A sender parks while room is made: it gets it.
fn park_against_recv() {
    let channel = open(1);
    channel.try_send(1).unwrap();
    let receiver = channel.clone();
    let receiving = thread::spawn(move || assert_eq!(receiver.try_recv(), Ok(1)));
    let send = Pending::send(&channel, 2);
    receiving.join().unwrap();
    assert_eq!(
        send.outcome(),
        Some(Outcome {
            case: 0,
            event: Sent
        })
    );
    assert_eq!(channel.try_recv(), Ok(2));
}

/// A sender parks while a receiver parks: they meet.
fn park_against_park(flavor: Flavor) {
    let channel = Channel::new(flavor, Some(1));
    channel.try_send(1).unwrap();
    let receiver = channel.clone();
    let receiving = thread::spawn(move || {
        let first = Pending::recv(&receiver).outcome();
        assert_eq!(
            first,
            Some(Outcome {
                case: 0,
                event: Received(1)
            })
        );
        Pending::recv(&receiver)
    });
    let send = Pending::send(&channel, 2);
    let second = receiving.join().unwrap();
    assert_eq!(
        send.outcome(),
        Some(Outcome {
            case: 0,
            event: Sent
        })
    );
    assert_eq!(
        second.outcome(),
        Some(Outcome {
            case: 0,
            event: Received(2)
        })
    );
}

/// The first of two waiting receivers withdraws while one message is sent: one of them, or none, has it; if it is
/// nobody's, then not because the second was passed over.
fn cancel_against_send(flavor: Flavor) {
    let channel = Channel::new(flavor, Some(1));
    let (first, second) = (Pending::recv(&channel), Pending::recv(&channel));
    let sender = channel.clone();
    let sending = thread::spawn(move || sender.try_send(1).unwrap());
    let first = first.cancel();
    sending.join().unwrap();
    let second = second.outcome();
    assert!(first.is_some() != second.is_some());
    assert_eq!(
        first.or(second).map(|outcome| outcome.event),
        Some(Received(1))
    );
    assert_eq!(channel.try_recv(), Err(TryRecvError::Empty));
}

/// Likewise of two waiting senders, as room is made.
fn cancel_against_recv(flavor: Flavor) {
    let channel = Channel::new(flavor, Some(1));
    channel.try_send(1).unwrap();
    let (first, second) = (Pending::send(&channel, 2), Pending::send(&channel, 3));
    let receiver = channel.clone();
    let receiving = thread::spawn(move || assert_eq!(receiver.try_recv(), Ok(1)));
    let first = first.cancel().is_some();
    receiving.join().unwrap();
    let second = second.outcome().is_some();
    assert!(first != second);
    assert_eq!(channel.try_recv(), Ok(if first { 2 } else { 3 }));
    assert_eq!(channel.try_recv(), Err(TryRecvError::Empty));
}

/// A sender waits; room is made, and somebody else sends: he does not get in before the one who waited.
fn newcomer_against_waiter() {
    let channel = open(1);
    channel.try_send(1).unwrap();
    let waiting = Pending::send(&channel, 2);
    let (receiver, newcomer) = (channel.clone(), channel.clone());
    let receiving = thread::spawn(move || receiver.try_recv().unwrap());
    let sending = thread::spawn(move || newcomer.try_send(3));
    assert_eq!(receiving.join().unwrap(), 1);
    assert_eq!(sending.join().unwrap(), Err(TrySendError::Full(3)));
    assert_eq!(
        waiting.outcome(),
        Some(Outcome {
            case: 0,
            event: Sent
        })
    );
    assert_eq!(channel.try_recv(), Ok(2));
}

/// Two receivers, two messages, no waiter: each gets one.
fn takers_share() {
    let channel = open(2);
    let other = channel.clone();
    channel.try_send(1).unwrap();
    let taking = thread::spawn(move || other.try_recv().ok());
    channel.try_send(2).unwrap();
    let mine = channel.try_recv().ok();
    let theirs = taking.join().unwrap();
    let left = channel.try_recv().ok();
    let mut all: Vec<_> = [mine, theirs, left].into_iter().flatten().collect();
    all.sort_unstable();
    assert_eq!(all, [1, 2]);
    assert!(mine.is_some());
}

/// Batches on both ends with a parked sender behind them.
fn batches() {
    let channel = open(2);
    let sender = channel.clone();
    let sending = thread::spawn(move || {
        let mut values = [1, 2].into();
        assert_eq!(sender.try_send_many(&mut values), Ok(2));
        Pending::send(&sender, 3)
    });
    let mut got = Vec::new();
    while got.len() < 2 {
        if channel
            .try_recv_many(2 - got.len(), &mut |n| got.push(n))
            .is_err()
        {
            thread::yield_now();
        }
    }
    let third = sending.join().unwrap();
    assert_eq!(
        third.outcome(),
        Some(Outcome {
            case: 0,
            event: Sent
        })
    );
    assert_eq!((got, channel.try_recv()), (vec![1, 2], Ok(3)));
}

#[test]
fn a_receiver_that_parks_is_seen_by_a_sender() {
    check(4, park_against_send);
    finds(Mutant::PutWithoutFence, 3, park_against_send);
    finds(Mutant::ParkWithoutLook, 3, park_against_send);
}

#[test]
fn a_sender_that_parks_is_seen_by_a_receiver() {
    check(4, park_against_recv);
    finds(Mutant::HomeWithoutFence, 3, park_against_recv);
    finds(Mutant::ParkWithoutLook, 3, park_against_recv);
}

#[test]
fn a_sender_and_a_receiver_that_park_meet() {
    check(3, || park_against_park(Flavor::Crossbeam));
    check(3, || park_against_park(Flavor::Mutex));
    finds(Mutant::HomeWithoutFence, 2, || {
        park_against_park(Flavor::Crossbeam);
    });
}

#[test]
fn a_receiver_that_withdraws_is_passed_over() {
    check(4, || cancel_against_send(Flavor::Crossbeam));
    check(4, || cancel_against_send(Flavor::Mutex));
    finds(Mutant::NoPassOn, 3, || {
        cancel_against_send(Flavor::Crossbeam);
    });
    finds(Mutant::NoPassOn, 3, || cancel_against_send(Flavor::Mutex));
    finds(Mutant::CommitTwice, 3, || {
        cancel_against_send(Flavor::Crossbeam);
    });
    finds(Mutant::CommitTwice, 3, || {
        cancel_against_send(Flavor::Mutex);
    });
}

#[test]
fn a_sender_that_withdraws_is_passed_over() {
    check(4, || cancel_against_recv(Flavor::Crossbeam));
    check(4, || cancel_against_recv(Flavor::Mutex));
    finds(Mutant::NoPassOn, 3, || {
        cancel_against_recv(Flavor::Crossbeam);
    });
    finds(Mutant::NoPassOn, 3, || cancel_against_recv(Flavor::Mutex));
}

#[test]
fn nobody_overtakes_who_waits() {
    check(3, newcomer_against_waiter);
    finds(Mutant::Overtake, 2, newcomer_against_waiter);
}

#[test]
fn two_takers_get_one_each() {
    check(4, takers_share);
}

#[test]
fn batches_meet_a_parked_sender() {
    check(3, batches);
    finds(Mutant::HomeWithoutFence, 2, batches);
}
