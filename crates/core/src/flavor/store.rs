//! Where a gated channel's messages rest: a library's queue, and in front of it those that came back.
//!
//! Invariant, kept by the gates: who pushes has a slot, who pops has an item, so both succeed, if perhaps a moment later.

use std::collections::VecDeque;

use crate::sync::{AtomicBool, Mutex, Ordering, relax};

/// Above this, and for unbounded channels, the library's unbounded queue is used behind the same gates, so that a
/// large capacity costs no memory before it is used.
const PREALLOCATED: usize = 65_536;

/// Somebody else's queue. Never asked for more than it was made for.
pub(crate) trait Queue<T>: Sized {
    fn bounded(capacity: usize) -> Self;
    fn unbounded() -> Self;
    /// Err: not now. A queue may say so although a slot was brought home, if that receiver is still in the middle of it.
    fn push(&self, value: T) -> Result<(), T>;
    /// None: nothing can be seen now.
    fn pop(&self) -> Option<T>;
}

/// The messages at rest.
pub(super) struct Store<T, Q> {
    queue: Q,
    /// Whether there are returned ones.
    any: AtomicBool,
    returned: Mutex<VecDeque<T>>,
}

impl<T, Q: Queue<T>> Store<T, Q> {
    pub(super) fn new(capacity: Option<usize>) -> Self {
        let queue = match capacity {
            Some(capacity) if capacity <= PREALLOCATED => Q::bounded(capacity),
            _ => Q::unbounded(),
        };
        Self {
            queue,
            any: AtomicBool::new(false),
            returned: Mutex::new(VecDeque::new()),
        }
    }

    /// Puts one in whose slot is taken.
    #[inline]
    pub(super) fn push(&self, mut value: T) {
        let mut step = 0;
        while let Err(back) = self.queue.push(value) {
            value = back;
            relax(&mut step);
        }
    }

    /// The message of a taken item.
    #[inline]
    pub(super) fn pop(&self) -> T {
        let mut step = 0;
        loop {
            // Relaxed is enough: who owes its item to a returned message has read I_o after the flag was set.
            if self.any.load(Ordering::Relaxed) {
                let mut values = self.returned.lock();
                let value = values.pop_front();
                self.any.store(!values.is_empty(), Ordering::Relaxed);
                if let Some(value) = value {
                    return value;
                }
            }
            if let Some(value) = self.queue.pop() {
                return value;
            }
            relax(&mut step);
        }
    }

    /// Puts messages in front of all others, oldest first. Their items are put out after this.
    pub(super) fn put_back(&self, values: Vec<T>) {
        let mut returned = self.returned.lock();
        for value in values.into_iter().rev() {
            returned.push_front(value);
        }
        self.any.store(true, Ordering::Relaxed);
    }
}
