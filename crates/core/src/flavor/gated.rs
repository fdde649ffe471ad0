//! A channel whose messages rest in another library's queue, between two gates.
//!
//! ```text
//!   send:   take slots → push → put items out → somebody awaits items? pump
//!   recv:   take items → pop → bring slots home → somebody awaits slots? pump
//!   park:   lock; into the list; say so; pump; unlock
//!   pump:   while the first in the list still waits and one can be taken for it: serve it (pop for a receiver, push for
//!           a sender), and go on with the other side, whose turn that may have made it
//! ```
//! Invariant: the queue and the returned messages together hold at least as many as items were put out and not popped,
//! so who has taken an item finds a message, if perhaps a moment later (a library may show a message in the queue only
//! once an earlier one, whose sender was preempted, is complete). Which of two concurrent receivers pops which message is
//! the library's business; that each is served in its turn is ours.
//!
//! Locks: one gate at a time, then an operation's, then a queue's own. A lock is only taken when somebody is parked.

use std::collections::VecDeque;

use super::gate::{For, Gates, Take, UNBOUNDED};
use super::{Shut, TryRecvError, TrySendError};
use crate::list::{Link, WaitList};
use crate::mutant::mutant;
use crate::op::{Event, Kind, Waiter, end_all};
use crate::sync::{AtomicBool, Mutex, Ordering, relax};
use crate::wake::After;

/// Above this, and for unbounded channels, the library's unbounded queue is used behind the same gates, so that a
/// large capacity costs no memory before it is used.
const PREALLOCATED: usize = 65_536;

/// Somebody else's queue. Never asked for more than it was made for.
pub(crate) trait Queue<T>: Sized {
    fn bounded(capacity: usize) -> Self;
    fn unbounded() -> Self;
    /// Err: not now. A queue may say so although a slot was brought home, if that receiver is still in the middle of it.
    fn push(&self, value: T) -> Result<(), T>;
    /// None: nothing can be seen now.
    fn pop(&self) -> Option<T>;
}

struct Lists<T> {
    waiters: WaitList<Waiter<T>>,
    watchers: WaitList<Waiter<T>>,
    /// Commits so far.
    number: u64,
}

/// Messages that were received and came back: first in the channel.
struct Returned<T> {
    any: AtomicBool,
    values: Mutex<VecDeque<T>>,
}

/// The flavor.
pub(crate) struct Gated<T, Q> {
    gates: Gates,
    queue: Q,
    returned: Returned<T>,
    senders: Mutex<Lists<T>>,
    receivers: Mutex<Lists<T>>,
}

/// Items that were taken and are to be popped. Dropped early (the caller's code panicked), it gives the rest back.
struct Taken<'a, T, Q: Queue<T>> {
    channel: &'a Gated<T, Q>,
    taken: u64,
    left: u64,
}

impl<T, Q: Queue<T>> Drop for Taken<'_, T, Q> {
    fn drop(&mut self) {
        let mut after = After::new();
        // In this order: the slots of what was not popped are never free.
        let items = self.left > 0 && self.channel.gates.put_back(self.left);
        let slots = self.channel.gates.bring_home(self.taken);
        self.channel.serve(items, slots, &mut after);
        after.run();
    }
}

impl<T, Q: Queue<T>> Gated<T, Q> {
    pub(crate) fn new(capacity: Option<usize>) -> Self {
        let queue = match capacity {
            Some(capacity) if capacity <= PREALLOCATED => Q::bounded(capacity),
            _ => Q::unbounded(),
        };
        let capacity = capacity.map_or(UNBOUNDED, |capacity| (capacity as u64).min(UNBOUNDED));
        let lists = || {
            Mutex::new(Lists {
                waiters: WaitList::new(),
                watchers: WaitList::new(),
                number: 0,
            })
        };
        let returned = Returned {
            any: AtomicBool::new(false),
            values: Mutex::new(VecDeque::new()),
        };
        Self {
            gates: Gates::new(capacity),
            queue,
            returned,
            senders: lists(),
            receivers: lists(),
        }
    }

    #[inline]
    pub(crate) fn send(&self, value: T, after: &mut After<T>) -> Result<(), TrySendError<T>> {
        match self.slots(1, after) {
            Ok(0) => Err(TrySendError::Full(value)),
            Ok(_) => {
                self.push(value);
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
        let value = self.pop();
        if self.gates.bring_home(1) {
            self.serve(false, true, after);
        }
        Ok(value)
    }

    /// Sends from the front of `values`; the slots of a round are taken at once and its items put out at once.
    pub(crate) fn send_many(
        &self,
        values: &mut VecDeque<T>,
        after: &mut After<T>,
    ) -> Result<usize, Shut> {
        let mut sent = 0;
        while !values.is_empty() {
            match self.slots(values.len() as u64, after) {
                Ok(0) => break,
                Ok(got) => {
                    for value in values.drain(..usize::try_from(got).unwrap_or(usize::MAX)) {
                        self.push(value);
                        sent += 1;
                    }
                    if self.gates.put_out(got) {
                        self.serve(true, false, after);
                    }
                }
                Err(shut) if sent == 0 => return Err(shut),
                Err(_) => break,
            }
        }
        Ok(sent)
    }

    /// Receives at most `max`; the items of a round are taken at once and its slots brought home at once.
    pub(crate) fn recv_many(
        &self,
        max: usize,
        into: &mut impl FnMut(T),
        after: &mut After<T>,
    ) -> Result<usize, TryRecvError> {
        let mut received = 0;
        while received < max {
            let mut taken = match self.items((max - received) as u64, after) {
                Ok(0) => break,
                Ok(left) => Taken {
                    channel: self,
                    taken: left,
                    left,
                },
                Err(closed) if received == 0 => return Err(closed),
                Err(_) => break,
            };
            while taken.left > 0 {
                let value = self.pop();
                taken.left -= 1;
                received += 1;
                into(value);
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
        loop {
            match self.gates.take_slots(want, For::Newcomer) {
                Take::Got(got) => return Ok(got),
                Take::Nothing => return Ok(0),
                Take::Closed => return Err(Shut::Closed),
                Take::Disconnected => return Err(Shut::Disconnected),
                // Those who wait come first, so that nothing is overtaken and nothing that is there is overlooked.
                Take::Waited => {
                    let mut lists = self.senders.lock();
                    let items = self.pump_slots(&mut lists, after);
                    let waited = !lists.waiters.is_empty();
                    drop(lists);
                    self.serve(items, false, after);
                    if waited {
                        return Ok(0);
                    }
                }
            }
        }
    }

    /// Takes at most `want` items for a newcomer; 0: there are none now.
    #[inline]
    fn items(&self, want: u64, after: &mut After<T>) -> Result<u64, TryRecvError> {
        loop {
            match self.gates.take_items(want, For::Newcomer) {
                Take::Got(got) => return Ok(got),
                Take::Waited => {
                    let mut lists = self.receivers.lock();
                    let slots = self.pump_items(&mut lists, after);
                    let waited = !lists.waiters.is_empty();
                    drop(lists);
                    self.serve(false, slots, after);
                    if waited {
                        return Ok(0);
                    }
                }
                Take::Nothing | Take::Closed | Take::Disconnected => {
                    return if self.gates.drained() {
                        Err(TryRecvError::Closed)
                    } else {
                        Ok(0)
                    };
                }
            }
        }
    }

    fn push(&self, mut value: T) {
        let mut step = 0;
        while let Err(back) = self.queue.push(value) {
            value = back;
            relax(&mut step);
        }
    }

    /// The message of a taken item.
    fn pop(&self) -> T {
        let mut step = 0;
        loop {
            // Relaxed is enough: who owes its item to a returned message has read I_o after the flag was set.
            if self.returned.any.load(Ordering::Relaxed) {
                let mut values = self.returned.values.lock();
                let value = values.pop_front();
                self.returned
                    .any
                    .store(!values.is_empty(), Ordering::Relaxed);
                if let Some(value) = value {
                    return value;
                }
            }
            if let Some(value) = self.queue.pop() {
                return value;
            }
            relax(&mut step);
        }
    }

    /// Serves whoever is parked on the sides named, and then on those that this has given something.
    fn serve(&self, mut items: bool, mut slots: bool, after: &mut After<T>) {
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
                let value = self.pop();
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
                    self.push(value);
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

    /// Puts messages back in front of all others, oldest first. On a disconnected channel they are dropped.
    pub(crate) fn put_back(&self, values: Vec<T>, after: &mut After<T>) {
        if self.gates.is_disconnected() {
            return;
        }
        let n = values.len() as u64;
        {
            let mut returned = self.returned.values.lock();
            for value in values.into_iter().rev() {
                returned.push_front(value);
            }
            self.returned.any.store(true, Ordering::Relaxed);
        }
        // Release, in there, after the flag.
        let items = self.gates.put_back(n);
        if !mutant!(AbandonDoesNotMatch) {
            self.serve(items, false, after);
        }
    }

    pub(crate) fn close(&self, after: &mut After<T>) -> Result<(), Shut> {
        if !self.gates.close() {
            return Err(Shut::Closed);
        }
        // Senders that are between slot and item finish, and the last of them tells the receivers (`pump_items`).
        self.serve(!mutant!(CloseForgetsReceivers), true, after);
        Ok(())
    }

    pub(crate) fn disconnect(&self, after: &mut After<T>) {
        self.gates.disconnect();
        self.serve(false, true, after);
    }

    /// Queues one case of `waiter`, unless another case has happened meanwhile, and looks again.
    pub(crate) fn enqueue(&self, kind: Kind, waiter: Waiter<T>, after: &mut After<T>) {
        let recv = matches!(kind, Kind::Recv | Kind::WatchRecv);
        let (mut items, mut slots) = (false, false);
        {
            let mut guard = if recv {
                self.receivers.lock()
            } else {
                self.senders.lock()
            };
            let lists = &mut *guard;
            {
                let op = waiter.op.clone();
                let mut state = op.lock();
                if !state.is_waiting() {
                    return;
                }
                let case = waiter.case;
                let watch = matches!(kind, Kind::WatchRecv | Kind::WatchSend);
                let list = if watch {
                    &mut lists.watchers
                } else {
                    &mut lists.waiters
                };
                let link = list.push_back(waiter);
                if let Some(slot) = state.slots.get_mut(case) {
                    slot.link = Some(link);
                }
            }
            let (parked, watched) = (!lists.waiters.is_empty(), !lists.watchers.is_empty());
            if recv {
                self.gates.await_items(parked, watched);
            } else {
                self.gates.await_slots(parked, watched);
            }
            if mutant!(ParkWithoutLook) {
                return;
            }
            if recv {
                slots = self.pump_items(lists, after);
            } else {
                items = self.pump_slots(lists, after);
            }
        }
        self.serve(items, slots, after);
    }

    /// Takes a case out of its list, if it is still there.
    pub(crate) fn unlink(&self, kind: Kind, link: Link) -> Option<Waiter<T>> {
        let recv = matches!(kind, Kind::Recv | Kind::WatchRecv);
        let mut lists = if recv {
            self.receivers.lock()
        } else {
            self.senders.lock()
        };
        let watch = matches!(kind, Kind::WatchRecv | Kind::WatchSend);
        let gone = if watch {
            lists.watchers.remove(link)
        } else {
            lists.waiters.remove(link)
        };
        let (parked, watched) = (!lists.waiters.is_empty(), !lists.watchers.is_empty());
        if recv {
            self.gates.await_items(parked, watched);
        } else {
            self.gates.await_slots(parked, watched);
        }
        gone
    }

    pub(crate) fn len(&self) -> u64 {
        self.gates.there()
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

    pub(crate) fn can_send(&self) -> bool {
        self.shut().is_some() || self.gates.room() > 0
    }

    pub(crate) fn can_recv(&self) -> bool {
        self.gates.there() > 0 || self.gates.drained()
    }

    /// Changes whenever a case of this kind may have become ready.
    pub(crate) fn mark(&self, kind: Kind) -> u64 {
        match kind {
            Kind::Send | Kind::WatchSend => self.gates.send_mark(),
            Kind::Recv | Kind::WatchRecv => self.gates.recv_mark(),
        }
    }

    #[cfg(test)]
    pub(crate) fn waiting(&self) -> usize {
        let count = |lists: &Mutex<Lists<T>>| {
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
