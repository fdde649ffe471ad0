//! Go's channel (`runtime/chan.go`: chansend, chanrecv, closechan, selectgo): one lock, one ring, two lists.
//!
//! Invariants, under the lock, counting only waiters that still wait: receivers wait ⇒ the ring is empty and no sender
//! waits (but a select may wait on both sides, and never pairs with itself, since it scans before it enqueues);
//! senders wait ⇒ the ring is full. A value goes from hand to hand under the lock, so a receiver never wakes in vain.
//!
//! Departures from Go: a wake-up comes after the lock is released; values that a dying thread did not take come back to
//! the front of the ring, which may then hold more than the capacity for a while; a channel can be disconnected; watchers
//! are told that something may be ready and take nothing.

use std::collections::VecDeque;

use super::{Shut, TryRecvError, TrySendError};
use crate::bulk::Bulk;
use crate::channel::BulkSent;
use crate::list::{Link, WaitList};
use crate::mutant::mutant;
use crate::op::{Event, Kind, Waiter, end_all};
use crate::sync::{Mutex, MutexGuard};
use crate::wake::After;

/// The channel's state behind its lock.
pub(crate) struct State<T> {
    ring: VecDeque<T>,
    capacity: usize,
    receivers: WaitList<Waiter<T>>,
    senders: WaitList<Waiter<T>>,
    recv_watchers: WaitList<Waiter<T>>,
    send_watchers: WaitList<Waiter<T>>,
    closed: bool,
    disconnected: bool,
    /// Values handed over so far.
    number: u64,
    /// How often a value was sent or received so far.
    moved: u64,
}

/// The flavor.
pub(crate) struct Locked<T>(Mutex<State<T>>);

impl<T> Locked<T> {
    pub(crate) fn new(capacity: usize) -> Self {
        Self(Mutex::new(State {
            ring: VecDeque::new(),
            capacity,
            receivers: WaitList::new(),
            senders: WaitList::new(),
            recv_watchers: WaitList::new(),
            send_watchers: WaitList::new(),
            closed: false,
            disconnected: false,
            number: 0,
            moved: 0,
        }))
    }

    #[inline]
    pub(crate) fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.0.lock()
    }
}

impl<T: Send + 'static> State<T> {
    pub(crate) fn len(&self) -> usize {
        self.ring.len().min(self.capacity)
    }

    pub(crate) fn moved(&self) -> u64 {
        self.moved
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }

    pub(crate) fn shut(&self) -> Option<Shut> {
        if self.closed {
            Some(Shut::Closed)
        } else {
            self.disconnected.then_some(Shut::Disconnected)
        }
    }

    /// Sends if that is possible now.
    pub(crate) fn send(&mut self, value: T, after: &mut After<T>) -> Result<(), TrySendError<T>> {
        // Go panics for a closed channel; here the value comes back.
        if let Some(shut) = self.shut() {
            return Err(TrySendError::shut(shut, value));
        }
        // "Found a waiting receiver": past the buffer, which is empty then, straight to it.
        let Err(value) = self.hand_over(value, after) else {
            self.moved += 1;
            return Ok(());
        };
        // "Space is available in the channel buffer."
        if self.ring.len() < self.capacity {
            self.ring.push_back(value);
            self.moved += 1;
            ready(&mut self.recv_watchers, after);
            return Ok(());
        }
        Err(TrySendError::Full(value))
    }

    /// Receives if that is possible now.
    pub(crate) fn recv(&mut self, after: &mut After<T>) -> Result<T, TryRecvError> {
        // "Receive directly from queue", and a waiting sender's value takes the place.
        if let Some(value) = self.ring.pop_front() {
            self.moved += 1;
            self.refill(after);
            return Ok(value);
        }
        // No buffer: "receive value directly from sender".
        if let Some(value) = self.next_sent(after) {
            return Ok(value);
        }
        Err(if self.closed {
            TryRecvError::Closed
        } else {
            TryRecvError::Empty
        })
    }

    /// Sends from the front of `bulk` what can be sent now. The ring holds messages, so the block is taken apart.
    pub(crate) fn send_bulk(
        &mut self,
        mut bulk: Box<dyn Bulk<T>>,
        after: &mut After<T>,
    ) -> BulkSent<T> {
        if let Some(shut) = self.shut() {
            return Err((shut, bulk));
        }
        let mut n = 0;
        while self.ring.len() < self.capacity || !self.receivers.is_empty() {
            let Some(value) = bulk.pop() else {
                return Ok((n, None));
            };
            if let Err(
                TrySendError::Full(value)
                | TrySendError::Closed(value)
                | TrySendError::Disconnected(value),
            ) = self.send(value, after)
            {
                // Who seemed to wait did not any more.
                let mut rest = VecDeque::from([value]);
                while let Some(value) = bulk.pop() {
                    rest.push_back(value);
                }
                return Ok((n, Some(Box::new(rest))));
            }
            n += 1;
        }
        Ok((n, Some(bulk)))
    }

    /// Receives what is there now, at most `max`.
    pub(crate) fn recv_many(
        &mut self,
        max: usize,
        after: &mut After<T>,
    ) -> Result<Vec<T>, TryRecvError> {
        let at_once = self.ring.len().min(max);
        let mut values = Vec::with_capacity(at_once);
        values.extend(self.ring.drain(..at_once));
        self.moved += at_once as u64;
        self.refill(after);
        while values.len() < max {
            match self.recv(after) {
                Ok(value) => values.push(value),
                Err(error) if values.is_empty() => return Err(error),
                Err(_) => break,
            }
        }
        Ok(values)
    }

    /// Gives `value` to the first waiting receiver. Err: there is none.
    fn hand_over(&mut self, value: T, after: &mut After<T>) -> Result<(), T> {
        let mut value = Some(value);
        while let Some(waiter) = self.receivers.pop_front() {
            let number = self.number + 1;
            let ended = waiter.end(after, |claim| {
                claim.commit(Event::Received(value.take()?), number);
                Some(())
            });
            if ended.is_some() {
                self.number = number;
                break;
            }
            if mutant!(NoPassOn) {
                break;
            }
        }
        value.map_or(Ok(()), Err)
    }

    /// Takes the value of the first waiting sender.
    fn next_sent(&mut self, after: &mut After<T>) -> Option<T> {
        while let Some(waiter) = self.senders.pop_front() {
            let sent = waiter.end(after, |mut claim| {
                let value = claim.take_value()?;
                claim.commit(Event::Sent, 0);
                Some(value)
            });
            if sent.is_some() || mutant!(NoPassOn) {
                self.moved += 1;
                return sent;
            }
        }
        None
    }

    /// Lets waiting senders fill the room there is.
    fn refill(&mut self, after: &mut After<T>) {
        while self.ring.len() < self.capacity {
            let Some(value) = self.next_sent(after) else {
                ready(&mut self.send_watchers, after);
                return;
            };
            self.ring.push_back(value);
        }
    }

    /// Puts values back at the front, oldest first, then matches. On a disconnected channel nobody will come for them:
    /// they are returned, to be dropped without the lock.
    pub(crate) fn put_back(&mut self, values: Vec<T>, after: &mut After<T>) -> Vec<T> {
        if self.disconnected {
            return values;
        }
        for value in values.into_iter().rev() {
            self.ring.push_front(value);
        }
        if mutant!(AbandonDoesNotMatch) {
            return Vec::new();
        }
        while let Some(value) = self.ring.pop_front() {
            if let Err(value) = self.hand_over(value, after) {
                self.ring.push_front(value);
                ready(&mut self.recv_watchers, after);
                break;
            }
        }
        self.refill(after);
        Vec::new()
    }

    /// "Close of closed channel" is an error; else no send succeeds any more and everybody who waits is woken.
    pub(crate) fn close(&mut self, after: &mut After<T>) -> Result<(), Shut> {
        if self.closed {
            return Err(Shut::Closed);
        }
        self.closed = true;
        if !mutant!(CloseForgetsReceivers) {
            end_all(&mut self.receivers, after, |_| Some(Event::RecvClosed));
        }
        end_all(&mut self.senders, after, |value| {
            value.map(Event::SendClosed)
        });
        ready(&mut self.recv_watchers, after);
        ready(&mut self.send_watchers, after);
        Ok(())
    }

    /// The last receiver is gone.
    pub(crate) fn disconnect(&mut self, after: &mut After<T>) {
        self.disconnected = true;
        end_all(&mut self.senders, after, |value| {
            value.map(Event::SendDisconnected)
        });
        ready(&mut self.send_watchers, after);
    }

    /// Whether a send would end at once. Entries of operations that wait no more do not count, and go.
    pub(crate) fn can_send(&mut self, after: &mut After<T>) -> bool {
        self.shut().is_some()
            || self.ring.len() < self.capacity
            || waits(&mut self.receivers, after)
    }

    /// Whether a receive would end at once.
    pub(crate) fn can_recv(&mut self, after: &mut After<T>) -> bool {
        self.closed || !self.ring.is_empty() || waits(&mut self.senders, after)
    }

    /// Queues one case of an operation that was just found not ready under this same lock.
    pub(crate) fn enqueue(&mut self, kind: Kind, waiter: Waiter<T>, after: &mut After<T>) -> Link {
        // A waiting partner makes an unbuffered channel ready, so the other side's watchers look.
        match kind {
            Kind::Recv => ready(&mut self.send_watchers, after),
            Kind::Send => ready(&mut self.recv_watchers, after),
            Kind::WatchRecv | Kind::WatchSend => {}
        }
        self.list(kind).push_back(waiter)
    }

    /// Takes a case out of its list, if it is still there.
    pub(crate) fn unlink(&mut self, kind: Kind, link: Link) -> Option<Waiter<T>> {
        self.list(kind).remove(link)
    }

    fn list(&mut self, kind: Kind) -> &mut WaitList<Waiter<T>> {
        match kind {
            Kind::Recv => &mut self.receivers,
            Kind::Send => &mut self.senders,
            Kind::WatchRecv => &mut self.recv_watchers,
            Kind::WatchSend => &mut self.send_watchers,
        }
    }

    #[cfg(all(test, not(any(loom, shuttle))))]
    pub(crate) fn waiting(&self) -> usize {
        self.receivers.len()
            + self.senders.len()
            + self.recv_watchers.len()
            + self.send_watchers.len()
    }
}

fn ready<T>(watchers: &mut WaitList<Waiter<T>>, after: &mut After<T>) {
    if !watchers.is_empty() {
        end_all(watchers, after, |_| Some(Event::Ready));
    }
}

fn waits<T>(list: &mut WaitList<Waiter<T>>, after: &mut After<T>) -> bool {
    while let Some(front) = list.front() {
        if front.claim().is_some() {
            return true;
        }
        if let Some(waiter) = list.pop_front() {
            after.spent(waiter.op);
        }
    }
    false
}
