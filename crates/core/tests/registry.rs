//! Handles are counted, grants are checked, and nothing is left behind.
#![cfg(not(any(loom, shuttle)))]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use hchan_core::Direction::{Both, Recv, Send};
use hchan_core::{
    Event, Flavor, Grant, Handle, Inbox, Parker, Parking, Registry, TryRecvError, TrySendError,
    Wake, park_recv, park_send,
};

/// Not for real use.
fn counting() -> u128 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    u128::from(NEXT.fetch_add(1, Ordering::Relaxed)) << 64 | 7
}

fn registry() -> Registry<u32> {
    Registry::new(counting)
}

fn attach(registry: &Registry<u32>, grant: Grant) -> Option<Handle<u32>> {
    registry.attach(grant.id, grant.key, grant.grant, grant.direction)
}

#[test]
fn s57_the_last_sender_closes() {
    let registry = registry();
    let both = registry.open(Flavor::Crossbeam, Some(1));
    let (one, two) = (both.clone_as(Send).unwrap(), both.clone_as(Send).unwrap());
    let receiver = both.clone_as(Recv).unwrap();
    drop(both);
    one.channel().try_send(1).unwrap();
    drop(one);
    assert!(!receiver.channel().is_closed());
    drop(two);
    assert_eq!(receiver.channel().try_recv(), Ok(1));
    assert_eq!(receiver.channel().try_recv(), Err(TryRecvError::Closed));
}

#[test]
fn s58_the_last_receiver_disconnects_who_waits() {
    let registry = registry();
    let both = registry.open(Flavor::Kanal, Some(0));
    let sender = both.clone_as(Send).unwrap();
    let Parking::Parked(op) = park_send(sender.channel().clone(), 1, Parker::new(), 0) else {
        panic!("nobody receives")
    };
    drop(both);
    assert_eq!(
        op.take().map(|outcome| outcome.event),
        Some(Event::SendDisconnected(1))
    );
    assert_eq!(
        sender.channel().try_send(2),
        Err(TrySendError::Disconnected(2))
    );
}

#[test]
fn s61_the_last_handle_removes_the_channel() {
    let registry = registry();
    for _ in 0..100 {
        let both = registry.open(Flavor::Mutex, Some(3));
        let sender = attach(&registry, registry.share(&both.clone_as(Send).unwrap())).unwrap();
        both.channel().try_send(1).unwrap();
        drop(both);
        assert_eq!(registry.len(), 1);
        let channel = Arc::downgrade(sender.channel());
        drop(sender);
        assert!(registry.is_empty() && channel.upgrade().is_none());
    }
}

#[test]
fn a_direction_gives_only_what_it_includes() {
    let registry = registry();
    let both = registry.open(Flavor::Mutex, Some(1));
    let (sender, receiver) = (both.clone_as(Send).unwrap(), both.clone_as(Recv).unwrap());
    assert!(sender.clone_as(Recv).is_none() && sender.clone_as(Both).is_none());
    assert!(receiver.clone_as(Send).is_none() && receiver.clone_as(Recv).is_some());
    assert_eq!((sender.direction(), receiver.direction()), (Send, Recv));
}

#[test]
fn a_forged_grant_attaches_nothing() {
    let registry = registry();
    let both = registry.open(Flavor::Mutex, Some(1));
    let grant = registry.share(&both.clone_as(Recv).unwrap());
    let forged = [
        Grant {
            key: grant.key ^ 1,
            ..grant
        },
        Grant {
            direction: Send,
            ..grant
        },
        Grant {
            direction: Both,
            ..grant
        },
        Grant {
            grant: grant.grant + 1,
            ..grant
        },
        Grant { grant: 0, ..grant },
        Grant {
            id: grant.id + 1_000_000,
            ..grant
        },
    ];
    for grant in forged {
        assert!(attach(&registry, grant).is_none(), "{grant:?}");
    }
    assert!(attach(&registry, grant).is_some());
}

#[test]
fn a_grant_counts_until_it_is_first_attached_and_then_its_handles_do() {
    let registry = registry();
    let both = registry.open(Flavor::Crossbeam, Some(1));
    let receiver = both.clone_as(Recv).unwrap();
    let grant = registry.share(&both.clone_as(Send).unwrap());
    drop(both);
    assert!(!receiver.channel().is_closed(), "the grant counts");
    let first = attach(&registry, grant).unwrap();
    let second = attach(&registry, grant).unwrap();
    drop(first);
    assert!(!receiver.channel().is_closed());
    drop(second);
    assert!(receiver.channel().is_closed(), "the grant counts no more");
    assert!(
        attach(&registry, grant).is_none(),
        "its side has ended by itself"
    );
}

#[test]
fn a_grant_of_both_may_be_attached_as_one() {
    let registry = registry();
    let both = registry.open(Flavor::Mutex, Some(1));
    let grant = registry.share(&both);
    drop(both);
    let receiver = registry
        .attach(grant.id, grant.key, grant.grant, Recv)
        .unwrap();
    assert_eq!(receiver.direction(), Recv);
    assert!(receiver.channel().is_closed(), "nobody can send any more");
    drop(receiver);
    assert!(registry.is_empty());
}

#[test]
fn a_closed_channel_can_still_be_attached() {
    let registry = registry();
    let both = registry.open(Flavor::Kanal, Some(2));
    let receiver = both.clone_as(Recv).unwrap();
    let grant = registry.share(&both.clone_as(Send).unwrap());
    both.channel().close().unwrap();
    drop(both);
    drop(attach(&registry, grant).unwrap());
    let again = attach(&registry, grant).unwrap();
    assert_eq!(again.channel().try_send(1), Err(TrySendError::Closed(1)));
    drop(receiver);
}

#[test]
fn handles_come_and_go_in_many_threads() {
    let registry = registry();
    let both = registry.open(Flavor::Crossbeam, Some(4));
    let grant = registry.share(&both);
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let both = both.clone_as(Both).unwrap();
            thread::spawn(move || {
                for _ in 0..1000 {
                    let sender = both.clone_as(Send).unwrap();
                    drop(both.clone_as(Recv));
                    drop(sender);
                }
            })
        })
        .collect();
    for _ in 0..1000 {
        drop(attach(&registry, grant));
    }
    for thread in threads {
        thread.join().unwrap();
    }
    assert!(!both.channel().is_closed());
    assert_eq!(both.channel().try_send(1), Ok(()));
    drop(both);
    assert!(registry.is_empty());
}

#[test]
fn an_inbox_rings_once_for_many_and_never_after_close() {
    let rings = Arc::new(AtomicU64::new(0));
    let counted = rings.clone();
    let inbox = Inbox::new(Box::new(move || {
        counted.fetch_add(1, Ordering::Relaxed);
    }));
    let registry = registry();
    let both = registry.open(Flavor::Crossbeam, Some(1));
    let parked: Vec<_> = [5, 6, 7]
        .map(|key| park_recv(both.channel().clone(), inbox.clone(), key))
        .into();
    both.channel().try_send(1).unwrap();
    both.channel().try_send(2).unwrap();
    let mut keys = Vec::new();
    inbox.drain(&mut keys);
    assert_eq!(
        (keys.as_slice(), rings.load(Ordering::Relaxed)),
        ([5, 6].as_slice(), 1)
    );
    inbox.close();
    both.channel().close().unwrap();
    inbox.wake(9);
    keys.clear();
    inbox.drain(&mut keys);
    assert_eq!((keys.len(), rings.load(Ordering::Relaxed)), (0, 1));
    let done = parked
        .iter()
        .filter(|parking| matches!(parking, Parking::Parked(op) if op.is_done()));
    assert_eq!(done.count(), 3);
}
