//! One operation that waits, with one or more cases, in one or more channels.
//!
//! ```text
//!             peer claims case i                       owner: take()
//!   Waiting ───────────────────────▶ Done(i, event) ────────────────▶ Taken
//!      │  owner: cancel()
//!      └──────────────────────────▶ Cancelled
//! ```
//!
//! All cases share the operation and its one small lock, which is the last in the lock order: whoever holds it takes no
//! other but a tail's, a front's and the leaf locks of a queue. Invariant: one transition leaves `Waiting`, so an operation happens once or not
//! at all, and `Done` always carries its event, so a wake-up is never empty-handed.

use std::fmt;
use std::mem;
use std::sync::Arc;

use crate::channel::Channel;
use crate::few::Few;
use crate::list::{Link, WaitList};
use crate::mutant::mutant;
use crate::sync::{Mutex, MutexGuard};
use crate::wake::{After, Wake};

/// One alternative of an operation.
pub enum Case<T> {
    /// Send the value.
    Send(Arc<Channel<T>>, T),
    /// Receive.
    Recv(Arc<Channel<T>>),
    /// Become [`Event::Ready`] when a send may have become possible; takes nothing.
    WatchSend(Arc<Channel<T>>),
    /// Become [`Event::Ready`] when a receive may have become possible; takes nothing.
    WatchRecv(Arc<Channel<T>>),
}

/// How an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<T> {
    /// The value is in the channel or with a receiver.
    Sent,
    /// The channel is closed; here is the value.
    SendClosed(T),
    /// No receiver is left; here is the value.
    SendDisconnected(T),
    /// A value was received.
    Received(T),
    /// The channel is closed and drained.
    RecvClosed,
    /// A watched channel may have become ready; nothing was taken.
    Ready,
}

/// The case that happened, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome<T> {
    /// Its index among the cases.
    pub case: usize,
    /// What happened.
    pub event: Event<T>,
}

/// What a case does, without its channel and value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Send,
    Recv,
    WatchSend,
    WatchRecv,
}

impl Kind {
    pub(crate) fn receives(self) -> bool {
        matches!(self, Kind::Recv | Kind::WatchRecv)
    }
}

/// The part of a case that never changes.
pub(crate) struct Spec<T> {
    pub(crate) channel: Arc<Channel<T>>,
    pub(crate) kind: Kind,
}

/// The part of a case that does: what is to be sent, and the place in the channel's list.
pub(crate) struct Slot<T> {
    pub(crate) value: Option<T>,
    pub(crate) link: Option<Link>,
}

impl<T> Case<T> {
    pub(crate) fn split(self) -> (Spec<T>, Slot<T>) {
        let (channel, kind, value) = match self {
            Case::Send(channel, value) => (channel, Kind::Send, Some(value)),
            Case::Recv(channel) => (channel, Kind::Recv, None),
            Case::WatchSend(channel) => (channel, Kind::WatchSend, None),
            Case::WatchRecv(channel) => (channel, Kind::WatchRecv, None),
        };
        (Spec { channel, kind }, Slot { value, link: None })
    }

    /// None: a send whose value is gone, which is not a case any more.
    pub(crate) fn join(channel: Arc<Channel<T>>, kind: Kind, value: Option<T>) -> Option<Self> {
        Some(match kind {
            Kind::Send => Case::Send(channel, value?),
            Kind::Recv => Case::Recv(channel),
            Kind::WatchSend => Case::WatchSend(channel),
            Kind::WatchRecv => Case::WatchRecv(channel),
        })
    }
}

enum Phase<T> {
    Waiting,
    Done {
        outcome: Outcome<T>,
        /// The how-manieth of its channel, so that results can be put back newest first.
        number: u64,
    },
    Taken {
        number: u64,
    },
    Cancelled,
}

pub(crate) struct State<T> {
    phase: Phase<T>,
    pub(crate) slots: Few<Slot<T>>,
}

impl<T> State<T> {
    pub(crate) fn is_waiting(&self) -> bool {
        matches!(self.phase, Phase::Waiting)
    }
}

/// An operation that waits. Its owner ends it with [`Op::take`], [`Op::cancel`] or `abandon`; one that is merely
/// dropped stays in its channels' lists.
pub struct Op<T> {
    pub(crate) specs: Few<Spec<T>>,
    state: Mutex<State<T>>,
    wake: Arc<dyn Wake>,
    key: u64,
}

impl<T> fmt::Debug for Op<T> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Op")
            .field("cases", &self.specs.len())
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// The cases of an operation that lost. Dropped, they leave their channels, which takes a lock for each; until then
/// whoever meets one of their entries finds it void and passes over it. So an owner in a hurry tells how the operation
/// ended first.
#[must_use = "dropping it is what takes the time"]
pub struct Losers<T: Send + 'static> {
    op: Arc<Op<T>>,
    slots: Few<Slot<T>>,
    won: usize,
}

impl<T: Send + 'static> Losers<T> {
    /// Whether there is nobody to leave: the case that won was the only one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.len() < 2
    }
}

impl<T: Send + 'static> Drop for Losers<T> {
    fn drop(&mut self) {
        if !mutant!(LosersStay) {
            self.op.leave(&self.slots, Some(self.won));
        }
    }
}

impl<T: Send + 'static> fmt::Debug for Losers<T> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Losers")
            .field("op", &self.op)
            .finish_non_exhaustive()
    }
}

/// One case of an operation in a channel's list.
pub(crate) struct Waiter<T> {
    pub(crate) op: Arc<Op<T>>,
    pub(crate) case: usize,
}

/// The right to end a waiting operation with one of its cases. Dropping it leaves the operation waiting.
pub(crate) struct Claim<'a, T> {
    state: MutexGuard<'a, State<T>>,
    case: usize,
}

impl<T> Waiter<T> {
    /// None: the operation is not waiting any more, and this entry of it is void.
    pub(crate) fn claim(&self) -> Option<Claim<'_, T>> {
        let state = self.op.state.lock();
        (state.is_waiting() || mutant!(CommitTwice)).then_some(Claim {
            state,
            case: self.case,
        })
    }

    /// Lets `end` commit the operation, and notes what that means for later. None: it was void, or `end` did not.
    pub(crate) fn end<R>(
        self,
        after: &mut After<T>,
        end: impl FnOnce(Claim<'_, T>) -> Option<R>,
    ) -> Option<R> {
        let ended = self.claim().and_then(end);
        if ended.is_some() {
            after.wake(self.op);
        } else {
            after.spent(self.op);
        }
        ended
    }
}

impl<T> Claim<'_, T> {
    /// What a send case sends.
    pub(crate) fn take_value(&mut self) -> Option<T> {
        self.state.slots.get_mut(self.case)?.value.take()
    }

    /// Commits. The caller wakes the owner after its locks.
    pub(crate) fn commit(mut self, event: Event<T>, number: u64) {
        self.state.phase = Phase::Done {
            outcome: Outcome {
                case: self.case,
                event,
            },
            number,
        };
    }
}

impl<T> Op<T> {
    pub(crate) fn new(specs: Few<Spec<T>>, wake: Arc<dyn Wake>, key: u64) -> Arc<Self> {
        let state = Mutex::new(State {
            phase: Phase::Waiting,
            slots: Few::none(),
        });
        Arc::new(Self {
            specs,
            state,
            wake,
            key,
        })
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock()
    }

    pub(crate) fn wake_owner(&self) {
        self.wake.wake(self.key);
    }
}

impl<T: Send + 'static> Op<T> {
    /// Withdraws the operation. `Some`: nothing happened and nothing will, and the cases come back with their values.
    /// `None`: it is done (or was taken or cancelled before); [`Op::take`] tells how it ended.
    pub fn cancel(self: &Arc<Self>) -> Option<Vec<Case<T>>> {
        let mut slots = {
            let mut state = self.state.lock();
            if !state.is_waiting() {
                return None;
            }
            state.phase = Phase::Cancelled;
            mem::take(&mut state.slots)
        };
        self.leave(&slots, None);
        let cases = self.specs.iter().zip(slots.iter_mut());
        Some(
            cases
                .filter_map(|(spec, slot)| {
                    Case::join(spec.channel.clone(), spec.kind, slot.value.take())
                })
                .collect(),
        )
    }

    /// That of its channels, or of the first of many.
    #[must_use]
    pub fn traffic(&self) -> u64 {
        let traffic = |spec: &Spec<T>| spec.channel.traffic();
        let first = self.specs.iter().take(4);
        first.map(traffic).fold(0, u64::wrapping_add)
    }

    /// Whether a case has happened, taken or not.
    #[must_use]
    pub fn is_done(&self) -> bool {
        matches!(
            self.state.lock().phase,
            Phase::Done { .. } | Phase::Taken { .. }
        )
    }

    /// How the operation ended, once; the cases that lost have left their channels. `None`: it still waits, was
    /// cancelled, or was taken already. Values of send cases that lost are dropped.
    pub fn take(self: &Arc<Self>) -> Option<Outcome<T>> {
        self.take_ahead().map(|(outcome, _)| outcome)
    }

    /// As [`Op::take`], in a time that does not depend on how many cases there are: the losers are still to leave.
    pub fn take_ahead(self: &Arc<Self>) -> Option<(Outcome<T>, Losers<T>)> {
        self.finish().map(|(outcome, _, losers)| (outcome, losers))
    }

    /// As [`Op::take_ahead`], with the how-manieth of its channel it was.
    pub(crate) fn finish(self: &Arc<Self>) -> Option<(Outcome<T>, u64, Losers<T>)> {
        let mut state = self.state.lock();
        match mem::replace(&mut state.phase, Phase::Cancelled) {
            Phase::Done { outcome, number } => {
                state.phase = Phase::Taken { number };
                let losers = Losers {
                    op: Arc::clone(self),
                    slots: mem::take(&mut state.slots),
                    won: outcome.case,
                };
                Some((outcome, number, losers))
            }
            other => {
                state.phase = other;
                None
            }
        }
    }

    /// Undoes the `take` of `outcome`, which nobody was told of: `abandon` puts back what was received.
    pub fn untake(&self, outcome: Outcome<T>) {
        let mut state = self.state.lock();
        if let Phase::Taken { number } = state.phase {
            state.phase = Phase::Done { outcome, number };
        }
    }

    /// Leaves every list but that of the case that won, whose entry is gone already. No lock is held.
    fn leave(&self, slots: &[Slot<T>], won: Option<usize>) {
        for (case, (spec, slot)) in self.specs.iter().zip(slots).enumerate() {
            if let Some(link) = slot.link.filter(|_| Some(case) != won) {
                spec.channel.unlink(spec.kind, link);
            }
        }
    }
}

/// Ends every operation of a list with what `event` makes of the value it was to send.
pub(crate) fn end_all<T>(
    list: &mut WaitList<Waiter<T>>,
    after: &mut After<T>,
    event: impl Fn(Option<T>) -> Option<Event<T>>,
) {
    while let Some(waiter) = list.pop_front() {
        waiter.end(after, |mut claim| {
            let event = event(claim.take_value())?;
            claim.commit(event, 0);
            Some(())
        });
    }
}
