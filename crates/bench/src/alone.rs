//! What one operation costs by itself, with nobody else on the channel or the lock, and what handing over costs
//! between two threads that sleep in between. `CAPACITY` is the channel's.
//!
//! `send`, `send-std`: a full buffer's worth of sends to crossbeam-channel or `std::sync::mpsc`, emptied off the clock.
//! `mutex`: lock, add, unlock. `park`: two threads wake each other in turn; the time is that of one waking.

use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Thread, current, park, spawn};
use std::time::{Duration, Instant};

use crossbeam_channel::bounded;

use crate::pattern::Run;

/// Sends `messages` numbers, `capacity` at a time, and takes them back while the clock stands.
fn fill<T>(
    capacity: usize,
    messages: usize,
    ends: &T,
    send: fn(&T, usize) -> bool,
    recv: fn(&T) -> Option<usize>,
) -> Result<Duration, String> {
    let mut took = Duration::ZERO;
    for first in (0..messages).step_by(capacity) {
        let last = messages.min(first + capacity);
        let start = Instant::now();
        for index in first..last {
            if !send(ends, index) {
                return Err("the receiver left early".into());
            }
        }
        took += start.elapsed();
        for index in first..last {
            if recv(ends) != Some(index) {
                return Err(format!("{index} was sent and something else received"));
            }
        }
    }
    Ok(took)
}

fn mutex(messages: usize) -> Duration {
    let lock = Mutex::new(0_usize);
    let start = Instant::now();
    for _ in 0..messages {
        *black_box(&lock)
            .lock()
            .unwrap_or_else(PoisonError::into_inner) += 1;
    }
    start.elapsed()
}

/// Waits until it is `turn`, asleep.
fn until(word: &AtomicUsize, turn: usize) {
    // Acquire pairs with the Release of whoever made it this thread's turn.
    while word.load(Ordering::Acquire) != turn {
        park();
    }
}

fn pass(word: &AtomicUsize, turn: usize, to: &Thread) {
    word.store(turn, Ordering::Release);
    to.unpark();
}

/// The two threads take turns, each asleep until it is woken.
fn hand_over(messages: usize) -> Result<Duration, String> {
    let word = Arc::new(AtomicUsize::new(0));
    let (theirs, caller) = (word.clone(), current());
    let other = spawn(move || {
        for turn in (1..=messages).step_by(2) {
            until(&theirs, turn);
            pass(&theirs, turn + 1, &caller);
        }
    });
    let start = Instant::now();
    for turn in (1..=messages).step_by(2) {
        pass(&word, turn, other.thread());
        until(&word, turn + 1);
    }
    let took = start.elapsed();
    other.join().map_err(|_| "a thread panicked")?;
    Ok(took)
}

/// Runs `pattern`. `Ok(None)`: there is no such pattern.
pub fn run(pattern: &str, capacity: Option<usize>, messages: usize) -> Result<Option<Run>, String> {
    let capacity = capacity.filter(|&capacity| capacity > 0);
    let room = capacity.ok_or("a capacity is missing")?;
    let took = match pattern {
        "send" => fill(
            room,
            messages,
            &bounded(room),
            |(tx, _), value| tx.send(value).is_ok(),
            |(_, rx)| rx.recv().ok(),
        )?,
        "send-std" => fill(
            room,
            messages,
            &sync_channel(room),
            |(tx, _), value| tx.send(value).is_ok(),
            |(_, rx)| rx.recv().ok(),
        )?,
        "mutex" => mutex(messages),
        "park" => hand_over(messages)?,
        _ => return Ok(None),
    };
    Ok(Some(Run {
        took,
        trips: Vec::new(),
    }))
}
