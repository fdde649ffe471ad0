//! Where a blocked thread learns that its operation is done.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::sync::{Condvar, Mutex};
use crate::wake::Wake;

/// Blocks one thread until it is woken. A wake-up that comes early is kept, so it can be used again and again.
pub struct Parker {
    woken: Mutex<bool>,
    changed: Condvar,
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
            woken: Mutex::new(false),
            changed: Condvar::new(),
        })
    }

    /// Waits for at most `slice`. True: it was woken, and the next wait waits again. False: the time is over, or the
    /// system woke it for no reason.
    pub fn wait(&self, slice: Duration) -> bool {
        let mut woken = self.woken.lock();
        if !*woken {
            woken = self.changed.wait_timeout(woken, slice);
        }
        std::mem::take(&mut *woken)
    }
}

impl Wake for Parker {
    fn wake(&self, _key: u64) {
        *self.woken.lock() = true;
        self.changed.notify_one();
    }
}
