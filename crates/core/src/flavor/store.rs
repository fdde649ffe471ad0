//! Where a gated channel's messages rest: a library's queue, and in front of it those that were taken out of it too many
//! at a time, or that came back.
//!
//! A batch that is sent at once goes through the queue as one [`Piece`]: one slot of the queue, and as few cache lines
//! between the threads as its block has, however many messages it holds. Receivers take messages from `front`, which
//! holds what was taken out of the queue last, and only go to the queue when it is empty; they do so one at a time, under
//! its lock, so that messages leave in the order in which they entered. Senders never touch that lock.
//!
//! Invariant, kept by the gates: who pushes has a slot, who pops has an item, so both succeed, if perhaps a moment later.

use std::collections::VecDeque;

use crate::bulk::{Piece, first};
use crate::sync::{Mutex, relax};

/// Above this, and for unbounded channels, the library's unbounded queue is used behind the same gates, so that a
/// large capacity costs no memory before it is used.
const PREALLOCATED: usize = 65_536;

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
    front: Front<T>,
}

/// In lines of its own: receivers write here with every message, and senders read the queue's address next to it.
#[repr(align(128))]
struct Front<T>(Mutex<VecDeque<Piece<T>>>);

impl<T: Send + 'static, Q: Queue<Piece<T>>> Store<T, Q> {
    pub(super) fn new(capacity: Option<usize>) -> Self {
        let queue = match capacity {
            Some(capacity) if capacity <= PREALLOCATED => Q::bounded(capacity),
            _ => Q::unbounded(),
        };
        Self {
            queue,
            front: Front(Mutex::new(VecDeque::new())),
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

    /// The message of a taken item. `more` says how many items more are out.
    #[inline]
    pub(super) fn pop(&self, more: impl Fn() -> u64) -> T {
        let mut front = self.front.0.lock();
        loop {
            if let Some(value) = first(&mut front) {
                return value;
            }
            self.open(&mut front, 1 + more());
        }
    }

    /// The messages of `n` taken items.
    pub(super) fn pop_many(&self, n: usize) -> VecDeque<Piece<T>> {
        let (mut pieces, mut left) = (VecDeque::new(), n);
        let mut front = self.front.0.lock();
        while left > 0 {
            let Some(mut piece) = front.pop_front() else {
                self.open(&mut front, left as u64);
                continue;
            };
            if piece.len() > left {
                if let Piece::Many(bulk) = &mut piece {
                    pieces.push_back(Piece::Many(bulk.split(left)));
                }
                front.push_front(piece);
                break;
            }
            left -= piece.len();
            pieces.push_back(piece);
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

    /// Puts messages in front of all others, oldest first. Their items are put out after this.
    pub(super) fn put_back(&self, pieces: impl DoubleEndedIterator<Item = Piece<T>>) {
        let mut front = self.front.0.lock();
        for piece in pieces.rev() {
            front.push_front(piece);
        }
    }
}
