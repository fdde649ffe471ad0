//! Where a blocked thread learns that its operation is done.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::sync::{Condvar, Mutex};
use crate::wake::Wake;

/// Blocks one thread until it is woken. A wake-up that comes early is kept, so it can be used again and again.
pub struct Parker {
    seat: Mutex<Seat>,
    changed: Condvar,
}

#[derive(Default)]
struct Seat {
    woken: bool,
    /// The thread sits here; else there is nobody to notify, which would be a call into the system.
    taken: bool,
}

impl fmt::Debug for Parker {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Parker").finish_non_exhaustive()
    }
}

impl Parker {
    /// A parker for the calling thread.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            seat: Mutex::new(Seat::default()),
            changed: Condvar::new(),
        })
    }

    /// Waits for at most `slice`. True: it was woken, and the next wait waits again. False: the time is over, or the
    /// system woke it for no reason.
    pub fn wait(&self, slice: Duration) -> bool {
        let mut seat = self.seat.lock();
        if !seat.woken {
            seat.taken = true;
            seat = self.changed.wait_timeout(seat, slice);
            seat.taken = false;
        }
        std::mem::take(&mut seat.woken)
    }
}

impl Wake for Parker {
    fn wake(&self, _key: u64) {
        let taken = {
            let mut seat = self.seat.lock();
            seat.woken = true;
            seat.taken
        };
        if taken {
            self.changed.notify_one();
        }
    }
}
