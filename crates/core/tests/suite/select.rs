//! Choosing between cases, and watching them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use hchan_core::Event::{Ready, Received, RecvClosed, SendClosed, Sent};
use hchan_core::{Case, Channel, Order, Parking, TrySendError, park, try_select};

use crate::flavors::flavors;
use crate::owner::{Owner, parked};
use crate::{case, open};

flavors! {
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
            for channel in &channels {
                channel.try_send(n).unwrap();
            }
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

    fn s47_exactly_one_case_happens(flavor) {
        let channels: Vec<_> = [0, 1, 2, 3].map(|capacity| open(flavor, capacity)).into();
        let senders = channels.clone();
        let producer = thread::spawn(move || {
            let owner = Owner::new();
            for n in 0..25_000 {
                let cases = senders.iter().map(|channel| Case::Send(channel.clone(), n)).collect();
                assert_eq!(owner.wait(park(cases, Order::Random, owner.clone(), 0)).event, Sent);
            }
            for channel in &senders {
                channel.close().unwrap();
            }
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
    let channels: Vec<_> = crate::flavors::ALL.map(|flavor| open(flavor, 1)).into();
    let owner = Owner::new();
    let cases = || {
        channels
            .iter()
            .map(|channel| Case::Recv(channel.clone()))
            .collect::<Vec<_>>()
    };
    for (at, channel) in channels.iter().enumerate() {
        let op = parked(park(cases(), Order::Random, owner.clone(), 7));
        channel.try_send(1).unwrap();
        assert_eq!(op.take(), Some(case(at, Received(1))));
    }
    assert!(try_select(cases(), Order::Random).is_err());
}

#[test]
fn a_thousand_cases() {
    let channels: Vec<_> = (0..1000)
        .map(|n| open(crate::flavors::ALL[n % 3], 1))
        .collect();
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
