//! Who is served next, and who is not.

use std::thread;

use hchan_core::Event::{Received, RecvClosed, Sent};
use hchan_core::{Case, Channel, Piece, TryRecvError, TrySendError};

use crate::flavors::flavors;
use crate::owner::Owner;
use crate::{case, open};

flavors! {
    fn s18_buffered_values_come_in_order(flavor) {
        let channel = Channel::new(flavor, Some(100));
        assert_eq!(channel.try_send_many(&mut (0..100).collect()), Ok(100));
        let mut got = Vec::new();
        assert_eq!(channel.try_recv_many(30, &mut |n| got.push(n)), Ok(30));
        got.extend(std::iter::from_fn(|| channel.try_recv().ok()));
        assert!(got.into_iter().eq(0..100));
    }

    // An empty block once looked like the end of a batch: what was behind it went back, behind what others took meanwhile.
    fn s18_a_block_that_is_used_up_is_gone(flavor) {
        let channel = Channel::new(flavor, Some(10));
        assert_eq!(channel.try_send_many(&mut (0..2).collect()), Ok(2));
        assert_eq!((channel.try_recv(), channel.try_recv()), (Ok(0), Ok(1)));
        assert_eq!(channel.try_send_many(&mut (2..5).collect()), Ok(3));
        let mut blocks = Vec::new();
        let received = channel.try_recv_bulk(2, &mut |piece| blocks.push(match piece {
            Piece::One(_) => 1,
            Piece::Many(bulk) => bulk.len(),
        }));
        assert_eq!((received, blocks.iter().sum()), (Ok(2), 2));
        assert!(!blocks.contains(&0));
        assert_eq!(channel.try_recv(), Ok(4));
    }

    fn s20_waiting_receivers_are_served_in_the_order_they_came(flavor) {
        for capacity in [0, 1, 5] {
            let channel = open(flavor, capacity);
            let owner = Owner::new();
            let ops: Vec<_> = (0..3).map(|_| owner.recv(&channel)).collect();
            for n in 0..3 {
                channel.try_send(n).unwrap();
            }
            assert_eq!(owner.woken(), [1, 2, 3]);
            for (n, op) in (0..).zip(ops) {
                assert_eq!(op.take(), Some(case(0, Received(n))));
            }
        }
    }

    fn s21_waiting_senders_values_come_in_the_order_they_came(flavor) {
        for capacity in [0, 1, 2] {
            let channel = open(flavor, capacity);
            let owner = Owner::new();
            for n in 0..capacity {
                channel.try_send(n as u32).unwrap();
            }
            let ops: Vec<_> = (0..3).map(|n| owner.send(&channel, capacity as u32 + n)).collect();
            for n in 0..capacity as u32 + 3 {
                assert_eq!(channel.try_recv(), Ok(n));
            }
            assert_eq!(owner.woken(), [1, 2, 3]);
            assert!(ops.iter().all(|op| op.take() == Some(case(0, Sent))));
        }
    }

    fn s22_a_newcomer_cannot_take_what_a_waiter_was_promised(flavor) {
        let channel = open(flavor, 2);
        let owner = Owner::new();
        let op = owner.recv(&channel);
        channel.try_send(1).unwrap();
        assert_eq!(channel.try_recv(), Err(TryRecvError::Empty));
        assert_eq!((channel.len(), op.take()), (0, Some(case(0, Received(1)))));
    }

    fn s33_a_done_operation_cannot_be_cancelled(flavor) {
        let channel = open(flavor, 1);
        let owner = Owner::new();
        let op = owner.recv(&channel);
        channel.try_send(1).unwrap();
        assert!(op.cancel().is_none());
        assert_eq!(op.take(), Some(case(0, Received(1))));
    }

    fn s33_cancel_against_send_loses_nothing(flavor) {
        for capacity in [0, 1] {
            let channel = open(flavor, capacity);
            let sender = channel.clone();
            let producer = thread::spawn(move || {
                let owner = Owner::new();
                (0..2000).for_each(|n| owner.send_now(&sender, n));
                sender.close().unwrap();
            });
            let owner = Owner::new();
            let mut next = 0;
            loop {
                let outcome = match owner.try_park(vec![Case::Recv(channel.clone())]) {
                    Ok(outcome) => Some(outcome),
                    Err(op) if op.cancel().is_some() => None,
                    Err(op) => op.take(),
                };
                match outcome.map(|outcome| outcome.event) {
                    Some(Received(n)) => {
                        assert_eq!(n, next);
                        next += 1;
                    }
                    Some(RecvClosed) => break,
                    _ => {}
                }
            }
            assert_eq!(next, 2000);
            producer.join().unwrap();
        }
    }

    fn s34_the_second_waiter_is_served_when_the_first_has_gone(flavor) {
        for capacity in [0, 1] {
            let channel = open(flavor, capacity);
            let owner = Owner::new();
            let (first, second) = (owner.recv(&channel), owner.recv(&channel));
            assert!(first.cancel().is_some());
            channel.try_send(1).unwrap();
            assert_eq!((first.take(), second.take()), (None, Some(case(0, Received(1)))));
        }
    }

    fn s35_a_cancelled_send_is_not_delivered_and_the_next_proceeds(flavor) {
        for capacity in [0, 1] {
            let channel = open(flavor, capacity);
            let owner = Owner::new();
            for n in 0..capacity {
                channel.try_send(n as u32).unwrap();
            }
            let (first, second) = (owner.send(&channel, 10), owner.send(&channel, 11));
            let back = first.cancel();
            assert!(matches!(back.as_deref(), Some([Case::Send(_, 10)])));
            for n in (0..capacity as u32).chain([11]) {
                assert_eq!(channel.try_recv(), Ok(n));
            }
            assert_eq!(second.take(), Some(case(0, Sent)));
        }
    }

    fn s39_a_busy_receiver_keeps_nobody_from_other_messages(flavor) {
        let channel = open(flavor, 1);
        let (busy, other) = (Owner::new(), Owner::new());
        let first = busy.recv(&channel);
        let second = other.recv(&channel);
        channel.try_send(1).unwrap();
        channel.try_send(2).unwrap();
        assert_eq!(second.take(), Some(case(0, Received(2))));
        channel.try_send(3).unwrap();
        assert_eq!(channel.try_send(4), Err(TrySendError::Full(4)));
        assert_eq!(first.take(), Some(case(0, Received(1))));
    }

    fn a_hundred_thousand_waiters_are_woken_in_linear_time(flavor) {
        let channel = Channel::new(flavor, Some(1));
        let owner = Owner::new();
        let ops: Vec<_> = (0..100_000).map(|_| owner.recv(&channel)).collect();
        let started = std::time::Instant::now();
        assert_eq!(channel.try_send_many(&mut (0..50_000).collect()), Ok(50_000));
        channel.close().unwrap();
        let took = started.elapsed();
        assert!(took.as_secs() < 5, "{took:?}");
        assert_eq!(owner.woken().len(), 100_000);
        for (n, op) in (0..).zip(&ops) {
            assert_eq!(op.take(), Some(case(0, if n < 50_000 { Received(n) } else { RecvClosed })));
        }
    }
}
