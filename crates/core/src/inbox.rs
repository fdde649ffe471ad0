//! Where an event loop learns which of its operations are done.

use std::fmt;
use std::mem;
use std::sync::Arc;

use crate::sync::Mutex;
use crate::wake::Wake;

/// Keys of finished operations, and a bell for the loop.
///
/// The bell rings when the inbox turns from empty to not empty. It is called under the bell's own lock, which
/// [`Inbox::close`] takes, too: a Node-API thread-safe function must not be called after its environment's finalizer, and
/// once `close` has returned no ringing is under way nor ever will be. So the bell must not call `close`, and should do
/// no more than post a message. No other lock of this crate is held meanwhile.
pub struct Inbox {
    keys: Mutex<Keys>,
    bell: Mutex<Option<Bell>>,
}

type Bell = Box<dyn Fn() + Send + Sync>;

struct Keys {
    waiting: Vec<u64>,
    open: bool,
}

impl fmt::Debug for Inbox {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Inbox").finish_non_exhaustive()
    }
}

impl Inbox {
    /// An inbox whose loop hears `bell`.
    #[must_use]
    pub fn new(bell: Box<dyn Fn() + Send + Sync>) -> Arc<Self> {
        let keys = Keys {
            waiting: Vec::new(),
            open: true,
        };
        Arc::new(Self {
            keys: Mutex::new(keys),
            bell: Mutex::new(Some(bell)),
        })
    }

    /// Appends the keys that came since the last time, in the order they came. The bell rings again for the next one.
    pub fn drain(&self, into: &mut Vec<u64>) {
        let mut keys = self.keys.lock();
        if into.is_empty() {
            mem::swap(into, &mut keys.waiting);
        } else {
            into.append(&mut keys.waiting);
        }
    }

    /// The loop is gone: the bell has rung for the last time when this returns, and keys are dropped from now on.
    pub fn close(&self) {
        let waiting = {
            let mut keys = self.keys.lock();
            keys.open = false;
            mem::take(&mut keys.waiting)
        };
        let bell = self.bell.lock().take();
        drop((waiting, bell));
    }
}

impl Wake for Inbox {
    fn wake(&self, key: u64) {
        let first = {
            let mut keys = self.keys.lock();
            if !keys.open {
                return;
            }
            keys.waiting.push(key);
            keys.waiting.len() == 1
        };
        #[cfg(loom)]
        if crate::mutant::is(crate::mutant::Mutant::RingUnlocked) {
            let bell = self.bell.lock().take();
            if let Some(ring) = bell {
                ring();
                *self.bell.lock() = Some(ring);
            }
            return;
        }
        if first {
            let bell = self.bell.lock();
            if let Some(ring) = bell.as_ref() {
                ring();
            }
        }
    }
}
