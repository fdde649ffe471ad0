//! What carries a channel's messages. Each flavor owns its buffer and its two lists of waiting operations.

pub(crate) mod credit;
#[cfg(not(any(loom, shuttle)))]
pub(crate) mod crossbeam;
#[cfg(any(loom, shuttle))]
pub(crate) mod double;
mod gate;
pub(crate) mod gated;
#[cfg(not(any(loom, shuttle)))]
pub(crate) mod kanal;
pub(crate) mod lease;
pub(crate) mod mutex;
mod pump;
mod store;

/// What carries a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavor {
    /// Go's algorithm: one lock, one ring, two lists. Any capacity, exact order.
    Mutex,
    /// crossbeam-channel's queue between two gates.
    Crossbeam,
    /// kanal's queue between two gates.
    Kanal,
}

/// Why a channel takes no more messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shut {
    /// It was closed.
    Closed,
    /// No receiver is left.
    Disconnected,
}

/// Why a value was not sent. It comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrySendError<T> {
    /// There is no room, and no receiver is waiting.
    Full(T),
    /// The channel is closed.
    Closed(T),
    /// No receiver is left.
    Disconnected(T),
}

impl<T> TrySendError<T> {
    pub(crate) fn shut(shut: Shut, value: T) -> Self {
        match shut {
            Shut::Closed => Self::Closed(value),
            Shut::Disconnected => Self::Disconnected(value),
        }
    }
}

/// Why nothing was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryRecvError {
    /// There is nothing now.
    Empty,
    /// The channel is closed and drained.
    Closed,
}
