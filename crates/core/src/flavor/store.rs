//! Where a gated channel's messages rest: a library's queue, and in front of it those that were taken out of it too many
//! at a time, or that came back, or that are lent.
//!
//! A batch that is sent at once goes through the queue as one [`Piece`]: one slot of the queue, and as few cache lines
//! between the threads as its block has, however many messages it holds. Receivers take messages from `front`, which
//! holds what was taken out of the queue last, and only go to the queue when that is not enough; they do so one at a time,
//! under its lock, so that messages leave in the order in which they entered. Senders only touch that lock when they find
//! no room and there is a lease.
//!
//! Invariant, kept by the gates: who pushes has a slot, who pops has an item, so both succeed, if perhaps a moment later.

use std::collections::VecDeque;

use super::lease::Lease;
use crate::bulk::{Piece, first, shift};
use crate::sync::{Mutex, MutexGuard, relax};

/// Above this, and for unbounded channels, the library's unbounded queue is used behind the same gates, so that a
/// large capacity costs no memory before it is used.
const PREALLOCATED: usize = 4096;

/// Somebody else's queue. Never asked for more than it was made for.
pub(crate) trait Queue<P>: Sized {
    fn bounded(capacity: usize) -> Self;
    fn unbounded() -> Self;
    /// Err: not now. A queue may say so although a slot was brought home, if that receiver is still in the middle of it.
    fn push(&self, piece: P) -> Result<(), P>;
    /// Appends the oldest, or more if that costs little more; `surely` so many are complete, and waiting for the sender
    /// of one that is not takes as long as that sender is preempted. False: nothing can be seen now.
    fn pop(&self, into: &mut VecDeque<P>, surely: u64) -> bool;
}

/// The messages at rest.
pub(super) struct Store<T, Q> {
    queue: Q,
    front: Aligned<T>,
}

/// The oldest messages, and who may take the first of them without asking.
pub(super) struct Front<T> {
    pub(super) pieces: VecDeque<Piece<T>>,
    pub(super) lease: Option<Lease>,
}

/// In lines of its own: receivers write here with every message, and senders read the queue's address next to it.
#[repr(align(128))]
struct Aligned<T>(Mutex<Front<T>>);

impl<T: Send + 'static, Q: Queue<Piece<T>>> Store<T, Q> {
    pub(super) fn new(capacity: Option<usize>) -> Self {
        let queue = match capacity {
            Some(capacity) if capacity <= PREALLOCATED => Q::bounded(capacity),
            _ => Q::unbounded(),
        };
        Self {
            queue,
            front: Aligned(Mutex::new(Front {
                pieces: VecDeque::new(),
                lease: None,
            })),
        }
    }

    /// Puts in what has as many slots as it has messages.
    #[inline]
    pub(super) fn push(&self, mut piece: Piece<T>) {
        let mut step = 0;
        while let Err(back) = self.queue.push(piece) {
            piece = back;
            relax(&mut step);
        }
    }

    /// Locks the front.
    #[inline]
    pub(super) fn front(&self) -> MutexGuard<'_, Front<T>> {
        self.front.0.lock()
    }

    /// The message of a taken item; there is no lease. `more` says how many items more are out.
    #[inline]
    pub(super) fn pop(&self, front: &mut Front<T>, more: impl Fn() -> u64) -> T {
        loop {
            if let Some(value) = first(&mut front.pieces) {
                return value;
            }
            self.open(&mut front.pieces, 1 + more());
        }
    }

    /// The messages of `n` taken items; there is no lease.
    pub(super) fn pop_many(&self, front: &mut Front<T>, n: usize) -> VecDeque<Piece<T>> {
        let (mut pieces, mut left) = (VecDeque::new(), n);
        let front = &mut front.pieces;
        while left > 0 {
            if front.is_empty() {
                self.open(front, left as u64);
            }
            left -= shift(front, left, &mut pieces);
        }
        pieces
    }

    /// Moves what is oldest in the queue to the front, which is empty. There is something, if perhaps a moment later.
    #[inline]
    fn open(&self, front: &mut VecDeque<Piece<T>>, surely: u64) {
        let mut step = 0;
        while !self.queue.pop(front, surely) {
            relax(&mut step);
        }
    }

    /// Moves more to the front until `most` messages are there, or as many as can be seen of the `there` whose items are out.
    pub(super) fn fetch(&self, front: &mut Front<T>, most: usize, there: u64) {
        // Each piece is a message or more, so there are few to count.
        while front.pieces.len() < most {
            let held = front.pieces.iter().map(Piece::len).sum::<usize>();
            if held >= most || held as u64 >= there {
                break;
            }
            let before = front.pieces.len();
            self.queue.pop(&mut front.pieces, there - held as u64);
            if front.pieces.len() == before {
                break;
            }
        }
    }
}

impl<T: 'static> Front<T> {
    /// Puts messages in front of all others, oldest first; there is no lease. Their items are put out after this.
    pub(super) fn put_back(&mut self, pieces: impl DoubleEndedIterator<Item = Piece<T>>) {
        for piece in pieces.rev() {
            self.pieces.push_front(piece);
        }
    }
}
