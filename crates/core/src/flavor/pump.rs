//! Who is parked at a gated channel, and serving them.
//!
//! The lists of each side are behind that side's lock, which is only taken when somebody is parked. What a pump gives to
//! one side may be what the other side waits for; [`Gated::serve`] goes to and fro until neither has anything left, with
//! one lock at a time.

use super::gate::{For, Take};
use super::gated::Gated;
use super::lease::Given;
use super::store::Queue;
use crate::bulk::Piece;
use crate::list::{Link, WaitList};
use crate::mutant::mutant;
use crate::op::{Event, Kind, Waiter, end_all};
use crate::sync::MutexGuard;
use crate::wake::After;

/// Those who wait on one side.
pub(super) struct Lists<T> {
    pub(super) waiters: WaitList<Waiter<T>>,
    pub(super) watchers: WaitList<Waiter<T>>,
    /// Commits so far.
    number: u64,
}

impl<T> Lists<T> {
    pub(super) const fn new() -> Self {
        Self {
            waiters: WaitList::new(),
            watchers: WaitList::new(),
            number: 0,
        }
    }

    fn of(&mut self, kind: Kind) -> &mut WaitList<Waiter<T>> {
        match kind {
            Kind::Send | Kind::Recv => &mut self.waiters,
            Kind::WatchSend | Kind::WatchRecv => &mut self.watchers,
        }
    }
}

impl<T: Send + 'static, Q: Queue<Piece<T>>> Gated<T, Q> {
    /// Serves parked senders; whether some still wait.
    pub(super) fn senders_wait(&self, after: &mut After<T>) -> bool {
        let mut lists = self.senders.lock();
        let items = self.pump_slots(&mut lists, after);
        let wait = !lists.waiters.is_empty();
        drop(lists);
        self.serve(items, false, after);
        wait
    }

    /// Serves parked receivers; whether some still wait.
    pub(super) fn receivers_wait(&self, after: &mut After<T>) -> bool {
        let mut lists = self.receivers.lock();
        let slots = self.pump_items(&mut lists, after);
        let wait = !lists.waiters.is_empty();
        drop(lists);
        self.serve(false, slots, after);
        wait
    }

    /// Serves whoever is parked on the sides named, and then on those that this has given something.
    pub(super) fn serve(&self, mut items: bool, mut slots: bool, after: &mut After<T>) {
        while items || slots {
            if items {
                slots |= self.pump_items(&mut self.receivers.lock(), after);
                items = false;
            }
            if slots {
                items |= self.pump_slots(&mut self.senders.lock(), after);
                slots = false;
            }
        }
    }

    /// Serves parked receivers. True: slots came home that somebody awaits.
    fn pump_items(&self, lists: &mut Lists<T>, after: &mut After<T>) -> bool {
        let mut slots = false;
        while let Some(front) = lists.waiters.front() {
            let Some(claim) = front.claim() else {
                spend(&mut lists.waiters, after);
                if mutant!(NoPassOn) {
                    break;
                }
                continue;
            };
            // The claim first and the item then: so an item is taken for somebody, and none has to be given back.
            if let Take::Got(_) = self.gates.take_items(1, For::Parked) {
                let (value, given) = self.pop(after);
                slots |= given.slots;
                // Home before the commit: who sees the value received sees the room, too.
                slots |= self.gates.bring_home(1);
                lists.number += 1;
                claim.commit(Event::Received(value), lists.number);
            } else if self.gates.drained() && !mutant!(LastItemForgetsClosed) {
                claim.commit(Event::RecvClosed, 0);
            } else {
                break;
            }
            if let Some(waiter) = lists.waiters.pop_front() {
                after.wake(waiter.op);
            }
        }
        if !lists.watchers.is_empty() && (self.gates.there() > 0 || self.gates.drained()) {
            end_all(&mut lists.watchers, after, |_| Some(Event::Ready));
        }
        self.gates
            .await_items(!lists.waiters.is_empty(), !lists.watchers.is_empty());
        slots
    }

    /// Serves parked senders. True: items were put out that somebody awaits.
    fn pump_slots(&self, lists: &mut Lists<T>, after: &mut After<T>) -> bool {
        let mut items = false;
        while let Some(front) = lists.waiters.front() {
            let Some(mut claim) = front.claim() else {
                spend(&mut lists.waiters, after);
                if mutant!(NoPassOn) {
                    break;
                }
                continue;
            };
            let take = self.gates.take_slots(1, For::Parked);
            if take == Take::Credited {
                // The claim is dropped, and the operation waits on.
                items |= self.recall_credit().items;
                continue;
            }
            if take == Take::Nothing {
                break;
            }
            // A parked sender has its value.
            let Some(value) = claim.take_value() else {
                break;
            };
            let event = match take {
                Take::Closed => Event::SendClosed(value),
                Take::Disconnected => Event::SendDisconnected(value),
                _ => {
                    self.store.push(Piece::One(value));
                    // Out before the commit: who sees the value sent sees it there, too.
                    items |= self.gates.put_out(1);
                    Event::Sent
                }
            };
            claim.commit(event, 0);
            if let Some(waiter) = lists.waiters.pop_front() {
                after.wake(waiter.op);
            }
        }
        if !lists.watchers.is_empty() && (self.gates.room() > 0 || self.shut().is_some()) {
            end_all(&mut lists.watchers, after, |_| Some(Event::Ready));
        }
        self.gates
            .await_slots(!lists.waiters.is_empty(), !lists.watchers.is_empty());
        items
    }

    /// Queues one case of `waiter`, unless another case has happened meanwhile, and looks again.
    pub(crate) fn enqueue(&self, kind: Kind, waiter: Waiter<T>, after: &mut After<T>) {
        let mut lists = self.lists(kind);
        if !self.link(kind, waiter, &mut lists) || mutant!(ParkWithoutLook) {
            return;
        }
        // A lease or a credit that began before it was said that somebody waits. None begins from now on.
        let mut given = Given::default();
        if self.gates.credit_turn().is_on() && !mutant!(ParkForgetsCredit) {
            given.add(self.recall_credit());
        }
        if self.gates.lease_turn().is_on() && !mutant!(ParkForgetsLease) {
            given.add(self.recall(&mut self.store.front(), after));
        }
        let Given {
            mut items,
            mut slots,
        } = given;
        if kind.receives() {
            slots |= self.pump_items(&mut lists, after);
        } else {
            items |= self.pump_slots(&mut lists, after);
        }
        drop(lists);
        self.serve(items, slots, after);
    }

    /// Puts `waiter` into its list and says so. False: its operation waits no more.
    fn link(&self, kind: Kind, waiter: Waiter<T>, lists: &mut Lists<T>) -> bool {
        let op = waiter.op.clone();
        let mut state = op.lock();
        if !state.is_waiting() {
            return false;
        }
        let case = waiter.case;
        let link = lists.of(kind).push_back(waiter);
        if let Some(slot) = state.slots.get_mut(case) {
            slot.link = Some(link);
        }
        self.announce(kind, lists);
        true
    }

    /// Takes a case out of its list, if it is still there.
    pub(crate) fn unlink(&self, kind: Kind, link: Link) -> Option<Waiter<T>> {
        let mut lists = self.lists(kind);
        let gone = lists.of(kind).remove(link);
        self.announce(kind, &lists);
        gone
    }

    fn lists(&self, kind: Kind) -> MutexGuard<'_, Lists<T>> {
        if kind.receives() {
            self.receivers.lock()
        } else {
            self.senders.lock()
        }
    }

    /// Tells newcomers and the other side whether somebody is parked.
    fn announce(&self, kind: Kind, lists: &Lists<T>) {
        let (parked, watched) = (!lists.waiters.is_empty(), !lists.watchers.is_empty());
        if kind.receives() {
            self.gates.await_items(parked, watched);
        } else {
            self.gates.await_slots(parked, watched);
        }
    }

    #[cfg(all(test, not(any(loom, shuttle))))]
    pub(crate) fn waiting(&self) -> usize {
        let count = |lists: &crate::sync::Mutex<Lists<T>>| {
            let lists = lists.lock();
            lists.waiters.len() + lists.watchers.len()
        };
        count(&self.senders) + count(&self.receivers)
    }
}

/// Removes the first, which waits no more.
fn spend<T>(list: &mut WaitList<Waiter<T>>, after: &mut After<T>) {
    if let Some(waiter) = list.pop_front() {
        after.spent(waiter.op);
    }
}
