//! Credit: slots that one sender may fill by itself, without a call for each. The counterpart of a lease at the other end.
//!
//! The sender is granted slots and writes its messages on a page, which it shares with everybody. What is written there is
//! in the channel, behind all that is in the queue: whoever looks for messages and finds the queue empty collects it, which puts
//! it into the queue as one block.
//!
//! ```text
//!   grant:    lock the tail; say so; nobody parked? take slots
//!   sender:   a message, then written: n → n + 1, by compare-and-swap                         no lock, no call
//!   collect:  lock the tail; what was written since goes into the queue, its items out        a receiver finds nothing
//!   end:      lock the tail; written: n → over; collect; slots that were not filled go back   another sender comes, the
//!                                                                                             channel is shut, somebody parks
//! ```
//! Invariants: at most one credit a channel. While there is one, the `CREDIT` bit keeps everybody else from taking slots, so
//! nothing enters the queue that came later than what is on the page and is not yet collected. There is none while somebody is parked: who parks says so and
//! then looks for a credit, who grants says so and then looks for the parked. So the sender, who tells nobody what it
//! writes, need not.
//!
//! The count of beginnings and ends is read before and after what must not be torn by a credit: odd, there is one.

use std::sync::Arc;

use super::TrySendError;
use super::gated::Gated;
use super::lease::Given;
use super::store::Queue;
use crate::bulk::Piece;
use crate::mutant::mutant;
use crate::sync::{Mutex, MutexGuard};
use crate::wake::After;

/// Where a sender with credit writes. Others than the sender use it under the tail's lock only, while there is credit for
/// it, and not once [`Channel::return_credit`](crate::Channel::return_credit) has returned.
pub trait Page<T>: Send + Sync {
    /// Credit begins: nothing is written.
    fn begin(&self);
    /// How many messages are written.
    fn written(&self) -> usize;
    /// From now on none is written. How many are.
    fn end(&self) -> usize;
    /// A copy of the next `count` messages, at least one, which are written, from the first on that was not copied yet.
    fn copy(&self, count: usize) -> Piece<T>;
}

/// Slots that the sender may fill.
struct Credit<T> {
    page: Arc<dyn Page<T>>,
    slots: usize,
    /// How many messages are in the queue.
    collected: usize,
}

impl<T> Credit<T> {
    /// Never less than was collected, nor more than was granted, whatever the page says.
    fn clamp(&self, written: usize) -> usize {
        written.clamp(self.collected, self.slots)
    }

    fn held(&self, written: usize) -> Held {
        Held {
            written: (written - self.collected) as u64,
            unfilled: (self.slots - written) as u64,
        }
    }
}

/// What a credit holds back at one moment.
pub(super) struct Held {
    /// Messages that are not collected.
    pub(super) written: u64,
    /// Slots without a message.
    pub(super) unfilled: u64,
}

/// What a look at the page has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Collected {
    /// Messages, which are in the queue now.
    Some,
    /// There was one moment with no message on the page and no item out.
    Nothing,
    /// There is no credit, or there are items.
    Elsewhere,
}

/// The credit, if there is one. In lines of its own: receivers that find nothing come here.
#[repr(align(128))]
pub(super) struct Tail<T>(Mutex<Option<Credit<T>>>);

impl<T> Tail<T> {
    pub(super) fn new() -> Self {
        Self(Mutex::new(None))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Credit<T>>> {
        self.0.lock()
    }
}

impl<T: Send + 'static, Q: Queue<Piece<T>>> Gated<T, Q> {
    /// Sends one message, and grants credit for those behind it, at most `most`.
    pub(crate) fn send_ahead(
        &self,
        value: T,
        most: usize,
        page: &Arc<dyn Page<T>>,
        after: &mut After<T>,
    ) -> Result<usize, TrySendError<T>> {
        self.send(value, after)?;
        Ok(self.grant(most, page))
    }

    fn grant(&self, most: usize, page: &Arc<dyn Page<T>>) -> usize {
        // Once more below; this saves the lock.
        if self.gates.is_awaited() && !mutant!(CreditOverParked) {
            return 0;
        }
        let mut tail = self.tail.lock();
        if tail.is_some() {
            return 0;
        }
        self.gates.turn_credit();
        if !self.gates.is_awaited() || mutant!(CreditOverParked) {
            // At most `most`.
            let slots = usize::try_from(self.gates.take_credit(most as u64)).unwrap_or(most);
            if slots > 0 {
                page.begin();
                *tail = Some(Credit {
                    page: page.clone(),
                    slots,
                    collected: 0,
                });
                return slots;
            }
        }
        self.gates.turn_credit();
        0
    }

    /// Moves `credit` messages up to `written` into the queue. True: somebody may be waiting for them.
    fn put_written(&self, credit: &mut Credit<T>, written: usize) -> bool {
        let count = written - credit.collected;
        credit.collected = written;
        self.store.push(credit.page.copy(count));
        self.gates.put_out(count as u64)
    }

    /// Puts into the queue what was written on credit, and serves who is parked.
    pub(super) fn collect(&self, after: &mut After<T>) -> Collected {
        let mut tail = self.tail.lock();
        let Some(credit) = &mut *tail else {
            return Collected::Elsewhere;
        };
        let mut written = credit.clamp(credit.page.written());
        if written == credit.collected {
            // In this order: under the lock nothing leaves the page, so if it is empty then it was while the gates were read.
            let items = self.gates.there() > 0;
            written = credit.clamp(credit.page.written());
            if written == credit.collected {
                return if items {
                    Collected::Elsewhere
                } else {
                    Collected::Nothing
                };
            }
        }
        let awaited = self.put_written(credit, written);
        drop(tail);
        self.serve(awaited, false, after);
        Collected::Some
    }

    /// Ends the credit, whoever has it, if there is one: before anything else is sent. Serves nobody.
    pub(super) fn recall_credit(&self) -> Given {
        self.end_credit(&mut self.tail.lock())
    }

    /// Likewise, and serves who is parked.
    pub(super) fn recall_credit_and_serve(&self, after: &mut After<T>) {
        let given = self.recall_credit();
        self.serve(given.items, given.slots, after);
    }

    fn end_credit(&self, tail: &mut Option<Credit<T>>) -> Given {
        let Some(mut credit) = tail.take() else {
            return Given::default();
        };
        let written = credit.clamp(credit.page.end());
        let Held { unfilled, .. } = credit.held(written);
        let items = written > credit.collected && self.put_written(&mut credit, written);
        // In this order: who finds no credit finds what was written.
        let slots = self.gates.end_credit(unfilled);
        self.gates.turn_credit();
        Given { items, slots }
    }

    /// Ends the credit that `page` is for, if there is one.
    pub(crate) fn return_credit(&self, page: &Arc<dyn Page<T>>, after: &mut After<T>) {
        let mut tail = self.tail.lock();
        let theirs = |credit: &Credit<T>| Arc::ptr_eq(&credit.page, page);
        if !tail.as_ref().is_some_and(theirs) {
            return;
        }
        let given = self.end_credit(&mut tail);
        drop(tail);
        self.serve(given.items, given.slots, after);
    }

    /// A count of the gates, and what a credit adds to it.
    pub(super) fn with_credit(
        &self,
        count: impl Fn() -> u64,
        held_back: impl Fn(Held) -> u64,
    ) -> u64 {
        loop {
            let turn = self.gates.credit_turn();
            if turn.is_on() {
                let tail = self.tail.lock();
                let Some(credit) = &*tail else {
                    continue;
                };
                // Both at one moment: when nothing was written while the gates were read.
                loop {
                    let written = credit.clamp(credit.page.written());
                    let count = count();
                    if credit.clamp(credit.page.written()) == written {
                        return count + held_back(credit.held(written));
                    }
                }
            }
            let count = count();
            if turn == self.gates.credit_turn() {
                return count;
            }
        }
    }
}
