//! Leases under load: threads that borrow, threads that do not, threads that park, and batches, all on one channel.

use std::collections::VecDeque;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use hchan_core::{
    Channel, Event, Parker, Parking, TryRecvError, TrySendError, park_recv, park_send,
};

use crate::borrower::Borrower;
use crate::flavors::flavors;

pub fn wait(parker: &Parker) {
    while !parker.wait(Duration::from_millis(20)) {}
}

/// Takes until the channel is closed and drained. Of three kinds: one borrows and then parks when there is nothing, one
/// takes one at a time, one takes some.
pub fn receive(channel: &Arc<Channel<u32>>, kind: usize) -> Vec<u32> {
    let mut borrower = Borrower::new(31);
    let mut all = Vec::new();
    loop {
        let got = match kind {
            0 => borrower.recv(channel).map(Some),
            1 => channel.try_recv().map(Some),
            _ => channel
                .try_recv_many(5, &mut |value| all.push(value))
                .map(|_| None),
        };
        match got {
            Ok(Some(value)) => all.push(value),
            Ok(None) => thread::yield_now(),
            Err(TryRecvError::Closed) => break,
            Err(TryRecvError::Empty) => {
                let parker = Parker::new();
                let outcome = match park_recv(channel.clone(), parker.clone(), 0) {
                    Parking::Done(outcome) => outcome,
                    Parking::Parked(op) => {
                        wait(&parker);
                        op.take().expect("woken when it is done")
                    }
                };
                match outcome.event {
                    Event::Received(value) => all.push(value),
                    _ => break,
                }
            }
        }
    }
    channel.return_lease(&borrower.claims());
    all
}

/// Sends `count` values from `from` on, one by one and in batches, and parks when there is no room.
fn send(channel: &Arc<Channel<u32>>, from: u32, count: u32) {
    let end = from + count;
    let mut next = from;
    while next < end {
        if next.is_multiple_of(3) {
            let mut batch: VecDeque<u32> = (next..end.min(next + 50)).collect();
            next += channel.try_send_many(&mut batch).expect("open") as u32;
        }
        if next == end {
            break;
        }
        if let Err(TrySendError::Full(value)) = channel.try_send(next) {
            let parker = Parker::new();
            if let Parking::Parked(op) = park_send(channel.clone(), value, parker.clone(), 0) {
                wait(&parker);
                assert!(matches!(
                    op.take().map(|done| done.event),
                    Some(Event::Sent)
                ));
            }
        }
        next += 1;
    }
}

/// What the receivers of a channel got: of each sender, who sent `count` numbers from a multiple of it on, each once, in order.
pub fn each_once_in_order(
    receivers: impl Iterator<Item = Vec<u32>>,
    senders: u32,
    count: u32,
    capacity: usize,
) {
    let mut all = Vec::new();
    for got in receivers {
        for from in (0..senders).map(|sender| sender * count) {
            let of_one = got
                .iter()
                .filter(|value| (from..from + count).contains(value));
            assert!(of_one.is_sorted(), "order at capacity {capacity}");
        }
        all.extend(got);
    }
    all.sort_unstable();
    assert!(
        all.into_iter().eq(0..senders * count),
        "at capacity {capacity}"
    );
}

flavors! {
    fn every_message_goes_to_one_receiver_in_order(flavor) {
        const COUNT: u32 = 20_000;
        for (round, capacity) in [1, 2, 7, 64, 1024, usize::MAX].into_iter().enumerate() {
            let channel = Channel::new(flavor, (capacity < usize::MAX).then_some(capacity));
            let receivers: Vec<_> = [0, 0, 1, 2]
                .into_iter()
                .take(1 + round % 4)
                .map(|kind| {
                    let channel = channel.clone();
                    thread::spawn(move || receive(&channel, kind))
                })
                .collect();
            let senders: Vec<_> = [0, COUNT]
                .into_iter()
                .map(|from| {
                    let channel = channel.clone();
                    thread::spawn(move || send(&channel, from, COUNT))
                })
                .collect();
            for sender in senders {
                sender.join().expect("sends");
            }
            channel.close().expect("is open");
            let all = receivers.into_iter().map(|receiver| receiver.join().expect("receives"));
            each_once_in_order(all, 2, COUNT, capacity);
            assert_eq!(channel.len(), 0);
        }
    }
}
