//! Telling the owner: the inbox and the parker.
#![cfg(loom)]

#[path = "loom/mod.rs"]
mod model;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hchan_core::mutant::Mutant;
use hchan_core::{Inbox, Parker, Wake};
use loom::sync::atomic::AtomicBool;
use loom::thread;
use model::{check, finds};

/// The environment is finalized while an operation ends: the bell never rings after `close` has returned.
fn ring_against_close() {
    let finalized = Arc::new(AtomicBool::new(false));
    let seen = finalized.clone();
    let inbox = Inbox::new(Box::new(move || {
        assert!(!seen.load(Ordering::SeqCst), "rang in a dead environment");
    }));
    let waker = inbox.clone();
    let waking = thread::spawn(move || waker.wake(1));
    inbox.close();
    finalized.store(true, Ordering::SeqCst);
    waking.join().unwrap();
    let mut keys = Vec::new();
    inbox.drain(&mut keys);
    assert_eq!(keys, []);
}

/// Two operations end while the loop drains: every key arrives, and no key waits without the bell having rung for it.
fn ring_against_drain() {
    let rung = Arc::new(AtomicUsize::new(0));
    let ringing = rung.clone();
    let inbox = Inbox::new(Box::new(move || {
        ringing.fetch_add(1, Ordering::Relaxed);
    }));
    let wakers = [1, 2].map(|key| {
        let inbox = inbox.clone();
        thread::spawn(move || inbox.wake(key))
    });
    let mut keys = Vec::new();
    inbox.drain(&mut keys);
    let early = keys.len();
    for waker in wakers {
        waker.join().unwrap();
    }
    inbox.drain(&mut keys);
    keys.sort_unstable();
    assert_eq!(keys, [1, 2]);
    let rings = if early == 1 { 2..=2 } else { 1..=1 };
    assert!(rings.contains(&rung.load(Ordering::Relaxed)));
}

/// A wake-up that comes before the wait is kept.
fn park_against_wake() {
    let parker = Parker::new();
    let waker = parker.clone();
    let waking = thread::spawn(move || waker.wake(0));
    while !parker.wait(Duration::from_secs(60)) {}
    waking.join().unwrap();
}

#[test]
fn the_bell_is_silent_after_close() {
    check(4, ring_against_close);
    finds(Mutant::RingUnlocked, 3, ring_against_close);
}

#[test]
fn no_key_waits_without_a_ring() {
    check(4, ring_against_drain);
}

#[test]
fn a_parked_thread_is_woken() {
    check(4, park_against_wake);
}
