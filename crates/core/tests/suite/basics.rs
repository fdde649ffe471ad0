//! Sending, receiving, lengths, batches.

use std::collections::VecDeque;
use std::thread;

use hchan_core::Event::{Received, Sent};
use hchan_core::{Case, Channel, Flavor, TryRecvError, TrySendError};

use crate::flavors::flavors;
use crate::owner::{self, Owner};
use crate::{case, open};

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
        let same = channel.clone();
        let watcher = thread::spawn(move || {
            while !same.is_closed() {
                assert!(same.len() <= 3);
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
}
