//! kanal's queues, by `try_send` and `drain_into` only: its futures lose messages and its `close` discards the buffer.
//! Its own lock can sleep for a millisecond under contention, so it is built with the standard library's.
//! Both ends live here, so it never sees itself closed.

use std::collections::VecDeque;
use std::mem;

use kanal::{Receiver, Sender};

use super::store::Queue;

pub(crate) struct Kanal<T> {
    send: Sender<T>,
    recv: Receiver<T>,
}

impl<T> Queue<T> for Kanal<T> {
    fn bounded(capacity: usize) -> Self {
        let (send, recv) = kanal::bounded(capacity);
        Self { send, recv }
    }

    fn unbounded() -> Self {
        let (send, recv) = kanal::unbounded();
        Self { send, recv }
    }

    #[inline]
    fn push(&self, value: T) -> Result<(), T> {
        let mut value = Some(value);
        let sent = self.send.try_send_option(&mut value);
        match value {
            Some(value) if !matches!(sent, Ok(true)) => Err(value),
            _ => Ok(()),
        }
    }

    /// All there are, because that takes its lock once.
    #[inline]
    fn pop(&self, into: &mut VecDeque<T>, _surely: u64) -> bool {
        let mut values = Vec::from(mem::take(into));
        let drained = self.recv.drain_into(&mut values);
        *into = VecDeque::from(values);
        drained.is_ok() && !into.is_empty()
    }
}
