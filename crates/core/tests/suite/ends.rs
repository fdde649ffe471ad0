//! How channels, values and threads end.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use hchan_core::Event::{Received, RecvClosed, SendClosed, SendDisconnected};
use hchan_core::{Case, Channel, Flavor, Outcome, Shut, TryRecvError, TrySendError, abandon};

use crate::flavors::flavors;
use crate::owner::Owner;
use crate::{case, open};

flavors! {
    fn s04_after_close_buffered_values_then_closed_for_ever(flavor) {
        let channel = open(flavor, 3);
        for n in 0..3 {
            channel.try_send(n).unwrap();
        }
        channel.close().unwrap();
        assert!(channel.is_closed());
        for n in 0..3 {
            assert_eq!(channel.try_recv(), Ok(n));
        }
        for _ in 0..3 {
            assert_eq!(channel.try_recv(), Err(TryRecvError::Closed));
        }
    }

    fn s05_close_wakes_all_waiting_receivers(flavor) {
        for capacity in [0, 1, 3] {
            let channel = open(flavor, capacity);
            let owner = Owner::new();
            let ops: Vec<_> = (0..3).map(|_| owner.recv(&channel)).collect();
            channel.close().unwrap();
            assert_eq!(owner.woken(), [1, 2, 3]);
            for op in ops {
                assert_eq!(op.take(), Some(case(0, RecvClosed)));
            }
        }
    }

    fn s06_close_wakes_all_waiting_senders_with_their_values(flavor) {
        for capacity in [0, 1, 3] {
            let channel = open(flavor, capacity);
            let owner = Owner::new();
            for n in 0..capacity {
                channel.try_send(n as u32).unwrap();
            }
            let ops: Vec<_> = (0..3).map(|n| owner.send(&channel, 10 + n)).collect();
            channel.close().unwrap();
            assert_eq!(owner.woken(), [1, 2, 3]);
            for (n, op) in (10..).zip(ops) {
                assert_eq!(op.take(), Some(case(0, SendClosed(n))));
            }
            for n in 0..capacity {
                assert_eq!(channel.try_recv(), Ok(n as u32));
            }
            assert_eq!(channel.try_recv(), Err(TryRecvError::Closed));
        }
    }

    fn s07_send_on_closed_gives_the_value_back_and_enqueues_nothing(flavor) {
        let channel = open(flavor, 2);
        channel.close().unwrap();
        assert_eq!(channel.try_send(1), Err(TrySendError::Closed(1)));
        assert_eq!(channel.try_send_many(&mut VecDeque::from([1, 2])), Err(Shut::Closed));
        let owner = Owner::new();
        assert_eq!(owner.try_park(vec![Case::Send(channel.clone(), 5)]).ok(), Some(case(0, SendClosed(5))));
        assert_eq!(channel.try_recv(), Err(TryRecvError::Closed));
    }

    fn s09_closing_twice_is_an_error(flavor) {
        let channel = open(flavor, 1);
        assert_eq!(channel.close(), Ok(()));
        assert_eq!(channel.close(), Err(Shut::Closed));
    }

    fn s17_as_many_drops_as_sends(flavor) {
        struct Counted(Arc<AtomicUsize>);
        impl Drop for Counted {
            fn drop(&mut self) {
                self.0.fetch_add(1, Ordering::Relaxed);
            }
        }
        let drops = Arc::new(AtomicUsize::new(0));
        let value = || Counted(drops.clone());
        {
            let channel = Channel::new(flavor, Some(4));
            let owner = Owner::new();
            for _ in 0..4 {
                assert!(channel.try_send(value()).is_ok());
            }
            let parked: Vec<_> = (0..3).map(|_| owner.send(&channel, value())).collect();
            drop(channel.try_recv());
            let taken = channel.try_recv().ok().unwrap();
            channel.unrecv(taken);
            abandon(parked);
        }
        assert_eq!(drops.load(Ordering::Relaxed), 7);
    }

    fn s58_disconnect_fails_waiting_and_later_sends(flavor) {
        for capacity in [0, 1] {
            let channel = open(flavor, capacity);
            let owner = Owner::new();
            for n in 0..capacity {
                channel.try_send(n as u32).unwrap();
            }
            let op = owner.send(&channel, 5);
            channel.disconnect();
            assert_eq!(op.take(), Some(case(0, SendDisconnected(5))));
            assert_eq!(channel.len(), 0);
            assert_eq!(channel.try_send(6), Err(TrySendError::Disconnected(6)));
            assert_eq!(channel.try_send_many(&mut VecDeque::from([1])), Err(Shut::Disconnected));
            assert_eq!(channel.close(), Ok(()));
        }
    }

    fn s59_close_against_sends_neither_both_nor_neither(flavor) {
        for capacity in [Some(0), Some(1), Some(64), None] {
            for _ in 0..50 {
                let channel = Channel::new(flavor, capacity);
                let senders: Vec<_> = (0..2).map(|_| {
                    let channel = channel.clone();
                    thread::spawn(move || {
                        let owner = Owner::new();
                        let mut sent = 0_u32;
                        while owner.try_send_now(&channel, sent).is_ok() {
                            sent += 1;
                        }
                        sent as usize
                    })
                }).collect();
                let owner = Owner::new();
                let mut received = 0;
                for _ in 0..20 {
                    received += usize::from(owner.recv_now(&channel).is_some());
                }
                channel.close().unwrap();
                while owner.recv_now(&channel).is_some() {
                    received += 1;
                }
                let sent: usize = senders.into_iter().map(|sender| sender.join().unwrap()).sum();
                assert_eq!(sent, received);
                assert_eq!(channel.try_recv(), Err(TryRecvError::Closed));
            }
        }
    }

    fn s63_what_a_dying_thread_did_not_take_goes_to_another_in_order(flavor) {
        for capacity in [0, 1, 4] {
            let channel = open(flavor, capacity);
            let (dying, other) = (Owner::new(), Owner::new());
            let ops: Vec<_> = (0..3).map(|_| dying.recv(&channel)).collect();
            for n in 0..2 {
                channel.try_send(n).unwrap();
            }
            for n in 0..capacity as u32 {
                // The third receiver takes one of them, too.
                channel.try_send(2 + n).unwrap();
            }
            let waiting = (capacity == 0).then(|| other.recv(&channel));
            abandon(ops);
            let mut got = Vec::new();
            if let Some(Outcome { event: Received(n), .. }) = waiting.and_then(|op| op.take()) {
                got.push(n);
            }
            got.extend(std::iter::from_fn(|| channel.try_recv().ok()));
            assert!(got.into_iter().eq(0..2 + capacity as u32));
            assert!(dying.woken().len() >= 2);
        }
    }

    fn s63_what_a_dying_thread_took_and_was_not_told_goes_back_first(flavor) {
        let channel = open(flavor, 4);
        let dying = Owner::new();
        let ops = [dying.recv(&channel), dying.recv(&channel)];
        for n in 0..3 {
            channel.try_send(n).unwrap();
        }
        let outcome = ops[0].take().unwrap();
        assert_eq!(outcome, case(0, Received(0)));
        ops[0].untake(outcome);
        abandon(ops.into());
        let got = std::iter::from_fn(|| channel.try_recv().ok());
        assert!(got.eq(0..3));
    }

    fn unrecv_puts_a_message_in_front_or_gives_it_to_who_waits(flavor) {
        let channel = open(flavor, 2);
        channel.try_send(1).unwrap();
        channel.try_send(2).unwrap();
        let one = channel.try_recv().unwrap();
        channel.try_send(3).unwrap();
        channel.unrecv(one);
        // One more than the capacity for a while: nothing else gets in before two have left.
        assert_eq!(channel.len(), 2);
        assert_eq!(channel.try_send(4), Err(TrySendError::Full(4)));
        assert_eq!(channel.try_recv().map(|one| channel.unrecv(one)), Ok(()));
        assert_eq!(channel.try_send(4), Err(TrySendError::Full(4)));
        let mut got = Vec::new();
        assert_eq!(channel.try_recv_many(9, &mut |n| got.push(n)), Ok(3));
        assert_eq!(got, [1, 2, 3]);
        channel.try_send(5).unwrap();
        let five = channel.try_recv().unwrap();
        let owner = Owner::new();
        let op = owner.recv(&channel);
        channel.unrecv(five);
        assert_eq!(op.take(), Some(case(0, Received(5))));
        channel.close().unwrap();
        channel.unrecv(6);
        assert_eq!(channel.try_recv(), Ok(6));
        assert_eq!(channel.try_recv(), Err(TryRecvError::Closed));
        channel.disconnect();
        channel.unrecv(7);
        assert_eq!(channel.try_recv(), Err(TryRecvError::Closed));
    }

    fn a_batch_whose_taker_panics_loses_only_what_it_was_given(flavor) {
        let channel = open(flavor, 4);
        channel.try_send_many(&mut (0..4).collect()).unwrap();
        let taker = channel.clone();
        let result = thread::spawn(move || taker.try_recv_many(4, &mut |n| assert_ne!(n, 1))).join();
        assert!(result.is_err());
        if flavor != Flavor::Mutex {
            assert_eq!(channel.len(), 2);
            assert_eq!(channel.try_recv(), Ok(2));
            assert_eq!(channel.try_recv(), Ok(3));
        }
        assert_eq!(channel.try_send_many(&mut (0..9).collect()), Ok(4));
    }
}
