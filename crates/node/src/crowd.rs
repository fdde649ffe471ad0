//! Whether other threads need this thread's core.
//!
//! A thread that waits yields between two looks. Where nobody else wants the core that costs less than a microsecond; where somebody
//! does, it takes as long as the other one runs, which is how this thread learns of it. Linux may take all that is left of
//! its time slice from a thread that yields, some milliseconds for one answer. So who finds others does not ask again for a
//! while, and for twice as long whenever it finds others still, until it finds none. Not so if the others are its own, who have
//! used its channels meanwhile: where many senders share a core with their receiver they do well to take turns, as who sleeps has to be woken.

use std::cell::Cell;
use std::thread::yield_now;
use std::time::{Duration, Instant};

/// So long is a thread away that lets another one run, instead of none.
const AWAY: Duration = Duration::from_micros(50);
/// What it may cost to be woken for a message.
const WAKE: Duration = Duration::from_micros(100);
/// How long it does not ask after that, at first and at most.
const FIRST: Duration = Duration::from_millis(5);
const LONGEST: Duration = Duration::from_millis(80);

/// What a thread knows of the others on its core.
#[derive(Debug)]
pub struct Crowd {
    until: Cell<Option<Instant>>,
    next: Cell<Duration>,
}

impl Default for Crowd {
    fn default() -> Self {
        Self {
            until: Cell::new(None),
            next: Cell::new(FIRST),
        }
    }
}

impl Crowd {
    /// Others have lately needed this core: who has nothing to do is to sleep, instead of looking or yielding.
    pub fn is_here(&self) -> bool {
        self.until.get().is_some_and(|until| {
            let here = Instant::now() < until;
            if !here {
                self.until.set(None);
            }
            here
        })
    }

    /// Lets others run, unless they have lately needed the core. False: they have, or do. `traffic` is read before and after, and tells how many
    /// messages the others have sent or received meanwhile.
    pub fn give_way(&self, traffic: impl Fn() -> u64) -> bool {
        if self.is_here() {
            return false;
        }
        let before = traffic();
        let start = Instant::now();
        yield_now();
        let now = Instant::now();
        self.learn(now - start, || traffic().wrapping_sub(before), now)
    }

    /// A yield took so long.
    fn learn(&self, away: Duration, moved: impl FnOnce() -> u64, now: Instant) -> bool {
        let is_worth_it = || {
            let moved = u32::try_from(moved()).unwrap_or(u32::MAX);
            WAKE.saturating_mul(moved) >= away
        };
        if away < AWAY || is_worth_it() {
            self.next.set(FIRST);
            return true;
        }
        let quiet = self.next.get();
        self.until.set(Some(now + quiet));
        self.next.set((quiet * 2).min(LONGEST));
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_finds_others_again_and_again_asks_ever_less_often() {
        let crowd = Crowd::default();
        let now = Instant::now();
        for quiet in [5, 10, 20, 40, 80, 80] {
            assert!(!crowd.learn(AWAY, || 0, now));
            assert_eq!(crowd.until.get(), Some(now + Duration::from_millis(quiet)));
            assert!(crowd.is_here());
        }
    }

    #[test]
    fn who_finds_that_others_have_moved_enough_meanwhile_asks_again() {
        let crowd = Crowd::default();
        let (now, away) = (Instant::now(), Duration::from_millis(4));
        assert!(crowd.learn(away, || 40, now));
        assert!(!crowd.is_here());
        assert!(!crowd.learn(away, || 39, now));
        assert!(crowd.learn(away, || u64::MAX, now));
    }

    #[test]
    fn who_finds_none_begins_anew() {
        let crowd = Crowd::default();
        let now = Instant::now();
        for _ in 0..3 {
            crowd.learn(AWAY, || 0, now);
        }
        assert!(crowd.learn(Duration::from_micros(1), || 0, now));
        crowd.learn(AWAY, || 0, now);
        assert_eq!(crowd.until.get(), Some(now + FIRST));
    }

    #[test]
    fn does_not_yield_while_others_need_the_core_and_asks_again_after_it() {
        let crowd = Crowd::default();
        crowd.until.set(Some(Instant::now() + LONGEST));
        assert!(!crowd.give_way(|| 0));
        assert_eq!(crowd.next.get(), FIRST, "it did not ask");
        crowd.until.set(Some(Instant::now()));
        assert!(!crowd.is_here());
        assert_eq!(crowd.until.get(), None);
    }
}
