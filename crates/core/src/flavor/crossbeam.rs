//! crossbeam-channel's queues (0.5.15 or newer: older ones race or free twice), by `try_send` and `try_recv` only.
//! Both ends live here, so it never sees itself disconnected.

use std::collections::VecDeque;

use crossbeam_channel::{Receiver, Sender, TrySendError};

use super::store::Queue;

pub(crate) struct Crossbeam<T> {
    send: Sender<T>,
    recv: Receiver<T>,
}

/// How many to take at once: the slots that another core has just written then arrive together, not one after the other.
const BURST: usize = 32;

impl<T> Queue<T> for Crossbeam<T> {
    fn bounded(capacity: usize) -> Self {
        let (send, recv) = crossbeam_channel::bounded(capacity);
        Self { send, recv }
    }

    fn unbounded() -> Self {
        let (send, recv) = crossbeam_channel::unbounded();
        Self { send, recv }
    }

    #[inline]
    fn push(&self, value: T) -> Result<(), T> {
        self.send.try_send(value).map_err(|error| match error {
            TrySendError::Full(value) | TrySendError::Disconnected(value) => value,
        })
    }

    #[inline]
    fn pop(&self, into: &mut VecDeque<T>, surely: u64) -> bool {
        let most = usize::try_from(surely).map_or(BURST, |surely| surely.min(BURST));
        into.extend(self.recv.try_iter().take(most));
        !into.is_empty()
    }
}
