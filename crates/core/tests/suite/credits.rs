//! Credit under load: threads that write on credit and park when there is no room, among all kinds of receivers.

use std::sync::Arc;
use std::thread;

use hchan_core::{Channel, Event, Parker, Parking, TrySendError, park_send};

use crate::flavors::flavors;
use crate::leases::{each_once_in_order, receive, wait};
use crate::writer::Writer;

/// Sends `count` values from `from` on, with credit for up to `most`, and every so many-th by a call.
fn send(channel: &Arc<Channel<u32>>, from: u32, count: u32, most: usize) {
    let mut writer = Writer::new(most);
    for value in from..from + count {
        let sent = if value.is_multiple_of(997) {
            channel.try_send(value)
        } else {
            writer.send(channel, value)
        };
        let Err(TrySendError::Full(value)) = sent else {
            assert_eq!(sent, Ok(()));
            continue;
        };
        let parker = Parker::new();
        if let Parking::Parked(op) = park_send(channel.clone(), value, parker.clone(), 0) {
            wait(&parker);
            let event = op.take().map(|done| done.event);
            assert!(matches!(event, Some(Event::Sent)));
        }
    }
    channel.return_credit(&writer.page());
}

flavors! {
    fn every_message_on_credit_goes_to_one_receiver_in_order(flavor) {
        const COUNT: u32 = 20_000;
        for (round, capacity) in [1, 3, 7, 64, 1024, usize::MAX].into_iter().enumerate() {
            for senders in 1..=2 {
                let channel = Channel::new(flavor, (capacity < usize::MAX).then_some(capacity));
                let receivers: Vec<_> = [0, 1, 2]
                    .into_iter()
                    .cycle()
                    .skip(round)
                    .take(1 + round % 3)
                    .map(|kind| {
                        let channel = channel.clone();
                        thread::spawn(move || receive(&channel, kind))
                    })
                    .collect();
                let sending: Vec<_> = (0..senders)
                    .map(|n| {
                        let channel = channel.clone();
                        thread::spawn(move || send(&channel, n * COUNT, COUNT, 5 + 40 * n as usize))
                    })
                    .collect();
                while sending.iter().any(|sender| !sender.is_finished()) {
                    assert!(channel.len() <= capacity);
                    thread::yield_now();
                }
                for sender in sending {
                    sender.join().expect("sends");
                }
                channel.close().expect("is open");
                let all = receivers.into_iter().map(|receiver| receiver.join().expect("receives"));
                each_once_in_order(all, senders, COUNT, capacity);
            }
        }
    }

    fn a_message_that_comes_back_takes_its_room_from_credit(flavor) {
        let channel = Channel::new(flavor, Some(4));
        let mut writer = Writer::new(8);
        assert_eq!(channel.try_send(1), Ok(()));
        assert_eq!(channel.try_recv(), Ok(1));
        assert_eq!(writer.send(&channel, 2), Ok(()));
        channel.unrecv(1);
        assert_eq!(channel.room(), 2);
        for value in 3..=4 {
            assert_eq!(writer.send(&channel, value), Ok(()));
        }
        assert_eq!((channel.len(), channel.room()), (4, 0));
        assert_eq!(writer.send(&channel, 5), Err(TrySendError::Full(5)));
        for value in 1..=4 {
            assert_eq!(channel.try_recv(), Ok(value));
        }
    }

    fn what_is_written_on_credit_is_in_the_channel(flavor) {
        let channel = Channel::new(flavor, Some(4));
        let mut writer = Writer::new(8);
        for value in 0..4 {
            assert_eq!(channel.len(), value as usize);
            assert_eq!(writer.send(&channel, value), Ok(()));
        }
        assert_eq!(writer.send(&channel, 4), Err(TrySendError::Full(4)));
        assert_eq!(channel.len(), 4);
        for value in 0..4 {
            assert_eq!(channel.try_recv(), Ok(value));
        }
        assert_eq!(writer.send(&channel, 5), Ok(()));
        channel.close().unwrap();
        assert_eq!(writer.send(&channel, 6), Err(TrySendError::Closed(6)));
        assert_eq!(channel.try_recv(), Ok(5));
        assert!(channel.try_recv().is_err() && channel.is_empty());
    }
}
