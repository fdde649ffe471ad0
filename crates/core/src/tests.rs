//! What the public surface does not show: that nothing is left behind.

use std::sync::Arc;

use crate::{Case, Channel, Flavor, Order, Parker, Parking, park};

const FLAVORS: [Flavor; 3] = [Flavor::Mutex, Flavor::Crossbeam, Flavor::Kanal];

#[test]
fn s37_ten_thousand_cancelled_receives_leave_nothing() {
    for flavor in FLAVORS {
        let channel = Channel::<u32>::new(flavor, Some(1));
        let other = Channel::<u32>::new(flavor, Some(1));
        let parker = Parker::new();
        let mut ops = Vec::new();
        for _ in 0..10_000 {
            let cases = vec![
                Case::Recv(channel.clone()),
                Case::WatchRecv(channel.clone()),
                Case::Recv(other.clone()),
            ];
            let Parking::Parked(op) = park(cases, Order::Random, parker.clone(), 0) else {
                panic!("nothing was sent")
            };
            ops.push(op);
        }
        assert_eq!(channel.waiting(), 20_000);
        assert!(ops.iter().all(|op| op.cancel().is_some()));
        assert_eq!((channel.waiting(), other.waiting()), (0, 0));
        drop(ops);
        assert_eq!(
            (
                Arc::strong_count(&channel),
                Arc::strong_count(&other),
                Arc::strong_count(&parker)
            ),
            (1, 1, 1)
        );
    }
}

#[test]
fn s48_a_taken_operation_is_in_no_list() {
    for flavor in FLAVORS {
        let channels: Vec<_> = (0..3)
            .map(|_| Channel::<u32>::new(flavor, Some(1)))
            .collect();
        let cases = channels
            .iter()
            .map(|channel| Case::Recv(channel.clone()))
            .collect();
        let Parking::Parked(op) = park(cases, Order::Random, Parker::new(), 0) else {
            panic!("nothing was sent")
        };
        assert_eq!(channels[1].try_send(1), Ok(()));
        assert!(op.take().is_some());
        assert!(channels.iter().all(|channel| channel.waiting() == 0));
    }
}
