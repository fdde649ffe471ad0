//! `std::sync::mpsc`, blocking.

use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

use crate::carrier::{Carrier, Rx, Tx};

/// The rival.
pub struct StdMpsc;

/// Bounded and unbounded senders have different types.
pub enum Either<P> {
    /// With a capacity.
    Bounded(SyncSender<P>),
    /// Without.
    Unbounded(Sender<P>),
}

impl<P: Send + 'static> Carrier<P> for StdMpsc {
    type Tx = Either<P>;
    type Rx = Receiver<P>;

    fn open(capacity: Option<usize>) -> Option<(Self::Tx, Self::Rx)> {
        if let Some(capacity) = capacity {
            let (tx, rx) = sync_channel(capacity);
            return Some((Either::Bounded(tx), rx));
        }
        let (tx, rx) = channel();
        Some((Either::Unbounded(tx), rx))
    }
}

impl<P: Send + 'static> Tx<P> for Either<P> {
    fn send(&mut self, value: P) {
        let sent = match self {
            Self::Bounded(tx) => tx.send(value),
            Self::Unbounded(tx) => tx.send(value),
        };
        assert!(sent.is_ok(), "the receiver left early");
    }

    fn again(&self) -> Option<Self> {
        Some(match self {
            Self::Bounded(tx) => Self::Bounded(tx.clone()),
            Self::Unbounded(tx) => Self::Unbounded(tx.clone()),
        })
    }
}

impl<P: Send + 'static> Rx<P> for Receiver<P> {
    fn recv(&mut self) -> Option<P> {
        Receiver::recv(self).ok()
    }

    fn again(&self) -> Option<Self> {
        None
    }
}
