//! Models of credit: what one sender writes without a call, and everybody else who may take it, or its slots, from it.
#![cfg(loom)]

#[path = "borrower/mod.rs"]
mod borrower;
#[path = "loom/mod.rs"]
mod model;
#[path = "writer/mod.rs"]
mod writer;

use std::sync::Arc;

use borrower::Borrower;
use hchan_core::mutant::Mutant;
use hchan_core::{
    Case, Channel, Event::Received, Event::Sent, Flavor, Order, Outcome, TryRecvError,
    TrySendError, try_select,
};
use loom::thread::{self, JoinHandle};
use model::{Pending, check, finds};
use writer::Writer;

/// A sender with credit and its channel.
struct Holder {
    channel: Arc<Channel<u32>>,
    writer: Writer,
}

impl Holder {
    fn new(channel: &Arc<Channel<u32>>) -> Self {
        Self {
            channel: channel.clone(),
            writer: Writer::new(2),
        }
    }

    /// One that has sent message 1 and has credit for two more.
    fn with_credit(capacity: usize) -> Self {
        let mut holder = Self::new(&open(capacity));
        holder.send(1).unwrap();
        holder
    }

    fn send(&mut self, value: u32) -> Result<(), TrySendError<u32>> {
        self.writer.send(&self.channel, value)
    }

    /// As a thread that dies.
    fn leave(self) {
        self.channel.return_credit(&self.writer.page());
    }
}

fn open(capacity: usize) -> Arc<Channel<u32>> {
    Channel::new(Flavor::Crossbeam, Some(capacity))
}

/// Has a holder do something in a thread of its own, and returns its channel.
fn hold<R: 'static>(
    mut holder: Holder,
    act: impl FnOnce(&mut Holder) -> R + 'static,
) -> (Arc<Channel<u32>>, JoinHandle<(Holder, R)>) {
    let channel = holder.channel.clone();
    let holding = thread::spawn(move || {
        let result = act(&mut holder);
        (holder, result)
    });
    (channel, holding)
}

fn left(channel: &Channel<u32>) -> Vec<u32> {
    let mut all = Vec::new();
    let _ = channel.try_recv_many(9, &mut |value| all.push(value));
    all
}

const fn received(value: u32) -> Option<Outcome<u32>> {
    Some(Outcome {
        case: 0,
        event: Received(value),
    })
}

const SENT: Option<Outcome<u32>> = Some(Outcome {
    case: 0,
    event: Sent,
});

/// Each message is received once, in order, by whom it may.
fn against_receiver() {
    let (channel, holding) = hold(Holder::with_credit(3), |holder| {
        holder.send(2).unwrap();
        holder.send(3).unwrap();
    });
    let mut all = vec![channel.try_recv().unwrap()];
    all.extend(channel.try_recv());
    holding.join().unwrap();
    all.extend(left(&channel));
    assert_eq!(all, [1, 2, 3]);
    assert_eq!(channel.try_recv(), Err(TryRecvError::Empty));
}

/// Likewise when the credit is used up and asked for again, which makes room of what was received.
fn against_receiver_at_renewal() {
    let (channel, holding) = hold(Holder::with_credit(3), |holder| {
        holder.send(2).unwrap();
        holder.send(3).unwrap();
        holder.send(4).is_ok()
    });
    let mut all = left(&channel);
    assert!(channel.len() <= 3);
    let (_, sent) = holding.join().unwrap();
    all.extend(left(&channel));
    assert_eq!(
        all,
        if sent {
            vec![1, 2, 3, 4]
        } else {
            vec![1, 2, 3]
        }
    );
}

/// A message comes before one is taken: there is one all the time.
fn never_empty() {
    let (channel, holding) = hold(Holder::with_credit(3), |holder| {
        holder.send(2).unwrap();
        holder.channel.try_recv().unwrap()
    });
    let ready = try_select(vec![Case::WatchRecv(channel.clone())], Order::Biased);
    assert!(ready.is_ok() && !channel.is_empty());
    let own = channel.try_recv().unwrap();
    let (_, other) = holding.join().unwrap();
    assert_eq!(own + other, 3);
}

/// What is sent later by another way comes out later.
fn against_own_call() {
    let (channel, holding) = hold(Holder::with_credit(4), |holder| {
        holder.send(2).unwrap();
        holder.channel.try_send(3).unwrap();
    });
    let mut all = left(&channel);
    holding.join().unwrap();
    all.extend(left(&channel));
    assert_eq!(all, [1, 2, 3]);
}

/// Slots that are granted and not filled are there for others.
fn against_sender() {
    let (channel, holding) = hold(Holder::with_credit(3), |holder| holder.send(2).unwrap());
    assert_eq!(channel.try_send(9), Ok(()));
    assert!((2..=3).contains(&channel.len()));
    holding.join().unwrap();
    assert_eq!(channel.try_send(10), Err(TrySendError::Full(10)));
    let mut all = left(&channel);
    assert_eq!(all[0], 1);
    all.sort_unstable();
    assert_eq!(all, [1, 2, 9]);
}

/// Likewise for a sender that parks.
fn against_parking_sender() {
    let (channel, holding) = hold(Holder::with_credit(3), |holder| holder.send(2).unwrap());
    let send = Pending::send(&channel, 9);
    holding.join().unwrap();
    assert_eq!(send.outcome(), SENT);
    assert_eq!(channel.len(), 3);
}

/// Two who take credit take it from each other.
fn against_another_holder() {
    let one = Holder::with_credit(4);
    let mut other = Holder::new(&one.channel);
    let (channel, holding) = hold(one, |holder| holder.send(2).unwrap());
    other.send(8).unwrap();
    other.send(9).unwrap();
    holding.join().unwrap();
    let all = left(&channel);
    let at = |value| all.iter().position(|one| *one == value).unwrap();
    assert!(all.len() == 4 && at(1) < at(2) && at(8) < at(9));
}

/// Who parks gets what is written from then on.
fn against_parking_receiver() {
    let holder = Holder::with_credit(3);
    assert_eq!(holder.channel.try_recv(), Ok(1));
    let (channel, holding) = hold(holder, |holder| holder.send(2).unwrap());
    let receive = Pending::recv(&channel);
    holding.join().unwrap();
    assert_eq!(receive.outcome(), received(2));
}

/// Likewise if the credit begins after that.
fn against_parked_receiver() {
    let (channel, holding) = hold(Holder::new(&open(3)), |holder| {
        holder.send(1).unwrap();
        holder.send(2).unwrap();
    });
    let receives = [(); 2].map(|()| Pending::recv(&channel));
    holding.join().unwrap();
    assert_eq!(receives.map(Pending::outcome), [received(1), received(2)]);
}

/// A send has happened before the channel is closed, and is received, or fails.
fn against_close() {
    let (channel, holding) = hold(Holder::with_credit(3), |holder| holder.send(2));
    channel.close().unwrap();
    let (mut holder, second) = holding.join().unwrap();
    assert_eq!(holder.send(3), Err(TrySendError::Closed(3)));
    let expected: &[u32] = match second {
        Ok(()) => &[1, 2],
        Err(error) => {
            assert_eq!(error, TrySendError::Closed(2));
            &[1]
        }
    };
    assert_eq!(left(&channel), expected);
    assert_eq!(channel.try_recv(), Err(TryRecvError::Closed));
}

/// Who knows that nobody receives any more sends no more.
fn against_disconnect() {
    let (channel, holding) = hold(Holder::with_credit(3), |holder| {
        let _ = holder.send(2);
    });
    channel.disconnect();
    let (mut holder, ()) = holding.join().unwrap();
    assert_eq!(holder.send(3), Err(TrySendError::Disconnected(3)));
}

/// Who hears that the channel is closed and drained hears of no message after that.
fn against_later_close() {
    let (channel, holding) = hold(Holder::with_credit(3), |holder| {
        holder.send(2).unwrap();
        holder.channel.close().unwrap();
    });
    let all = left(&channel);
    if channel.try_recv() == Err(TryRecvError::Closed) {
        assert_eq!(all, [1, 2]);
    }
    holding.join().unwrap();
}

/// Who dies leaves in the channel what it has sent, and the slots that it has not filled.
fn against_death() {
    let (channel, holding) = hold(Holder::with_credit(3), |holder| holder.send(2).unwrap());
    let mut all = left(&channel);
    let (holder, ()) = holding.join().unwrap();
    holder.leave();
    assert_eq!(channel.try_send(3), Ok(()));
    all.extend(left(&channel));
    assert_eq!(all, [1, 2, 3]);
    for value in 4..7 {
        assert_eq!(channel.try_send(value), Ok(()));
    }
    assert_eq!(channel.try_send(7), Err(TrySendError::Full(7)));
}

/// First there is a message in the one channel, then in the other: a select finds one.
fn against_select() {
    let holder = Holder::with_credit(3);
    assert_eq!(holder.channel.try_recv(), Ok(1));
    let other = open(1);
    other.try_send(8).unwrap();
    let emptied = other.clone();
    let (channel, holding) = hold(holder, move |holder| {
        holder.send(2).unwrap();
        let _ = emptied.try_recv();
    });
    let cases = vec![Case::Recv(channel), Case::Recv(other)];
    assert!(try_select(cases, Order::Biased).is_ok());
    holding.join().unwrap();
}

/// A lease at the one end and credit at the other, and somebody who takes from both.
fn against_lease() {
    let mut holder = Holder::with_credit(6);
    holder.send(2).unwrap();
    let (channel, holding) = hold(holder, |holder| {
        holder.send(3).unwrap();
        holder.send(4).unwrap();
    });
    let borrowing = {
        let channel = channel.clone();
        thread::spawn(move || {
            let mut borrower = Borrower::new(3);
            let all: Vec<u32> = (0..3)
                .filter_map(|_| borrower.recv(&channel).ok())
                .collect();
            channel.return_lease(&borrower.claims());
            all
        })
    };
    let mut all: Vec<u32> = channel.try_recv().into_iter().collect();
    holding.join().unwrap();
    let borrowed = borrowing.join().unwrap();
    let rest = left(&channel);
    assert!(borrowed.is_sorted() && rest.is_sorted());
    all.extend(borrowed);
    all.extend(rest);
    all.sort_unstable();
    assert_eq!(all, [1, 2, 3, 4]);
    assert_eq!((channel.len(), channel.room()), (0, 6));
}

/// There is room all the time, so no send finds the channel full: as a lease makes room that another sender is granted.
fn room_while_credit_begins() {
    let channel = open(6);
    for value in 1..=6 {
        channel.try_send(value).unwrap();
    }
    let mut borrower = Borrower::new(5);
    assert_eq!(borrower.recv(&channel), Ok(1));
    assert_eq!(channel.try_send(7), Ok(()));
    assert_eq!(borrower.recv(&channel), Ok(2));
    let (channel, holding) = hold(Holder::new(&channel), move |holder| {
        for value in 3..=5 {
            assert_eq!(borrower.recv(&holder.channel), Ok(value));
        }
        holder.channel.try_send(8).unwrap();
        holder.send(9).unwrap();
    });
    assert_eq!(channel.try_send(20), Ok(()));
    holding.join().unwrap();
}

/// Likewise where the room is made, and brought home by a third, while credit begins.
fn room_while_credit_begins_late() {
    let channel = open(6);
    for value in 1..=6 {
        channel.try_send(value).unwrap();
    }
    let mut borrower = Borrower::new(5);
    assert_eq!(borrower.recv(&channel), Ok(1));
    assert_eq!(channel.try_send(7), Ok(()));
    for value in 2..=3 {
        assert_eq!(borrower.recv(&channel), Ok(value));
    }
    let (channel, holding) = hold(Holder::new(&channel), |holder| holder.send(8).unwrap());
    let taking = {
        let channel = channel.clone();
        thread::spawn(move || {
            for value in 4..=6 {
                assert_eq!(borrower.recv(&channel), Ok(value));
            }
            channel.try_send(9).unwrap();
        })
    };
    assert_eq!(channel.try_send(20), Ok(()));
    holding.join().unwrap();
    taking.join().unwrap();
}

/// Messages that come back take the slots of those who have not filled theirs.
fn against_put_back() {
    let mut holder = Holder::with_credit(3);
    assert_eq!(holder.channel.try_recv(), Ok(1));
    holder.send(2).unwrap();
    let (channel, holding) = hold(holder, |holder| {
        holder.send(3).is_ok() && holder.send(4).is_ok()
    });
    channel.unrecv(1);
    holding.join().unwrap();
    assert!(channel.len() <= 3);
    let all = left(&channel);
    assert!(all.starts_with(&[1, 2]) && all.is_sorted());
    assert_eq!((channel.len(), channel.room()), (0, 3));
}

#[test]
fn what_is_lent_and_written_is_received_once() {
    check(2, against_lease);
}

#[test]
fn what_is_written_is_received_once_in_order() {
    check(4, against_receiver);
    check(3, against_receiver_at_renewal);
    check(4, never_empty);
    finds(Mutant::EmptyForgetsCredit, 3, never_empty);
}

#[test]
fn nothing_goes_ahead_of_what_is_written() {
    check(4, against_own_call);
    check(3, against_another_holder);
    finds(Mutant::SendForgetsCredit, 3, against_own_call);
}

#[test]
fn what_is_not_filled_is_room() {
    check(4, against_sender);
    check(4, against_parking_sender);
    check(3, room_while_credit_begins);
    check(2, room_while_credit_begins_late);
    check(3, against_put_back);
}

#[test]
fn who_parks_ends_the_credit() {
    check(4, against_parking_receiver);
    check(4, against_parked_receiver);
    finds(Mutant::ParkForgetsCredit, 3, against_parking_receiver);
    finds(Mutant::CreditOverParked, 3, against_parked_receiver);
}

#[test]
fn who_shuts_the_channel_ends_the_credit() {
    check(4, against_close);
    check(4, against_disconnect);
    check(4, against_later_close);
    finds(Mutant::CloseForgetsCredit, 3, against_close);
    finds(Mutant::CloseForgetsCredit, 3, against_disconnect);
}

#[test]
fn a_select_sees_what_is_written_meanwhile() {
    check(4, against_select);
    finds(Mutant::MarkForgetsCredit, 3, against_select);
}

#[test]
fn who_dies_leaves_what_is_written() {
    check(4, against_death);
}
