//! What wakes this thread when it blocks.
//!
//! The standard library's thread token rather than a condition variable: waking a thread that still looks and yields
//! then costs no system call. The token may be left over from an earlier operation, or be somebody else's, so who waits
//! asks its operation again after each sleep.

use std::thread::{self, Thread};
use std::time::Duration;

use hchan_core::Wake;

/// Wakes the thread that made it.
#[derive(Debug)]
pub struct Sleeper(Thread);

impl Default for Sleeper {
    fn default() -> Self {
        Self(thread::current())
    }
}

impl Sleeper {
    /// Sleeps until woken, for at most `slice`, or for no reason. On the thread that made it.
    pub fn sleep(&self, slice: Duration) {
        debug_assert_eq!(self.0.id(), thread::current().id());
        thread::park_timeout(slice);
    }
}

impl Wake for Sleeper {
    fn wake(&self, _key: u64) {
        self.0.unpark();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, mpsc};
    use std::time::Instant;

    #[test]
    fn a_wake_up_before_the_sleep_is_kept() {
        let sleeper = Sleeper::default();
        sleeper.wake(0);
        let from = Instant::now();
        sleeper.sleep(Duration::from_secs(10));
        assert!(from.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn another_thread_wakes_the_one_that_sleeps() {
        let (tell, told) = mpsc::channel();
        let slept = thread::spawn(move || {
            let sleeper = Arc::new(Sleeper::default());
            tell.send(Arc::clone(&sleeper)).expect("the test listens");
            let from = Instant::now();
            sleeper.sleep(Duration::from_secs(10));
            from.elapsed()
        });
        told.recv().expect("the thread lives").wake(0);
        assert!(slept.join().expect("no panic") < Duration::from_secs(5));
    }
}
