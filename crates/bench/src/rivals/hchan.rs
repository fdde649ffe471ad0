//! hchan's own core on Rust threads: what is left of its speed when there is no JavaScript.

use std::sync::Arc;
use std::time::Duration;

use hchan_core::{
    Channel, Event, Flavor, Outcome, Parker, Parking, TryRecvError, TrySendError, park_recv,
    park_send,
};

use crate::carrier::{Carrier, Rx, Tx};

/// The flavor that is Go's algorithm.
pub struct HchanMutex;
/// Gates around crossbeam's queue.
pub struct HchanCrossbeam;
/// Gates around kanal's queue.
pub struct HchanKanal;

/// A park is looked after this often, in case its thread was woken for nothing.
const SLICE: Duration = Duration::from_millis(20);

/// The last sender to leave closes.
struct Open<P: Send + 'static>(Arc<Channel<P>>);

impl<P: Send + 'static> Drop for Open<P> {
    fn drop(&mut self) {
        // Only this place closes, once.
        let _ = self.0.close();
    }
}

/// A sending end.
pub struct In<P: Send + 'static> {
    open: Arc<Open<P>>,
    parker: Arc<Parker>,
}

/// A receiving end.
pub struct Out<P: Send + 'static> {
    channel: Arc<Channel<P>>,
    parker: Arc<Parker>,
}

fn finish<P: Send + 'static>(parking: Parking<P>, parker: &Parker) -> Event<P> {
    match parking {
        Parking::Done(Outcome { event, .. }) => event,
        Parking::Parked(op) => loop {
            if let Some(Outcome { event, .. }) = op.take() {
                return event;
            }
            parker.wait(SLICE);
        },
    }
}

macro_rules! carrier {
    ($name:ident, $flavor:expr) => {
        impl<P: Send + 'static> Carrier<P> for $name {
            type Tx = In<P>;
            type Rx = Out<P>;

            fn open(capacity: Option<usize>) -> Option<(Self::Tx, Self::Rx)> {
                let channel = Channel::new($flavor, capacity);
                let open = Arc::new(Open(channel.clone()));
                Some((
                    In {
                        open,
                        parker: Parker::new(),
                    },
                    Out {
                        channel,
                        parker: Parker::new(),
                    },
                ))
            }
        }
    };
}

carrier!(HchanMutex, Flavor::Mutex);
carrier!(HchanCrossbeam, Flavor::Crossbeam);
carrier!(HchanKanal, Flavor::Kanal);

impl<P: Send + 'static> Tx<P> for In<P> {
    fn send(&mut self, value: P) {
        let channel = &self.open.0;
        match channel.try_send(value) {
            Ok(()) => {}
            Err(TrySendError::Full(value)) => {
                let event = finish(
                    park_send(channel.clone(), value, self.parker.clone(), 0),
                    &self.parker,
                );
                assert!(matches!(event, Event::Sent), "the channel was shut early");
            }
            Err(TrySendError::Closed(_) | TrySendError::Disconnected(_)) => {
                panic!("the channel was shut early")
            }
        }
    }

    fn again(&self) -> Option<Self> {
        Some(Self {
            open: self.open.clone(),
            parker: Parker::new(),
        })
    }
}

impl<P: Send + 'static> Rx<P> for Out<P> {
    fn recv(&mut self) -> Option<P> {
        match self.channel.try_recv() {
            Ok(value) => Some(value),
            Err(TryRecvError::Closed) => None,
            Err(TryRecvError::Empty) => match finish(
                park_recv(self.channel.clone(), self.parker.clone(), 0),
                &self.parker,
            ) {
                Event::Received(value) => Some(value),
                _ => None,
            },
        }
    }

    fn again(&self) -> Option<Self> {
        Some(Self {
            channel: self.channel.clone(),
            parker: Parker::new(),
        })
    }
}
