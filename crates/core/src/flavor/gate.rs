//! The counters around a gated queue: how many slots are free, how many items are there, who is shut out.
//!
//! ```text
//!   slots    taken S_t (senders write)      home S_h (receivers write)      room  = capacity − (S_t − S_h)
//!   items    out   I_o (senders write)      taken I_t (receivers write)     there = I_o − I_t
//! ```
//! All four only grow, but for what is said below, so an old reading of the *other* side's counter promises less than there is, never more: each
//! side keeps one in its own cache line and reads the real one when the copy says that there is too little.
//!
//! The high bits of the taken counters say what a compare-and-swap must not overlook: `CLOSED`, `DISCONNECTED` and
//! `CREDIT` (a sender fills slots by itself, see `credit.rs`) in `S_t`, and `WAITED` in both, which means that operations
//! are parked on that side and a newcomer has to queue.
//!
//! One thing makes one smaller: slots of a credit that were not filled leave `S_t` in the step that clears `CREDIT`.
//! Nobody has made anything of them: who finds the bit set ends the credit first.

mod turns;

pub(super) use turns::Turn;

use crate::mutant::mutant;
use crate::sync::{AtomicBool, AtomicU64, Ordering, dekker, look};

const CLOSED: u64 = 1 << 63;
const DISCONNECTED: u64 = 1 << 62;
const WAITED: u64 = 1 << 61;
const CREDIT: u64 = 1 << 60;
const COUNT: u64 = CREDIT - 1;

/// The capacity of an unbounded queue: more than will ever be sent.
pub(crate) const UNBOUNDED: u64 = 1 << 59;

/// What [`Gates::balance`] says of a full channel: more than will ever be put back.
pub(super) const BALANCED: u64 = 1 << 60;

/// How an attempt to take slots or items ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Take {
    /// So many, at least one, are the caller's.
    Got(u64),
    /// None is there.
    Nothing,
    /// Others are parked and come first.
    Waited,
    /// Slots: a sender has credit, which is to be ended first.
    Credited,
    Closed,
    Disconnected,
}

/// How an attempt to shut senders out ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shutting {
    Done,
    /// It was done before.
    Already,
    /// As in [`Take`]; nothing was done.
    Credited,
}

/// Who takes: a newcomer stands back behind those who are parked; the pump takes for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum For {
    Newcomer,
    Parked,
}

/// What senders write.
#[repr(align(128))]
struct SenderSide {
    taken: AtomicU64,
    home_seen: AtomicU64,
    out: AtomicU64,
    /// Begins and ends of credits; written under the tail's lock.
    credits: AtomicU64,
}

/// What receivers write.
#[repr(align(128))]
struct ReceiverSide {
    taken: AtomicU64,
    out_seen: AtomicU64,
    home: AtomicU64,
    /// Begins and ends of leases; written under the front's lock.
    leases: AtomicU64,
}

/// What everybody reads and hardly anybody writes.
#[repr(align(128))]
struct Shared {
    capacity: u64,
    /// Somebody is parked (or watches) for slots.
    slots_awaited: AtomicBool,
    items_awaited: AtomicBool,
}

/// The two gates of one channel.
pub(super) struct Gates {
    send: SenderSide,
    recv: ReceiverSide,
    shared: Shared,
}

/// How far `taken` is ahead of a reading of `other`, which may be newer than `taken`; the swap fails then.
fn ahead(taken: u64, other: u64) -> u64 {
    (taken & COUNT).saturating_sub(other)
}

impl Gates {
    pub(super) fn new(capacity: u64) -> Self {
        let zero = || AtomicU64::new(0);
        Self {
            send: SenderSide {
                taken: zero(),
                home_seen: zero(),
                out: zero(),
                credits: zero(),
            },
            recv: ReceiverSide {
                taken: zero(),
                out_seen: zero(),
                home: zero(),
                leases: zero(),
            },
            shared: Shared {
                capacity,
                slots_awaited: AtomicBool::new(false),
                items_awaited: AtomicBool::new(false),
            },
        }
    }

    /// Takes at most `want` slots.
    #[inline]
    pub(super) fn take_slots(&self, want: u64, who: For) -> Take {
        // Acquire, here and below: a lease that ends takes slots before it brings more home, and who sees the one has to
        // see the turn of the lease.
        let mut taken = look(&self.send.taken);
        loop {
            if taken & (CLOSED | DISCONNECTED) != 0 {
                return if taken & CLOSED != 0 {
                    Take::Closed
                } else {
                    Take::Disconnected
                };
            }
            if taken & WAITED != 0 && who == For::Newcomer && !mutant!(Overtake) {
                return Take::Waited;
            }
            if taken & CREDIT != 0 && !mutant!(SendForgetsCredit) {
                return Take::Credited;
            }
            // Acquire pairs with the release below and so, at second hand, with the receiver's `bring_home`: the queue
            // has the room by then.
            let home = self.send.home_seen.load(Ordering::Acquire);
            let mut room = self.shared.capacity.saturating_sub(ahead(taken, home));
            if room < want {
                // SeqCst: Dekker with `await_slots`. Acquire: pairs with `bring_home`.
                let home = self.recv.home.load(Ordering::SeqCst);
                self.send.home_seen.store(home, Ordering::Release);
                room = self.shared.capacity.saturating_sub(ahead(taken, home));
                if room == 0 {
                    // `taken` may be old: then more were taken since, and the room is no larger than this.
                    return Take::Nothing;
                }
            }
            let got = room.min(want);
            match self.send.taken.compare_exchange_weak(
                taken,
                taken + got,
                Ordering::SeqCst,
                Ordering::Acquire,
            ) {
                Ok(_) => return Take::Got(got),
                Err(now) => taken = now,
            }
        }
    }

    /// Takes at most `want` items.
    #[inline]
    pub(super) fn take_items(&self, want: u64, who: For) -> Take {
        // Acquire, here and below: who finds nothing because it is lent has to see the lease.
        let mut taken = look(&self.recv.taken);
        loop {
            if taken & WAITED != 0 && who == For::Newcomer && !mutant!(Overtake) {
                return Take::Waited;
            }
            // As in `take_slots`, with `put_out`: what was put out can be popped.
            let out = self.recv.out_seen.load(Ordering::Acquire);
            let mut there = out.saturating_sub(taken & COUNT);
            if there < want {
                let out = self.send.out.load(Ordering::SeqCst);
                self.recv.out_seen.store(out, Ordering::Release);
                there = out.saturating_sub(taken & COUNT);
                if there == 0 {
                    return Take::Nothing;
                }
            }
            let got = there.min(want);
            match self.recv.taken.compare_exchange_weak(
                taken,
                taken + got,
                Ordering::SeqCst,
                Ordering::Acquire,
            ) {
                Ok(_) => return Take::Got(got),
                Err(now) => taken = now,
            }
        }
    }

    /// Senders: `n` messages more are in the queue. True: somebody may be waiting for them.
    #[inline]
    #[must_use]
    pub(super) fn put_out(&self, n: u64) -> bool {
        self.send.out.fetch_add(n, Ordering::SeqCst);
        // Dekker with `await_items`: without it a receiver that parks right now sees no item and is not seen.
        if !mutant!(PutWithoutFence) {
            dekker();
        }
        self.shared.items_awaited.load(Ordering::SeqCst)
    }

    /// Receivers: `n` messages come back. They take slots whether there is room or not, first, so that `drained` sees
    /// them on their way.
    #[must_use]
    pub(super) fn put_back(&self, n: u64) -> bool {
        self.send.taken.fetch_add(n, Ordering::SeqCst);
        self.put_out(n)
    }

    /// Receivers: `n` slots more are free. True: somebody may be waiting for them.
    #[inline]
    #[must_use]
    pub(super) fn bring_home(&self, n: u64) -> bool {
        self.recv.home.fetch_add(n, Ordering::SeqCst);
        // Dekker with `await_slots`.
        if !mutant!(HomeWithoutFence) {
            dekker();
        }
        self.shared.slots_awaited.load(Ordering::SeqCst)
    }

    /// Whether somebody is parked or watches, on either side.
    pub(super) fn is_awaited(&self) -> bool {
        self.shared.items_awaited.load(Ordering::SeqCst)
            || self.shared.slots_awaited.load(Ordering::SeqCst)
    }

    /// Under the receivers' lock: says who is parked and who watches, to newcomers and to senders.
    pub(super) fn await_items(&self, parked: bool, watched: bool) {
        flag(
            &self.recv.taken,
            &self.shared.items_awaited,
            parked,
            watched,
        );
    }

    /// Under the senders' lock: likewise.
    pub(super) fn await_slots(&self, parked: bool, watched: bool) {
        flag(
            &self.send.taken,
            &self.shared.slots_awaited,
            parked,
            watched,
        );
    }

    pub(super) fn close(&self) -> Shutting {
        self.shut_out(CLOSED)
    }

    pub(super) fn disconnect(&self) -> Shutting {
        self.shut_out(DISCONNECTED)
    }

    /// Sets the bit, unless somebody has credit, who would not see it.
    fn shut_out(&self, bit: u64) -> Shutting {
        let mut taken = look(&self.send.taken);
        loop {
            if taken & bit != 0 {
                return Shutting::Already;
            }
            if taken & CREDIT != 0 && !mutant!(CloseForgetsCredit) {
                return Shutting::Credited;
            }
            match self.send.taken.compare_exchange_weak(
                taken,
                taken | bit,
                Ordering::SeqCst,
                Ordering::Acquire,
            ) {
                Ok(_) => return Shutting::Done,
                Err(now) => taken = now,
            }
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.send.taken.load(Ordering::SeqCst) & CLOSED != 0
    }

    pub(super) fn is_disconnected(&self) -> bool {
        self.send.taken.load(Ordering::SeqCst) & DISCONNECTED != 0
    }

    /// Closed, nothing there, and nobody between slot and item. Once closed, `S_t` moves for messages that are put back
    /// only, so what this finds stays so but for them.
    pub(super) fn drained(&self) -> bool {
        let taken = self.send.taken.load(Ordering::SeqCst);
        let out = self.send.out.load(Ordering::SeqCst);
        let all_out = taken & CLOSED != 0 && taken & COUNT == out;
        all_out && self.recv.taken.load(Ordering::SeqCst) & COUNT == out
    }

    /// Messages at rest.
    pub(super) fn there(&self) -> u64 {
        let taken = self.recv.taken.load(Ordering::SeqCst) & COUNT;
        self.send
            .out
            .load(Ordering::SeqCst)
            .saturating_sub(taken)
            .min(self.shared.capacity)
    }

    pub(super) fn capacity(&self) -> u64 {
        self.shared.capacity
    }

    pub(super) fn room(&self) -> u64 {
        self.balance().saturating_sub(BALANCED)
    }

    /// How many slots are free, from [`BALANCED`] up, or, where messages were put back beyond the capacity, are too many
    /// taken, from there down.
    pub(super) fn balance(&self) -> u64 {
        let taken = self.send.taken.load(Ordering::SeqCst);
        let home = self.recv.home.load(Ordering::SeqCst);
        BALANCED + self.shared.capacity - ahead(taken, home)
    }

    /// Equal readings: nothing became sendable in between.
    pub(super) fn send_mark(&self) -> u64 {
        let shut = self.send.taken.load(Ordering::SeqCst) & (CLOSED | DISCONNECTED);
        self.recv.home.load(Ordering::SeqCst) | shut
    }

    /// Equal readings: nothing became receivable in between.
    pub(super) fn recv_mark(&self) -> u64 {
        let shut = self.send.taken.load(Ordering::SeqCst) & CLOSED;
        self.send.out.load(Ordering::SeqCst) | shut
    }
}

/// Only the holder of that side's lock changes either, so a plain comparison tells whether there is something to do.
fn flag(taken: &AtomicU64, awaited: &AtomicBool, parked: bool, watched: bool) {
    if awaited.load(Ordering::Relaxed) != (parked || watched) {
        awaited.store(parked || watched, Ordering::SeqCst);
    }
    if (taken.load(Ordering::Relaxed) & WAITED != 0) != parked {
        if parked {
            taken.fetch_or(WAITED, Ordering::SeqCst);
        } else {
            taken.fetch_and(!WAITED, Ordering::SeqCst);
        }
    }
    // The other half of the Dekker pairs: who sets the flag looks at the counters after this.
    dekker();
}
