//! flume, blocking.

use flume::{Receiver, Sender, bounded, unbounded};

use crate::carrier::{Carrier, Rx, Tx};

/// The rival.
pub struct Flume;

impl<P: Send + 'static> Carrier<P> for Flume {
    type Tx = Sender<P>;
    type Rx = Receiver<P>;

    fn open(capacity: Option<usize>) -> Option<(Self::Tx, Self::Rx)> {
        Some(capacity.map_or_else(unbounded, bounded))
    }
}

impl<P: Send + 'static> Tx<P> for Sender<P> {
    fn send(&mut self, value: P) {
        assert!(
            Sender::send(self, value).is_ok(),
            "the receivers left early"
        );
    }

    fn again(&self) -> Option<Self> {
        Some(self.clone())
    }
}

impl<P: Send + 'static> Rx<P> for Receiver<P> {
    fn recv(&mut self) -> Option<P> {
        Receiver::recv(self).ok()
    }

    fn again(&self) -> Option<Self> {
        Some(self.clone())
    }
}
