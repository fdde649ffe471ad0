//! Several messages that travel as one.
//!
//! What moves between two threads is cache lines, at hundreds of nanoseconds each, so a batch in one block costs a small
//! part of what the same messages cost one by one. To the channel a bulk is as many messages as it has: each takes a
//! slot, each is one of `len`, and receivers get them one at a time if they ask for one at a time.

use std::any::Any;
use std::collections::VecDeque;

/// A block of messages, oldest first, that can be taken apart.
pub trait Bulk<T>: Any + Send {
    /// How many are left.
    fn len(&self) -> usize;
    /// Takes the first. `None`: none is left.
    fn pop(&mut self) -> Option<T>;
    /// Takes the first `n`, which are fewer than there are.
    fn split(&mut self, n: usize) -> Box<dyn Bulk<T>>;
    /// For its maker, who knows what it is.
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
    /// Likewise.
    fn as_any(&self) -> &dyn Any;
    /// None is left.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T: Send + 'static> Bulk<T> for VecDeque<T> {
    fn len(&self) -> usize {
        self.len()
    }

    fn pop(&mut self) -> Option<T> {
        self.pop_front()
    }

    fn split(&mut self, n: usize) -> Box<dyn Bulk<T>> {
        Box::new(self.drain(..n).collect::<Self>())
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A message, or several in one block.
pub enum Piece<T> {
    /// A message.
    One(T),
    /// Several, at least one.
    Many(Box<dyn Bulk<T>>),
}

impl<T: 'static> Piece<T> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Many(bulk) => bulk.len(),
        }
    }
}

/// Takes the first message. A block goes with its last one: what is empty would look like the end.
pub(crate) fn first<T: 'static>(front: &mut VecDeque<Piece<T>>) -> Option<T> {
    let Some(Piece::Many(bulk)) = front.front_mut() else {
        return match front.pop_front()? {
            Piece::One(value) => Some(value),
            Piece::Many(_) => None,
        };
    };
    let value = bulk.pop();
    if bulk.is_empty() {
        front.pop_front();
    }
    value
}

/// Moves the first messages, at most `n`, to `into`; how many.
pub(crate) fn shift<T: 'static>(
    front: &mut VecDeque<Piece<T>>,
    n: usize,
    into: &mut VecDeque<Piece<T>>,
) -> usize {
    let mut left = n;
    while left > 0 {
        let piece = match front.front_mut() {
            Some(Piece::Many(bulk)) if bulk.len() > left => Some(Piece::Many(bulk.split(left))),
            _ => front.pop_front(),
        };
        let Some(piece) = piece else { break };
        left -= piece.len();
        into.push_back(piece);
    }
    n - left
}
