#![cfg(not(any(loom, shuttle)))]
//! What must hold on every flavor, under the same names; the numbers are those of the project's list of semantics.

mod flavors;
mod owner;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use flavors::flavors;
use hchan_core::Event::{Ready, Received, RecvClosed, SendClosed, SendDisconnected, Sent};
use hchan_core::{
    Case, Channel, Flavor, Order, Outcome, Parking, Shut, TryRecvError, TrySendError, abandon,
    park, try_select,
};
use owner::{Owner, parked};

fn open(flavor: Flavor, capacity: usize) -> Arc<Channel<u32>> {
    Channel::new(flavor, Some(capacity))
}

fn case<T>(case: usize, event: hchan_core::Event<T>) -> Outcome<T> {
    Outcome { case, event }
}

flavors! {
    fn s01_recv_on_empty_waits_until_a_send(flavor) {
        for capacity in 0..=20 {
            let channel = open(flavor, capacity);
            let owner = Owner::new();
            let op = owner.recv(&channel);
            assert!(!op.is_done());
            assert_eq!(channel.try_send(7), Ok(()));
            assert_eq!(owner.woken(), [1]);
            assert_eq!(op.take(), Some(case(0, Received(7))));
            assert_eq!(op.take(), None);
        }
    }

    fn s02_try_recv_on_empty_is_empty(flavor) {
        for capacity in 0..=20 {
            assert_eq!(open(flavor, capacity).try_recv(), Err(TryRecvError::Empty));
        }
    }

    fn s03_send_to_full_waits_and_try_send_gives_the_value_back(flavor) {
        for capacity in 0..=20 {
            let channel = open(flavor, capacity);
            for n in 0..capacity {
                assert_eq!(channel.try_send(n as u32), Ok(()));
            }
            assert_eq!(channel.try_send(99), Err(TrySendError::Full(99)));
            let owner = Owner::new();
            let op = owner.send(&channel, capacity as u32);
            assert_eq!(channel.try_send(98), Err(TrySendError::Full(98)));
            for n in 0..=capacity {
                assert_eq!(channel.try_recv(), Ok(n as u32));
            }
            assert_eq!(op.take(), Some(case(0, Sent)));
            assert_eq!(channel.try_recv(), Err(TryRecvError::Empty));
        }
    }

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

    fn s10_a_hundred_in_order(flavor) {
        for capacity in 0..=20 {
            let channel = open(flavor, capacity);
            let sender = channel.clone();
            let producer = thread::spawn(move || {
                let owner = Owner::new();
                (0..100).for_each(|n| owner.send_now(&sender, n));
            });
            let owner = Owner::new();
            for n in 0..100 {
                assert_eq!(owner.recv_now(&channel), Some(n));
            }
            producer.join().unwrap();
        }
    }

    fn s11_four_senders_four_receivers_each_value_once(flavor) {
        for capacity in [0, 1, 7, 1000] {
            owner::four_by_four(&Channel::new(flavor, Some(capacity)), 1000);
        }
        owner::four_by_four(&Channel::new(flavor, None), 1000);
    }

    fn s12_length_is_what_is_at_rest(flavor) {
        let channel = open(flavor, 2);
        assert_eq!((channel.len(), channel.is_empty(), channel.capacity()), (0, true, Some(2)));
        channel.try_send(1).unwrap();
        assert_eq!(channel.len(), 1);
        channel.try_send(2).unwrap();
        let owner = Owner::new();
        let op = owner.send(&channel, 3);
        assert_eq!(channel.len(), 2);
        assert!(op.cancel().is_some());
        channel.try_recv().unwrap();
        assert_eq!(channel.len(), 1);
        let rendezvous = open(flavor, 0);
        owner.send(&rendezvous, 1);
        assert_eq!((rendezvous.len(), rendezvous.flavor()), (0, Flavor::Mutex));
        rendezvous.close().unwrap();
    }

    fn s12_length_stays_within_the_capacity_under_load(flavor) {
        let channel = open(flavor, 3);
        let watched = channel.clone();
        let watcher = thread::spawn(move || {
            while !watched.is_closed() {
                assert!(watched.len() <= 3);
            }
        });
        owner::four_by_four(&channel, 2000);
        channel.close().unwrap();
        watcher.join().unwrap();
    }

    fn s13_an_unbounded_channel_takes_everything(flavor) {
        let channel = Channel::new(flavor, None);
        assert_eq!(channel.capacity(), None);
        for n in 0..10_000 {
            channel.try_send(n).unwrap();
        }
        assert_eq!(channel.len(), 10_000);
        assert_eq!(channel.try_recv_many(usize::MAX, &mut |_| ()), Ok(10_000));
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

    fn s18_buffered_values_come_in_order(flavor) {
        let channel = Channel::new(flavor, Some(100));
        assert_eq!(channel.try_send_many(&mut (0..100).collect()), Ok(100));
        let mut got = Vec::new();
        assert_eq!(channel.try_recv_many(30, &mut |n| got.push(n)), Ok(30));
        got.extend(std::iter::from_fn(|| channel.try_recv().ok()));
        assert!(got.into_iter().eq(0..100));
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

    fn s41_no_case_waits_for_ever(flavor) {
        let owner = Owner::new();
        let op = owner.try_park(Vec::<Case<u32>>::new()).expect_err("no case is ready");
        assert!(!op.is_done());
        assert!(op.cancel().is_some_and(|cases| cases.is_empty()));
        assert!(try_select(Vec::<Case<u32>>::new(), Order::Random).is_err());
        drop(open(flavor, 1));
    }

    fn s43_try_select_takes_what_is_ready_else_gives_the_cases_back(flavor) {
        let (a, b) = (open(flavor, 1), open(flavor, 1));
        let cases = || vec![Case::Recv(a.clone()), Case::Send(b.clone(), 5)];
        assert_eq!(try_select(cases(), Order::Random).ok(), Some(case(1, Sent)));
        let back = try_select(cases(), Order::Random).expect_err("a is empty and b is full");
        assert!(matches!(back.as_slice(), [Case::Recv(_), Case::Send(_, 5)]));
        a.close().unwrap();
        assert_eq!(try_select(back, Order::Random).ok(), Some(case(0, RecvClosed)));
        b.close().unwrap();
        let sends = vec![Case::Send(b.clone(), 6)];
        assert_eq!(try_select(sends, Order::Biased).ok(), Some(case(0, SendClosed(6))));
    }

    fn s24_each_of_several_ready_cases_is_taken_as_often(flavor) {
        let channels: Vec<_> = (0..5).map(|_| Channel::new(flavor, None)).collect();
        let mut taken = [0; 5];
        for n in 0..10_000 {
            channels.iter().for_each(|channel| channel.try_send(n).unwrap());
            let cases = channels.iter().map(|channel| Case::Recv(channel.clone())).collect();
            taken[try_select(cases, Order::Random).ok().unwrap().case] += 1;
        }
        assert!(taken.iter().all(|n| (1_800..2_200).contains(n)), "{taken:?}");
    }

    fn s25_the_same_channel_five_times(flavor) {
        let channel = Channel::new(flavor, None);
        let mut taken = [0; 5];
        for n in 0..5_000 {
            channel.try_send(n).unwrap();
            let cases = (0..5).map(|_| Case::Recv(channel.clone())).collect();
            taken[try_select(cases, Order::Random).ok().unwrap().case] += 1;
        }
        assert!(taken.iter().all(|n| *n >= 500), "{taken:?}");
    }

    fn s26_biased_takes_the_first_ready_case(flavor) {
        let (a, b) = (open(flavor, 1), open(flavor, 1));
        for _ in 0..100 {
            let _ = (a.try_send(1), b.try_send(2));
            let cases = vec![Case::Recv(a.clone()), Case::Recv(b.clone())];
            assert_eq!(try_select(cases, Order::Biased).ok(), Some(case(0, Received(1))));
        }
    }

    fn s48_losing_cases_leave_the_others_as_they_were(flavor) {
        let (a, b) = (open(flavor, 1), open(flavor, 1));
        let owner = Owner::new();
        let waiters: Vec<_> = (0..3).map(|_| owner.recv(&a)).collect();
        let select = owner.park(vec![Case::Recv(a.clone()), Case::Recv(b.clone())]);
        b.try_send(9).unwrap();
        assert_eq!(select.take(), Some(case(1, Received(9))));
        let late = owner.recv(&a);
        for (n, op) in (0..).zip(waiters.iter().chain([&late])) {
            a.try_send(n).unwrap();
            assert_eq!(op.take(), Some(case(0, Received(n))));
        }
    }

    fn s49_the_same_channel_twice_and_a_waiter_behind(flavor) {
        for capacity in [0, 1] {
            let channel = open(flavor, capacity);
            let owner = Owner::new();
            let select = owner.park(vec![Case::Recv(channel.clone()), Case::Recv(channel.clone())]);
            let behind = owner.recv(&channel);
            channel.try_send(1).unwrap();
            channel.try_send(2).unwrap();
            assert_eq!(select.take(), Some(case(0, Received(1))));
            assert_eq!(behind.take(), Some(case(0, Received(2))));
        }
    }

    fn s46_a_select_does_not_pair_with_itself_but_with_another(flavor) {
        let channel = open(flavor, 0);
        let owner = Owner::new();
        let cases = |n| vec![Case::Recv(channel.clone()), Case::Send(channel.clone(), n)];
        let first = owner.park(cases(1));
        assert!(!first.is_done());
        let second = owner.try_park(cases(2)).ok().unwrap();
        let first = first.take().unwrap();
        match second.event {
            Received(1) => assert_eq!(first, case(1, Sent)),
            Sent => assert_eq!(first, case(0, Received(2))),
            other => panic!("{other:?}"),
        }
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
                        (0..).take_while(|n| owner.try_send_now(&channel, *n).is_ok()).count()
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

    fn s70_a_batch_includes_waiting_senders_and_wakes_them(flavor) {
        for capacity in [0, 1, 2] {
            let channel = open(flavor, capacity);
            let owner = Owner::new();
            let total = capacity as u32 + 3;
            let ops: Vec<_> = (0..total).filter_map(|n| owner.try_park(vec![Case::Send(channel.clone(), n)]).err()).collect();
            assert_eq!(ops.len(), 3);
            let mut got = Vec::new();
            assert_eq!(channel.try_recv_many(100, &mut |n| got.push(n)), Ok(total as usize));
            assert!(got.into_iter().eq(0..total));
            assert!(ops.iter().all(|op| op.take() == Some(case(0, Sent))));
            assert_eq!(channel.try_recv_many(1, &mut |_| ()), Err(TryRecvError::Empty));
        }
    }

    fn s71_a_batch_of_sends_is_a_prefix(flavor) {
        let channel = open(flavor, 3);
        let mut values: VecDeque<_> = (0..5).collect();
        let owner = Owner::new();
        let op = owner.recv(&channel);
        assert_eq!(channel.try_send_many(&mut values), Ok(4));
        assert_eq!((op.take(), values.len(), channel.len()), (Some(case(0, Received(0))), 1, 3));
        assert_eq!(channel.try_send_many(&mut values), Ok(0));
        assert_eq!(channel.try_send_many(&mut VecDeque::new()), Ok(0));
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

    fn watchers_take_nothing_and_are_all_told(flavor) {
        let channel = open(flavor, 1);
        let owner = Owner::new();
        let watch = || owner.try_park(vec![Case::WatchRecv(channel.clone())]);
        let waiting = [watch().err().unwrap(), watch().err().unwrap()];
        channel.try_send(1).unwrap();
        assert!(waiting.iter().all(|op| op.take() == Some(case(0, Ready))));
        assert_eq!(watch().ok(), Some(case(0, Ready)));
        let full = owner.park(vec![Case::WatchSend(channel.clone())]);
        assert_eq!(channel.try_recv(), Ok(1));
        assert_eq!(full.take(), Some(case(0, Ready)));
        let last = watch().err().unwrap();
        channel.close().unwrap();
        assert_eq!(last.take(), Some(case(0, Ready)));
        let gone = open(flavor, 1);
        gone.try_send(1).unwrap();
        let full = owner.park(vec![Case::WatchSend(gone.clone())]);
        gone.disconnect();
        assert_eq!(full.take(), Some(case(0, Ready)));
    }

    fn watchers_of_a_rendezvous_see_the_partner_wait(flavor) {
        let channel = open(flavor, 0);
        let owner = Owner::new();
        let watch = owner.park(vec![Case::WatchRecv(channel.clone())]);
        assert_eq!(channel.try_send(1), Err(TrySendError::Full(1)));
        assert!(!watch.is_done());
        let send = owner.send(&channel, 2);
        assert_eq!(watch.take(), Some(case(0, Ready)));
        assert_eq!(channel.try_recv(), Ok(2));
        assert_eq!(send.take(), Some(case(0, Sent)));
        let watch = owner.park(vec![Case::WatchSend(channel.clone())]);
        let recv = owner.recv(&channel);
        assert_eq!(watch.take(), Some(case(0, Ready)));
        assert!(recv.cancel().is_some());
        assert!(owner.try_park(vec![Case::WatchSend(channel.clone())]).is_err());
        channel.close().unwrap();
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

    fn s47_exactly_one_case_happens(flavor) {
        let channels: Vec<_> = [0, 1, 2, 3].map(|capacity| open(flavor, capacity)).into();
        let senders = channels.clone();
        let producer = thread::spawn(move || {
            let owner = Owner::new();
            for n in 0..25_000 {
                let cases = senders.iter().map(|channel| Case::Send(channel.clone(), n)).collect();
                assert_eq!(owner.wait(park(cases, Order::Random, owner.clone(), 0)).event, Sent);
            }
            senders.iter().for_each(|channel| channel.close().unwrap());
        });
        let owner = Owner::new();
        let mut open: Vec<_> = channels.clone();
        let mut seen = vec![0; 25_000];
        while !open.is_empty() {
            let cases = open.iter().map(|channel| Case::Recv(channel.clone())).collect();
            let outcome = owner.wait(park(cases, Order::Random, owner.clone(), 0));
            match outcome.event {
                Received(n) => seen[n as usize] += 1,
                RecvClosed => drop(open.remove(outcome.case)),
                other => panic!("{other:?}"),
            }
        }
        producer.join().unwrap();
        assert!(seen.iter().all(|n| *n == 1));
    }

    fn s51_try_select_sees_one_moment(flavor) {
        // One message is always in one of the two, moved by first putting it into the other.
        let (a, b) = (Channel::new(flavor, Some(2)), Channel::new(flavor, Some(2)));
        let mover = (a.clone(), b.clone());
        let stop = Arc::new(AtomicUsize::new(0));
        let stopped = stop.clone();
        a.try_send(0).unwrap();
        let moving = thread::spawn(move || {
            while stopped.load(Ordering::Relaxed) == 0 {
                for (from, to) in [(&mover.0, &mover.1), (&mover.1, &mover.0)] {
                    to.try_send(0).unwrap();
                    assert!(from.try_recv().is_ok());
                }
            }
        });
        for _ in 0..100_000 {
            let cases = vec![Case::WatchRecv(a.clone()), Case::WatchRecv(b.clone())];
            assert!(try_select(cases, Order::Random).is_ok());
        }
        stop.store(1, Ordering::Relaxed);
        moving.join().unwrap();
    }

    fn s55_crossed_selects_in_a_ring_with_cancellation(flavor) {
        let ring: Vec<_> = (0..3).map(|_| open(flavor, 0)).collect();
        let threads: Vec<_> = (0..3).map(|at| {
            let (out, into) = (ring[at].clone(), ring[(at + 1) % 3].clone());
            thread::spawn(move || {
                let owner = Owner::new();
                let (mut sent, mut received) = (0_u32, 0_u32);
                for n in 0..3000 {
                    let cases = vec![Case::Send(out.clone(), n), Case::Recv(into.clone())];
                    let outcome = match park(cases, Order::Random, owner.clone(), 0) {
                        Parking::Done(outcome) => Some(outcome),
                        Parking::Parked(op) if n % 3 == 0 => { thread::yield_now(); op.cancel().is_none().then(|| op.take()).flatten() }
                        Parking::Parked(op) => { thread::yield_now(); op.take().or_else(|| op.cancel().is_none().then(|| op.take()).flatten()) }
                    };
                    match outcome.map(|outcome| outcome.event) {
                        Some(Sent) => sent += 1,
                        Some(Received(_)) => received += 1,
                        None => {}
                        other => panic!("{other:?}"),
                    }
                }
                (sent, received)
            })
        }).collect();
        let totals: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        assert_eq!(totals.iter().map(|(sent, _)| sent).sum::<u32>(), totals.iter().map(|(_, received)| received).sum::<u32>());
    }
}

#[test]
fn a_select_over_all_flavors_at_once() {
    let channels: Vec<_> = flavors::ALL.map(|flavor| open(flavor, 1)).into();
    let owner = Owner::new();
    let cases = || {
        channels
            .iter()
            .map(|channel| Case::Recv(channel.clone()))
            .collect::<Vec<_>>()
    };
    for at in 0..3 {
        let op = parked(park(cases(), Order::Random, owner.clone(), 7));
        channels[at].try_send(1).unwrap();
        assert_eq!(op.take(), Some(case(at, Received(1))));
    }
    assert!(try_select(cases(), Order::Random).is_err());
}

#[test]
fn a_thousand_cases() {
    let channels: Vec<_> = (0..1000).map(|n| open(flavors::ALL[n % 3], 1)).collect();
    let cases = || {
        channels
            .iter()
            .map(|channel| Case::Recv(channel.clone()))
            .collect::<Vec<_>>()
    };
    channels[777].try_send(1).unwrap();
    assert_eq!(
        try_select(cases(), Order::Random).ok(),
        Some(case(777, Received(1)))
    );
    assert!(try_select(cases(), Order::Random).is_err());
}
