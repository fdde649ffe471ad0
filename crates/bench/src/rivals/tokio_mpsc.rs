//! `tokio::sync::mpsc` with its blocking calls, outside of any runtime.

use tokio::sync::Semaphore;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::carrier::{Carrier, Rx, Tx};

/// The rival.
pub struct TokioMpsc;

impl<P: Send + 'static> Carrier<P> for TokioMpsc {
    type Tx = Sender<P>;
    type Rx = Receiver<P>;

    /// It has no rendezvous, and makes room only as it is used.
    fn open(capacity: Option<usize>) -> Option<(Self::Tx, Self::Rx)> {
        match capacity {
            Some(0) => None,
            Some(capacity) => Some(channel(capacity)),
            None => Some(channel(Semaphore::MAX_PERMITS)),
        }
    }
}

impl<P: Send + 'static> Tx<P> for Sender<P> {
    fn send(&mut self, value: P) {
        assert!(self.blocking_send(value).is_ok(), "the receiver left early");
    }

    fn again(&self) -> Option<Self> {
        Some(self.clone())
    }
}

impl<P: Send + 'static> Rx<P> for Receiver<P> {
    fn recv(&mut self) -> Option<P> {
        self.blocking_recv()
    }

    fn again(&self) -> Option<Self> {
        None
    }
}
