//! kanal's queues, by `try_send` and `try_recv` only: its futures lose messages and its `close` discards the buffer.
//! Both ends live here, so it never sees itself closed.

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

    #[inline]
    fn pop(&self) -> Option<T> {
        self.recv.try_recv().ok().flatten()
    }
}
