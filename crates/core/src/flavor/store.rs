//! Where a gated channel's messages rest: a library's queue, and in front of it those that were taken out of it too many
//! at a time, or that came back.
//!
//! A batch that is sent at once goes through the queue as one [`Parcel`]: one slot of the queue, one cache line between
//! the threads, however many messages it holds. Receivers take messages from `front`, which holds the rest of the parcel
//! opened last, and only open the next one when it is empty; they do so one at a time, under its lock, so that
//! messages leave in the order in which they entered. Senders never touch that lock.
//!
//! Invariant, kept by the gates: who pushes has a slot, who pops has an item, so both succeed, if perhaps a moment later.

use std::collections::VecDeque;
use std::mem;

use crate::sync::{Mutex, relax};

/// Above this, and for unbounded channels, the library's unbounded queue is used behind the same gates, so that a
/// large capacity costs no memory before it is used.
const PREALLOCATED: usize = 65_536;

/// From this many on, a batch is one parcel: fewer cost less one by one than a parcel's allocation.
const WORTHWHILE: usize = 4;

/// Somebody else's queue. Never asked for more than it was made for.
pub(crate) trait Queue<P>: Sized {
    fn bounded(capacity: usize) -> Self;
    fn unbounded() -> Self;
    /// Err: not now. A queue may say so although a slot was brought home, if that receiver is still in the middle of it.
    fn push(&self, parcel: P) -> Result<(), P>;
    /// None: nothing can be seen now.
    fn pop(&self) -> Option<P>;
}

/// What rests in a queue.
pub(crate) enum Parcel<T> {
    /// A message.
    One(T),
    /// Several, at least one, oldest first.
    Many(Box<VecDeque<T>>),
}

/// The messages at rest.
pub(super) struct Store<T, Q> {
    queue: Q,
    front: Mutex<VecDeque<T>>,
}

impl<T, Q: Queue<Parcel<T>>> Store<T, Q> {
    pub(super) fn new(capacity: Option<usize>) -> Self {
        let queue = match capacity {
            Some(capacity) if capacity <= PREALLOCATED => Q::bounded(capacity),
            _ => Q::unbounded(),
        };
        Self {
            queue,
            front: Mutex::new(VecDeque::new()),
        }
    }

    /// Puts one in whose slot is taken.
    #[inline]
    pub(super) fn push(&self, value: T) {
        self.push_parcel(Parcel::One(value));
    }

    /// Puts several in whose slots are taken.
    pub(super) fn push_many(&self, values: VecDeque<T>) {
        if values.len() >= WORTHWHILE {
            self.push_parcel(Parcel::Many(Box::new(values)));
        } else {
            values.into_iter().for_each(|value| self.push(value));
        }
    }

    #[inline]
    fn push_parcel(&self, mut parcel: Parcel<T>) {
        let mut step = 0;
        while let Err(back) = self.queue.push(parcel) {
            parcel = back;
            relax(&mut step);
        }
    }

    /// The message of a taken item.
    #[inline]
    pub(super) fn pop(&self) -> T {
        let mut front = self.front.lock();
        loop {
            if let Some(value) = front.pop_front() {
                return value;
            }
            match self.pop_parcel() {
                Parcel::One(value) => return value,
                Parcel::Many(values) => *front = *values,
            }
        }
    }

    /// The messages of `n` taken items.
    pub(super) fn pop_many(&self, n: usize) -> VecDeque<T> {
        let mut front = self.front.lock();
        let mut values = first(&mut front, n);
        while values.len() < n {
            match self.pop_parcel() {
                Parcel::One(value) => values.push_back(value),
                Parcel::Many(more) => {
                    *front = *more;
                    let mut more = first(&mut front, n - values.len());
                    if values.is_empty() {
                        values = more;
                    } else {
                        values.append(&mut more);
                    }
                }
            }
        }
        values
    }

    #[inline]
    fn pop_parcel(&self) -> Parcel<T> {
        let mut step = 0;
        loop {
            if let Some(parcel) = self.queue.pop() {
                return parcel;
            }
            relax(&mut step);
        }
    }

    /// Puts messages in front of all others, oldest first. Their items are put out after this.
    pub(super) fn put_back(&self, values: impl DoubleEndedIterator<Item = T>) {
        let mut front = self.front.lock();
        for value in values.rev() {
            front.push_front(value);
        }
    }
}

/// Takes the first `n`, or all if there are fewer.
fn first<T>(values: &mut VecDeque<T>, n: usize) -> VecDeque<T> {
    if values.len() > n {
        values.drain(..n).collect()
    } else {
        mem::take(values)
    }
}
