//! The only door to locks and atomics, so that loom can stand in for them (`--cfg loom`) and so can shuttle
//! (`--cfg shuttle`).
//!
//! Locks are never poisoned here: no code that can panic runs under one, and a lock whose holder panicked all the same
//! is recovered rather than spread.

#[cfg(loom)]
use loom::sync as imp;
#[cfg(shuttle)]
use shuttle::sync as imp;
#[cfg(not(any(loom, shuttle)))]
use std::sync as imp;

#[cfg(loom)]
pub(crate) use loom::sync::atomic::{AtomicBool, AtomicU64};
#[cfg(shuttle)]
pub(crate) use shuttle::sync::atomic::{AtomicBool, AtomicU64};
#[cfg(not(any(loom, shuttle)))]
pub(crate) use std::sync::atomic::{AtomicBool, AtomicU64};

pub(crate) use std::sync::atomic::Ordering;

use std::sync::PoisonError;
use std::time::Duration;

pub(crate) type MutexGuard<'a, T> = imp::MutexGuard<'a, T>;

/// A lock that is never found poisoned.
#[derive(Debug)]
pub(crate) struct Mutex<T>(imp::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(imp::Mutex::new(value))
    }

    #[inline]
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A condition variable over [`Mutex`].
#[derive(Debug)]
pub(crate) struct Condvar(imp::Condvar);

impl Condvar {
    pub(crate) fn new() -> Self {
        Self(imp::Condvar::new())
    }

    pub(crate) fn notify_one(&self) {
        self.0.notify_one();
    }

    pub(crate) fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        slice: Duration,
    ) -> MutexGuard<'a, T> {
        match self.0.wait_timeout(guard, slice) {
            Ok((guard, _)) => guard,
            Err(poisoned) => poisoned.into_inner().0,
        }
    }
}

/// The middle of a Dekker pair: one side writes A then reads B, the other writes B then reads A, and one of them must
/// see the other. Both sides use `SeqCst` accesses, which is enough, so this is nothing at run time. loom regards a
/// `SeqCst` access as an acquire or release one and models the total order for fences only, so there it is a fence.
#[inline]
pub(crate) fn dekker() {
    #[cfg(loom)]
    loom::sync::atomic::fence(Ordering::SeqCst);
}

/// A first reading, to begin a compare-and-swap with. loom looks for other executions only where an access meets the last one
/// of the same word, and so overlooks, behind a load, what another thread has read before: there it is a swap.
#[inline]
pub(crate) fn look(word: &AtomicU64) -> u64 {
    #[cfg(loom)]
    return word.fetch_add(0, Ordering::AcqRel);
    #[cfg(not(loom))]
    word.load(Ordering::Acquire)
}

/// One step of waiting for a thread that is in the middle of something short: spins a little, then yields.
pub(crate) fn relax(step: &mut u32) {
    #[cfg(loom)]
    loom::thread::yield_now();
    #[cfg(shuttle)]
    shuttle::thread::yield_now();
    #[cfg(not(any(loom, shuttle)))]
    if *step < 64 {
        std::hint::spin_loop();
    } else {
        std::thread::yield_now();
    }
    *step = step.saturating_add(1);
}
