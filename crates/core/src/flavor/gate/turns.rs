//! What the gates know of leases and credits: how many began and ended, and the slots that a credit has.

use super::{COUNT, CREDIT, Gates, ahead};
use crate::sync::{Ordering, dekker, look};

/// A credit of less than half of what is asked for, and of this part of the capacity, is refused: where there is so little room,
/// the receivers are behind, and single calls leave them alone for longer.
const PART: u64 = 4;

/// Begins and ends of leases, or of credits, so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::flavor) struct Turn(u64);

impl Turn {
    /// One has begun, or is just about to, and has not ended.
    pub(in crate::flavor) fn is_on(self) -> bool {
        self.0 & 1 == 1
    }
}

impl Gates {
    /// Under the front's lock: a lease begins or ends.
    pub(in crate::flavor) fn turn_lease(&self) {
        self.recv.leases.fetch_add(1, Ordering::SeqCst);
        // Dekker with `await_items` and `await_slots`, after which leases are looked for.
        dekker();
    }

    /// How often that was.
    pub(in crate::flavor) fn lease_turn(&self) -> Turn {
        Turn(self.recv.leases.load(Ordering::SeqCst))
    }

    /// Under the tail's lock: a credit begins or ends.
    pub(in crate::flavor) fn turn_credit(&self) {
        self.send.credits.fetch_add(1, Ordering::SeqCst);
        // Dekker with `await_items` and `await_slots`, after which credits are looked for.
        dekker();
    }

    /// How often that was.
    #[inline]
    pub(in crate::flavor) fn credit_turn(&self) -> Turn {
        Turn(self.send.credits.load(Ordering::SeqCst))
    }

    /// Under the tail's lock: takes at most `most` slots for a credit, or none if there are too few or somebody else comes
    /// first.
    pub(in crate::flavor) fn take_credit(&self, most: u64) -> u64 {
        let mut taken = look(&self.send.taken);
        loop {
            if taken & !COUNT != 0 {
                return 0;
            }
            let home = self.recv.home.load(Ordering::SeqCst);
            let got = self
                .shared
                .capacity
                .saturating_sub(ahead(taken, home))
                .min(most);
            if got < (self.shared.capacity / PART).clamp(2, (most / 2).max(2)) {
                return 0;
            }
            match self.send.taken.compare_exchange_weak(
                taken,
                (taken + got) | CREDIT,
                Ordering::SeqCst,
                Ordering::Acquire,
            ) {
                Ok(_) => return got,
                Err(now) => taken = now,
            }
        }
    }

    /// Under the tail's lock: a credit is over, of which so many slots were not filled. True: somebody may be waiting for
    /// them.
    #[must_use]
    pub(in crate::flavor) fn end_credit(&self, unfilled: u64) -> bool {
        self.send
            .taken
            .fetch_sub(unfilled + CREDIT, Ordering::SeqCst);
        // Dekker with `await_slots`.
        dekker();
        unfilled > 0 && self.shared.slots_awaited.load(Ordering::SeqCst)
    }
}
