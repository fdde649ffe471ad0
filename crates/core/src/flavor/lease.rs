//! A lease: messages that one receiver may take by itself, without a call for each.
//!
//! The messages lie where they lay, at the front. The holder of the lease has copies, and takes message after message by
//! counting up one word; everybody else may end the lease at any time, which leaves in the channel what was not taken.
//! So who is busy with a message keeps nobody from those behind it, and who dies loses none of them.
//!
//! ```text
//!   lend:     lock the front; say so; nobody parked? take items for the messages, copy them
//!   holder:   taken: n → n + 1, by compare-and-swap                                          no lock, no call
//!   account:  lock the front; slots of what was taken since come home                        a sender finds no room
//!   end:      lock the front; taken: n → over; the first n are gone, items of the rest put   another receiver comes, or
//!             back, slots brought home                                                       somebody parks
//! ```
//! Invariants: at most one lease a channel. The items of all its messages are taken, so nobody else finds one for them
//! without ending the lease first. There is none while somebody is parked: who parks says so and then looks for a lease,
//! who lends says so and then looks for the parked. So the holder, who tells nobody what he takes, need not.
//!
//! The count of beginnings and ends is read before and after what must not be torn by a lease: odd, there is one.

use std::collections::VecDeque;
use std::sync::Arc;

use super::TryRecvError;
use super::gate::{For, Take};
use super::gated::Gated;
use super::store::{Front, Queue};
use crate::bulk::{Piece, shift};
use crate::mutant::mutant;
use crate::wake::After;

/// The word in which the holder of a lease counts what it takes. Others than the holder use it under the front's lock only,
/// while a lease counts in it, and not once [`Channel::return_lease`](crate::Channel::return_lease) has returned.
pub trait Claims: Send + Sync {
    /// A lease begins: nothing is taken.
    fn begin(&self);
    /// How many the holder has taken.
    fn taken(&self) -> usize;
    /// From now on the holder takes none. How many it has taken.
    fn end(&self) -> usize;
}

/// A lease of the first `count` messages of the front.
pub(super) struct Lease {
    claims: Arc<dyn Claims>,
    count: usize,
    /// How many slots of what was taken have come home.
    home: usize,
}

impl Lease {
    /// Never less than was brought home, nor more than was lent, whatever the word says.
    fn taken(&self) -> usize {
        self.claims.taken().clamp(self.home, self.count)
    }

    fn lent(&self, taken: usize) -> Lent {
        Lent {
            left: (self.count - taken) as u64,
            owed: (taken - self.home) as u64,
        }
    }
}

/// What the end of a lease may have given to others: items, slots.
#[derive(Clone, Copy, Default)]
#[must_use]
pub(super) struct Given {
    pub(super) items: bool,
    pub(super) slots: bool,
}

impl Given {
    pub(super) fn any(self) -> bool {
        self.items || self.slots
    }

    pub(super) fn add(&mut self, other: Self) {
        self.items |= other.items;
        self.slots |= other.slots;
    }
}

/// What a lease holds back at one moment.
pub(super) struct Lent {
    /// Messages that are not taken.
    pub(super) left: u64,
    /// Slots of messages that are.
    pub(super) owed: u64,
}

impl<T: Send + 'static, Q: Queue<Piece<T>>> Gated<T, Q> {
    /// Lends what is at the front, and at most `most`; `copy` says how many of a piece's first messages, of so many at most,
    /// found a place with the holder. How many were lent.
    fn lend(
        &self,
        front: &mut Front<T>,
        most: usize,
        claims: &Arc<dyn Claims>,
        copy: &mut impl FnMut(&Piece<T>, usize) -> usize,
    ) -> usize {
        // Once more below; this saves the copies.
        if self.gates.is_awaited() && !mutant!(LendOverParked) {
            return 0;
        }
        self.store.fetch(front, most, self.gates.there());
        let mut copied = 0;
        for piece in &front.pieces {
            let found = copy(piece, most - copied);
            copied += found;
            if found < piece.len() {
                break;
            }
        }
        if copied == 0 {
            return 0;
        }
        self.gates.turn_lease();
        if (!self.gates.is_awaited() || mutant!(LendOverParked))
            && let Take::Got(count) = self.gates.take_items(copied as u64, For::Newcomer)
        {
            // At most `copied`.
            let count = usize::try_from(count).unwrap_or(copied);
            claims.begin();
            front.lease = Some(Lease {
                claims: claims.clone(),
                count,
                home: 0,
            });
            return count;
        }
        self.gates.turn_lease();
        0
    }

    /// Ends the lease, if there is one. What its holder took goes to `spent`.
    fn end_lease(&self, front: &mut Front<T>, spent: &mut VecDeque<Piece<T>>) -> Given {
        let Some(lease) = front.lease.take() else {
            return Given::default();
        };
        let taken = lease.claims.end().clamp(lease.home, lease.count);
        let left = (lease.count - taken) as u64;
        shift(&mut front.pieces, taken, spent);
        let given = Given {
            items: left > 0 && self.gates.put_back(left),
            slots: self.gates.bring_home((lease.count - lease.home) as u64),
        };
        self.gates.turn_lease();
        given
    }

    /// Ends the lease, whoever has it, if there is one: before anything is taken from the front or put there.
    #[inline]
    pub(super) fn recall(&self, front: &mut Front<T>, after: &mut After<T>) -> Given {
        if front.lease.is_none() {
            return Given::default();
        }
        self.end_lease(front, after.messages())
    }

    /// Likewise, and serves who is parked.
    pub(super) fn recall_and_serve(&self, after: &mut After<T>) {
        let given = self.recall(&mut self.store.front(), after);
        self.serve(given.items, given.slots, after);
    }

    /// Receives one message, and lends the holder of `claims` what is behind it, at most `most`, for which `copy` has
    /// found a place. What the holder took of its lease before goes to `spent`.
    pub(crate) fn recv_ahead(
        &self,
        most: usize,
        claims: &Arc<dyn Claims>,
        copy: &mut impl FnMut(&Piece<T>, usize) -> usize,
        spent: &mut VecDeque<Piece<T>>,
        after: &mut After<T>,
    ) -> Result<(T, usize), TryRecvError> {
        if self.gates.lease_turn().is_on() {
            let given = self.end_lease(&mut self.store.front(), spent);
            self.serve(given.items, given.slots, after);
        }
        if self.gates.credit_turn().is_on() && self.gates.there() <= most as u64 {
            self.collect(after);
        }
        if self.items(1, after)? == 0 {
            return Err(TryRecvError::Empty);
        }
        let mut front = self.store.front();
        let mut given = self.recall(&mut front, after);
        let value = self.store.pop(&mut front, || self.gates.there());
        let lent = self.lend(&mut front, most, claims, copy);
        drop(front);
        given.slots |= self.gates.bring_home(1);
        self.serve(given.items, given.slots, after);
        Ok((value, lent))
    }

    /// Ends the lease that `claims` counts for, if there is one.
    pub(crate) fn return_lease(&self, claims: &Arc<dyn Claims>, after: &mut After<T>) {
        let mut front = self.store.front();
        let theirs = |lease: &Lease| Arc::ptr_eq(&lease.claims, claims);
        if !front.lease.as_ref().is_some_and(theirs) {
            return;
        }
        let given = self.recall(&mut front, after);
        drop(front);
        self.serve(given.items, given.slots, after);
    }

    /// Brings home the slots of what the holder of the lease has taken. False: there was a moment without room.
    pub(super) fn account(&self, after: &mut After<T>) -> bool {
        let mut front = self.store.front();
        let Some(lease) = &mut front.lease else {
            return false;
        };
        // In this order: under the lock nobody else brings home what is owed, so if there is no room and then nothing is
        // owed, both were so at once.
        let room = self.gates.room() > 0;
        let taken = lease.taken();
        let Lent { owed, .. } = lease.lent(taken);
        lease.home = taken;
        let slots = owed > 0 && self.gates.bring_home(owed);
        drop(front);
        self.serve(false, slots, after);
        room || owed > 0
    }

    /// A count of the gates, and what a lease adds to it: messages that it still has, or slots that it owes.
    pub(super) fn with_lease(
        &self,
        gates: impl Fn() -> u64,
        held_back: impl Fn(Lent) -> u64,
    ) -> u64 {
        loop {
            let turn = self.gates.lease_turn();
            if turn.is_on() {
                let front = self.store.front();
                let Some(lease) = &front.lease else {
                    continue;
                };
                // Both at one moment: when nothing was taken while the gates were read.
                loop {
                    let taken = lease.taken();
                    let count = gates();
                    if lease.taken() == taken {
                        return count + held_back(lease.lent(taken));
                    }
                }
            }
            let count = gates();
            if turn == self.gates.lease_turn() {
                return count;
            }
        }
    }
}
