//! A channel whose messages rest in another library's queue, between two gates.
//!
//! ```text
//!   send:   take slots → push → put items out → somebody awaits items? pump
//!   recv:   take items → pop → bring slots home → somebody awaits slots? pump
//!   park:   lock; into the list; say so; pump; unlock
//!   lease:  see lease.rs: what is taken from the front without a call
//!   credit: see credit.rs: what is sent without a call
//!   pump:   while the first in the list still waits and one can be taken for it: serve it (pop for a receiver, push for
//!           a sender), and go on with the other side, whose turn that may have made it
//! ```
//! Invariant: the queue and the returned messages together hold at least as many as items were put out and not popped,
//! so who has taken an item finds a message, if perhaps a moment later (a library may show a message in the queue only
//! once an earlier one, whose sender was preempted, is complete). Which of two concurrent receivers pops which message is
//! the library's business; that each is served in its turn is ours.
//!
//! A message on its way, between slot and item or between item and slot, is neither room nor there: for that moment a
//! select that both sends and receives on one full channel may find nothing ready. A send or receive that has returned
//! is never on its way.
//!
//! Locks: one gate at a time, then an operation's, then the tail, then the store's front, then a queue's own. A gate's lock is only taken
//! when somebody is parked.

use std::collections::VecDeque;

use super::credit::{Collected, Tail};
use super::gate::{BALANCED, For, Gates, Shutting, Take, Turn, UNBOUNDED};
use super::lease::Given;
use super::pump::Lists;
use super::store::{Queue, Store};
use super::{Shut, TryRecvError, TrySendError};
use crate::bulk::{Bulk, Piece};
use crate::channel::BulkSent;
use crate::mutant::mutant;
use crate::op::Kind;
use crate::sync::Mutex;
use crate::wake::After;

/// The flavor.
pub(crate) struct Gated<T, Q> {
    pub(super) gates: Gates,
    pub(super) store: Store<T, Q>,
    pub(super) senders: Mutex<Lists<T>>,
    pub(super) receivers: Mutex<Lists<T>>,
    pub(super) tail: Tail<T>,
}

/// Messages that were taken, on their way to the caller's code. Dropped early (that panicked), it puts the rest back.
struct Taken<'a, T: Send + 'static, Q: Queue<Piece<T>>> {
    channel: &'a Gated<T, Q>,
    all: u64,
    left: VecDeque<Piece<T>>,
    /// By the lease that was ended for them.
    given: Given,
}

impl<T: Send + 'static, Q: Queue<Piece<T>>> Drop for Taken<'_, T, Q> {
    fn drop(&mut self) {
        let mut after = After::new();
        let mut given = self.given;
        // In this order: the slots of what was not popped are never free.
        if !self.left.is_empty() {
            let left = self.left.iter().map(Piece::len).sum::<usize>() as u64;
            given.add(self.channel.put_in_front(self.left.drain(..), &mut after));
            given.items |= self.channel.gates.put_back(left);
        }
        given.slots |= self.channel.gates.bring_home(self.all);
        self.channel.serve(given.items, given.slots, &mut after);
        after.run();
    }
}

impl<T: Send + 'static, Q: Queue<Piece<T>>> Gated<T, Q> {
    pub(crate) fn new(capacity: Option<usize>) -> Self {
        let slots = capacity.map_or(UNBOUNDED, |capacity| (capacity as u64).min(UNBOUNDED));
        Self {
            gates: Gates::new(slots),
            store: Store::new(capacity),
            senders: Mutex::new(Lists::new()),
            receivers: Mutex::new(Lists::new()),
            tail: Tail::new(),
        }
    }

    #[inline]
    pub(crate) fn send(&self, value: T, after: &mut After<T>) -> Result<(), TrySendError<T>> {
        match self.slots(1, after) {
            Ok(0) => Err(TrySendError::Full(value)),
            Ok(_) => {
                self.store.push(Piece::One(value));
                if self.gates.put_out(1) {
                    self.serve(true, false, after);
                }
                Ok(())
            }
            Err(shut) => Err(TrySendError::shut(shut, value)),
        }
    }

    #[inline]
    pub(crate) fn recv(&self, after: &mut After<T>) -> Result<T, TryRecvError> {
        if self.items(1, after)? == 0 {
            return Err(TryRecvError::Empty);
        }
        let (value, given) = self.pop(after);
        let slots = self.gates.bring_home(1);
        if slots || given.any() {
            self.serve(given.items, given.slots | slots, after);
        }
        Ok(value)
    }

    /// The message of a taken item.
    #[inline]
    pub(super) fn pop(&self, after: &mut After<T>) -> (T, Given) {
        let mut front = self.store.front();
        let given = self.recall(&mut front, after);
        (self.store.pop(&mut front, || self.gates.there()), given)
    }

    /// Puts messages in front of all others. Their items are put out after this.
    fn put_in_front(
        &self,
        pieces: impl DoubleEndedIterator<Item = Piece<T>>,
        after: &mut After<T>,
    ) -> Given {
        let mut front = self.store.front();
        let given = self.recall(&mut front, after);
        front.put_back(pieces);
        given
    }

    /// The messages of `n` taken items.
    fn pop_many(&self, n: u64, after: &mut After<T>) -> (VecDeque<Piece<T>>, Given) {
        let mut front = self.store.front();
        let given = self.recall(&mut front, after);
        let n = usize::try_from(n).unwrap_or(usize::MAX);
        (self.store.pop_many(&mut front, n), given)
    }

    /// Sends from the front of `bulk`, as much as there is room for, and returns how many and the rest.
    pub(crate) fn send_bulk(&self, bulk: Box<dyn Bulk<T>>, after: &mut After<T>) -> BulkSent<T> {
        let (mut sent, mut rest) = (0, bulk);
        while !rest.is_empty() {
            let got = match self.slots(rest.len() as u64, after) {
                Ok(0) => break,
                Ok(got) => usize::try_from(got).unwrap_or(usize::MAX),
                Err(shut) if sent == 0 => return Err((shut, rest)),
                Err(_) => break,
            };
            sent += got;
            if got == rest.len() {
                self.put(rest, after);
                return Ok((sent, None));
            }
            let part = rest.split(got);
            self.put(part, after);
        }
        Ok((sent, Some(rest)))
    }

    /// Pushes messages whose slots are taken and puts their items out.
    fn put(&self, bulk: Box<dyn Bulk<T>>, after: &mut After<T>) {
        let items = bulk.len() as u64;
        self.store.push(Piece::Many(bulk));
        if self.gates.put_out(items) {
            self.serve(true, false, after);
        }
    }

    /// Receives at most `max`, of which `give` takes the first, or more, and says how many, until there are none. The items of a round are taken at once and its slots brought home at once.
    pub(crate) fn recv_many(
        &self,
        max: usize,
        give: &mut impl FnMut(&mut VecDeque<Piece<T>>) -> usize,
        after: &mut After<T>,
    ) -> Result<usize, TryRecvError> {
        let mut received = 0;
        while received < max {
            let mut taken = match self.items((max - received) as u64, after) {
                Ok(0) => break,
                Ok(got) => {
                    let (left, given) = self.pop_many(got, after);
                    Taken {
                        channel: self,
                        all: got,
                        left,
                        given,
                    }
                }
                Err(closed) if received == 0 => return Err(closed),
                Err(_) => break,
            };
            loop {
                let n = give(&mut taken.left);
                if n == 0 {
                    break;
                }
                received += n;
            }
        }
        if received == 0 && max > 0 {
            Err(TryRecvError::Empty)
        } else {
            Ok(received)
        }
    }

    /// Takes at most `want` slots for a newcomer; 0: there is no room.
    #[inline]
    fn slots(&self, want: u64, after: &mut After<T>) -> Result<u64, Shut> {
        let mut seen = None;
        loop {
            match self.gates.take_slots(want, For::Newcomer) {
                Take::Got(got) => return Ok(got),
                Take::Nothing if mutant!(FullForgetsLease) => return Ok(0),
                Take::Nothing => {
                    let turns = self.turns();
                    let room = turns.0.is_on() && self.account(after);
                    // Nothing changed hands since an earlier look that found no room: no slot was on its way home from a lease
                    // that ended, and none had been granted, which the look after that would have seen.
                    if !room && seen == Some(turns) && self.turns() == turns {
                        return Ok(0);
                    }
                    seen = Some(turns);
                }
                Take::Closed => return Err(Shut::Closed),
                Take::Disconnected => return Err(Shut::Disconnected),
                // Those who wait come first, so that nothing is overtaken and nothing that is there is overlooked.
                Take::Waited if self.senders_wait(after) => return Ok(0),
                Take::Waited => {}
                Take::Credited => self.recall_credit_and_serve(after),
            }
        }
    }

    /// How often leases and credits have begun and ended.
    #[inline]
    fn turns(&self) -> (Turn, Turn) {
        (self.gates.lease_turn(), self.gates.credit_turn())
    }

    /// Takes at most `want` items for a newcomer; 0: there are none now.
    #[inline]
    pub(super) fn items(&self, want: u64, after: &mut After<T>) -> Result<u64, TryRecvError> {
        let mut seen = None;
        loop {
            match self.gates.take_items(want, For::Newcomer) {
                Take::Got(got) => return Ok(got),
                Take::Waited if self.receivers_wait(after) => return Ok(0),
                Take::Waited => {}
                _ => {
                    // Before the turns: a lease that begins after it makes the gates look drained.
                    let drained = self.gates.drained();
                    let turns = self.turns();
                    if turns.0.is_on() && !mutant!(EmptyForgetsLease) {
                        self.recall_and_serve(after);
                    } else if turns.1.is_on() && !mutant!(EmptyForgetsCredit) {
                        // With no lease all the time, there was one moment with nothing.
                        let nothing = self.collect(after) == Collected::Nothing;
                        if nothing && self.gates.lease_turn() == turns.0 {
                            return Ok(0);
                        }
                    } else if seen == Some(turns) {
                        return if drained {
                            Err(TryRecvError::Closed)
                        } else {
                            Ok(0)
                        };
                    }
                    seen = Some(turns);
                }
            }
        }
    }

    /// Puts messages back in front of all others, oldest first. On a disconnected channel they are dropped.
    pub(crate) fn put_back(&self, values: Vec<T>, after: &mut After<T>) {
        if self.gates.is_disconnected() {
            return;
        }
        let n = values.len() as u64;
        let mut given = self.put_in_front(values.into_iter().map(Piece::One), after);
        let items = self.gates.put_back(n);
        // The slots that they left may have been granted.
        given.add(self.recall_credit());
        if !mutant!(AbandonDoesNotMatch) {
            self.serve(given.items | items, given.slots, after);
        }
    }

    pub(crate) fn close(&self, after: &mut After<T>) -> Result<(), Shut> {
        if self.shut_out(Gates::close, after) == Shutting::Already {
            return Err(Shut::Closed);
        }
        // Senders that are between slot and item finish, and the last of them tells the receivers (`pump_items`).
        self.serve(!mutant!(CloseForgetsReceivers), true, after);
        Ok(())
    }

    pub(crate) fn disconnect(&self, after: &mut After<T>) {
        self.shut_out(Gates::disconnect, after);
        self.serve(false, true, after);
    }

    /// What was written on credit before is in the channel: nobody is shut out while somebody has credit.
    fn shut_out(&self, how: impl Fn(&Gates) -> Shutting, after: &mut After<T>) -> Shutting {
        loop {
            let shutting = how(&self.gates);
            if shutting != Shutting::Credited {
                return shutting;
            }
            self.recall_credit_and_serve(after);
        }
    }

    pub(crate) fn len(&self) -> u64 {
        let there = || self.with_lease(|| self.gates.there(), |lent| lent.left);
        self.with_credit(there, |credit| credit.written)
            .min(self.gates.capacity())
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.gates.is_closed()
    }

    pub(crate) fn shut(&self) -> Option<Shut> {
        if self.gates.is_closed() {
            Some(Shut::Closed)
        } else {
            self.gates.is_disconnected().then_some(Shut::Disconnected)
        }
    }

    /// How many messages could be sent now: less than `len` says, as long as received ones are on their way.
    pub(crate) fn room(&self) -> u64 {
        let balance = || self.with_lease(|| self.gates.balance(), |lent| lent.owed);
        self.with_credit(balance, |credit| credit.unfilled)
            .saturating_sub(BALANCED)
    }

    pub(crate) fn can_send(&self) -> bool {
        self.shut().is_some() || self.room() > 0
    }

    pub(crate) fn can_recv(&self) -> bool {
        self.len() > 0 || self.gates.drained()
    }

    /// Changes whenever a case of this kind may have become ready.
    pub(crate) fn mark(&self, kind: Kind) -> u64 {
        match kind {
            Kind::Send | Kind::WatchSend => {
                self.with_lease(|| self.gates.send_mark(), |lent| lent.owed)
            }
            Kind::Recv | Kind::WatchRecv if mutant!(MarkForgetsCredit) => self.gates.recv_mark(),
            Kind::Recv | Kind::WatchRecv => {
                self.with_credit(|| self.gates.recv_mark(), |credit| credit.written)
            }
        }
    }
}
