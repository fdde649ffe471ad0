//! Leases: the messages that a receiver takes without a call, against everybody who wants them, or their room, as well.
#![cfg(loom)]

#[path = "loom/mod.rs"]
mod model;

#[path = "borrower/mod.rs"]
mod borrower;

use std::sync::Arc;

use borrower::Borrower;
use hchan_core::Event::{Received, Sent};
use hchan_core::mutant::Mutant;
use hchan_core::{Case, Channel, Flavor, Order, Outcome, TryRecvError, try_select};
use loom::thread::{self, JoinHandle};
use model::{Pending, check, finds};

/// A borrower and its channel.
struct Holder {
    channel: Arc<Channel<u32>>,
    borrower: Borrower,
}

impl Holder {
    fn new(channel: &Arc<Channel<u32>>, most: usize) -> Self {
        Self {
            channel: channel.clone(),
            borrower: Borrower::new(most),
        }
    }

    fn recv(&mut self) -> Result<u32, TryRecvError> {
        self.borrower.recv(&self.channel)
    }

    /// As a thread that dies.
    fn leave(self) {
        self.channel.return_lease(&self.borrower.claims());
    }
}

/// Has a holder of up to two messages do something in a thread of its own.
fn hold<R: 'static>(
    channel: &Arc<Channel<u32>>,
    act: impl FnOnce(Holder) -> R + 'static,
) -> JoinHandle<R> {
    let holder = Holder::new(channel, 2);
    thread::spawn(move || act(holder))
}

/// A channel with the messages 1 to `count`.
fn open(capacity: usize, count: u32) -> Arc<Channel<u32>> {
    let channel = Channel::new(Flavor::Crossbeam, Some(capacity));
    for value in 1..=count {
        channel.try_send(value).unwrap();
    }
    channel
}

const fn received(value: u32) -> Outcome<u32> {
    Outcome {
        case: 0,
        event: Received(value),
    }
}

const SENT: Option<Outcome<u32>> = Some(Outcome {
    case: 0,
    event: Sent,
});

/// Three messages, of which the holder takes two; the other receiver gets the third, or one that was lent, and each sees
/// them in order.
fn against_receiver() {
    let channel = open(3, 3);
    let holding = hold(&channel, |mut holder| {
        [holder.recv().unwrap(), holder.recv().unwrap()]
    });
    let other = channel.try_recv().unwrap();
    let held = holding.join().unwrap();
    assert!(held[0] < held[1]);
    let mut all = [held[0], held[1], other];
    all.sort_unstable();
    assert_eq!(all, [1, 2, 3]);
    assert_eq!(channel.try_recv(), Err(TryRecvError::Empty));
}

/// Likewise against one who takes all there are.
fn against_batch() {
    let channel = open(3, 3);
    let holding = hold(&channel, |mut holder| {
        let held: Vec<u32> = std::iter::from_fn(|| holder.recv().ok()).take(2).collect();
        holder.leave();
        held
    });
    let mut all = Vec::new();
    let _ = channel.try_recv_many(3, &mut |value| all.push(value));
    assert!(all.is_sorted());
    let held = holding.join().unwrap();
    assert!(held.is_sorted());
    all.extend(held);
    let _ = channel.try_recv_many(3, &mut |value| all.push(value));
    all.sort_unstable();
    assert_eq!(all, [1, 2, 3]);
}

/// What the holder has taken makes room, though it tells nobody.
fn against_sender() {
    let channel = open(2, 2);
    let holding = hold(&channel, |mut holder| {
        assert_eq!(holder.recv(), Ok(1));
        assert_eq!(holder.recv(), Ok(2));
    });
    let early = channel.try_send(3).is_ok();
    assert!(channel.len() <= 2);
    holding.join().unwrap();
    assert!(early || channel.try_send(3).is_ok());
    assert_eq!(channel.try_send(4), Ok(()));
    assert_eq!(channel.len(), 2);
}

/// A sender that parks hears of the room that the holder makes.
fn against_parking_sender() {
    let channel = open(2, 2);
    let holding = hold(&channel, |mut holder| {
        assert_eq!(holder.recv(), Ok(1));
        assert_eq!(holder.recv(), Ok(2));
    });
    let sends = [3, 4].map(|value| Pending::send(&channel, value));
    holding.join().unwrap();
    assert_eq!(sends.map(Pending::outcome), [SENT, SENT]);
}

/// A receiver that parks gets what was lent since it found nothing.
fn against_parking_receiver() {
    let channel = open(2, 0);
    let holding = hold(&channel, |mut holder| {
        assert_eq!(holder.channel.try_send_many(&mut [1, 2].into()), Ok(2));
        holder.recv().unwrap()
    });
    let receive = Pending::recv(&channel);
    let held = holding.join().unwrap();
    assert_eq!(receive.outcome(), Some(received(3 - held)));
}

/// Nobody hears that a closed channel is drained before all of it is taken.
fn against_close() {
    let channel = open(2, 2);
    channel.close().unwrap();
    let holding = hold(&channel, |mut holder| holder.recv().unwrap());
    let other = channel.try_recv();
    let held = holding.join().unwrap();
    assert_eq!(other, Ok(3 - held));
    assert_eq!(channel.try_recv(), Err(TryRecvError::Closed));
}

/// Who dies leaves in the channel what it did not take.
fn against_death() {
    let channel = open(3, 3);
    let holding = hold(&channel, |mut holder| {
        let held = [holder.recv().unwrap(), holder.recv().unwrap()];
        holder.leave();
        held
    });
    let receive = Pending::recv(&channel);
    let held = holding.join().unwrap();
    assert_eq!(receive.outcome(), Some(received(6 - held[0] - held[1])));
    assert_eq!(channel.try_recv(), Err(TryRecvError::Empty));
    assert_eq!(channel.len(), 0);
}

/// What is lent is there.
fn against_length() {
    let channel = open(2, 2);
    let holding = hold(&channel, |mut holder| holder.recv().unwrap());
    assert!((1..=2).contains(&channel.len()));
    holding.join().unwrap();
    assert_eq!(channel.len(), 1);
}

/// Two who lend take the lease from each other.
fn against_another_holder() {
    let channel = open(3, 3);
    let mut other = Holder::new(&channel, 2);
    let holding = hold(&channel, |mut one| one.recv().unwrap());
    let first = other.recv().unwrap();
    let second = other.recv().unwrap();
    assert!(first < second);
    let mut all = [first, second, holding.join().unwrap()];
    all.sort_unstable();
    assert_eq!(all, [1, 2, 3]);
}

/// Messages that were sent as one block, taken by a call for each and by leases, with one put back meanwhile.
fn against_block() {
    let channel = Channel::new(Flavor::Crossbeam, Some(4));
    assert_eq!(channel.try_send_many(&mut [1, 2, 3].into()), Ok(3));
    let holding = hold(&channel, |mut holder| {
        [holder.recv().unwrap(), holder.recv().unwrap()]
    });
    let first = channel.try_recv().unwrap();
    channel.unrecv(first);
    let held = holding.join().unwrap();
    let mut all = vec![held[0], held[1], channel.try_recv().unwrap()];
    all.sort_unstable();
    assert_eq!(all, [1, 2, 3]);
    assert_eq!(channel.try_recv(), Err(TryRecvError::Empty));
}

/// Who hears that the channel is closed and drained hears of no message after that.
fn against_later_close() {
    let channel = open(2, 0);
    let holding = hold(&channel, |mut holder| {
        assert_eq!(holder.channel.try_send_many(&mut [1, 2].into()), Ok(2));
        holder.channel.close().unwrap();
        let _ = holder.recv();
    });
    if channel.try_recv() == Err(TryRecvError::Closed) {
        assert_eq!(channel.try_recv(), Err(TryRecvError::Closed));
    }
    holding.join().unwrap();
}

/// There is room all the time, so no send finds the channel full: as a lease begins and ends;
fn room_while_a_lease_ends() {
    let channel = open(3, 2);
    let holding = hold(&channel, |mut holder| {
        holder.recv().unwrap();
        holder.leave();
    });
    assert_eq!(channel.try_send(3), Ok(()));
    holding.join().unwrap();
}

/// as it ends before its messages are all taken;
fn room_while_a_lease_is_ended() {
    let channel = open(3, 3);
    let mut holder = Holder::new(&channel, 2);
    assert_eq!(holder.recv(), Ok(1));
    assert_eq!(channel.try_send(4), Ok(()));
    assert_eq!(holder.recv(), Ok(2));
    let receiving = {
        let channel = channel.clone();
        thread::spawn(move || channel.try_recv())
    };
    assert_eq!(channel.try_send(5), Ok(()));
    assert_eq!(receiving.join().unwrap(), Ok(3));
}

/// and as another sender finds the room that the holder has made.
fn room_while_others_find_it() {
    let channel = open(4, 4);
    let mut holder = Holder::new(&channel, 3);
    assert_eq!(holder.recv(), Ok(1));
    channel.try_send(5).unwrap();
    assert_eq!(holder.recv(), Ok(2));
    let holding = thread::spawn(move || {
        for value in [3, 4] {
            assert_eq!(holder.recv(), Ok(value));
            let _ = holder.channel.try_send(value + 3);
        }
    });
    assert_eq!(channel.try_send(8), Ok(()));
    holding.join().unwrap();
}

/// A message comes before one is taken: there is one all the time.
fn never_empty() {
    let channel = open(3, 2);
    let mut holder = Holder::new(&channel, 2);
    assert_eq!(holder.recv(), Ok(1));
    let holding = thread::spawn(move || {
        holder.channel.try_send(3).unwrap();
        assert_eq!(holder.recv(), Ok(2));
    });
    let ready = try_select(vec![Case::WatchRecv(channel.clone())], Order::Biased);
    assert!(ready.is_ok() && !channel.is_empty());
    holding.join().unwrap();
}

#[test]
fn what_is_lent_is_received_once() {
    check(3, against_receiver);
    check(3, against_batch);
    check(2, against_another_holder);
    check(3, against_block);
    finds(Mutant::EmptyForgetsLease, 3, against_receiver);
}

#[test]
fn what_is_taken_makes_room() {
    check(3, against_sender);
    check(3, room_while_a_lease_ends);
    check(4, room_while_a_lease_is_ended);
    check(4, room_while_others_find_it);
    finds(Mutant::FullForgetsLease, 2, against_sender);
}

#[test]
fn who_parks_ends_the_lease() {
    check(3, against_parking_sender);
    check(3, against_parking_receiver);
    finds(Mutant::LendOverParked, 3, against_parking_sender);
    finds(Mutant::ParkForgetsLease, 3, against_parking_sender);
    finds(Mutant::ParkForgetsLease, 3, against_parking_receiver);
}

#[test]
fn what_is_lent_is_there() {
    check(3, against_close);
    check(3, against_later_close);
    check(3, against_length);
    check(3, never_empty);
}

#[test]
fn who_dies_leaves_what_was_lent() {
    check(3, against_death);
}
