//! Choosing between cases: Go's `selectgo` over both kinds of flavors.
//!
//! The mutex channels among the cases are locked together, in the order of their ids (so that no two selects wait for
//! each other), and a gated channel is tried between its gates. If no case is ready, the gates' growing counters are read
//! again: as they have not moved since before the scan, nothing became ready on the gated channels, nothing could on
//! the locked ones, and so there was one moment, the end of the scan, at which no case was ready.
//!
//! In a biased order a case is taken only if there was a moment at which it was ready and none before it was: it is seen to be
//! ready, then the counters of those before it have not moved since before they were tried, then it is taken. A locked channel
//! stays ready from the first to the last of these, and a gated one unless another receiver takes what is there and the channel is filled
//! anew meanwhile.

use std::sync::Arc;

use crate::channel::{Channel, Core, carried};
use crate::few::Few;
use crate::flavor::mutex::State;
use crate::flavor::{TryRecvError, TrySendError};
use crate::mutant::mutant;
use crate::op::{Case, Event, Kind, Op, Outcome, Slot, Spec, Waiter};
use crate::random::Shuffle;
use crate::sync::MutexGuard;
use crate::wake::{After, Wake};

/// Which of several ready cases is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The first.
    Biased,
    /// Each with the same chance.
    Random,
}

/// What became of an operation that was to be parked.
#[derive(Debug)]
pub enum Parking<T> {
    /// A case was ready; nobody is woken.
    Done(Outcome<T>),
    /// It waits; its owner is woken when it is done, which it may be already.
    Parked(Arc<Op<T>>),
}

/// The locks of the mutex channels among the cases, each once, in the order of ids.
struct Locks<'a, T> {
    first: Option<(u64, MutexGuard<'a, State<T>>)>,
    more: Vec<(u64, MutexGuard<'a, State<T>>)>,
}

impl<'a, T: Send + 'static> Locks<'a, T> {
    fn of(specs: &'a [Spec<T>]) -> Self {
        let lock = |channel: &'a Channel<T>| match &channel.core {
            Core::Mutex(locked) => Some((channel.id(), locked.lock())),
            Core::Crossbeam(_) | Core::Kanal(_) => None,
        };
        if let [only] = specs {
            return Self {
                first: lock(&only.channel),
                more: Vec::new(),
            };
        }
        let mut channels: Vec<&'a Channel<T>> = specs.iter().map(|spec| &*spec.channel).collect();
        channels.retain(|channel| matches!(channel.core, Core::Mutex(_)));
        channels.sort_unstable_by_key(|channel| channel.id());
        channels.dedup_by_key(|channel| channel.id());
        Self {
            first: None,
            more: channels.into_iter().filter_map(lock).collect(),
        }
    }

    /// None: the channel is gated.
    fn get(&mut self, id: u64) -> Option<&mut State<T>> {
        if let Some((_, state)) = self.first.as_mut().filter(|(first, _)| *first == id) {
            return Some(state);
        }
        let at = self.more.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        self.more.get_mut(at).map(|(_, state)| &mut **state)
    }
}

/// How one attempt at a case ended.
fn sent<T>(result: Result<(), TrySendError<T>>, value: &mut Option<T>) -> Option<Event<T>> {
    match result {
        Ok(()) => Some(Event::Sent),
        Err(TrySendError::Closed(value)) => Some(Event::SendClosed(value)),
        Err(TrySendError::Disconnected(value)) => Some(Event::SendDisconnected(value)),
        Err(TrySendError::Full(back)) => {
            *value = Some(back);
            None
        }
    }
}

/// Likewise.
fn received<T>(result: Result<T, TryRecvError>) -> Option<Event<T>> {
    match result {
        Ok(value) => Some(Event::Received(value)),
        Err(TryRecvError::Closed) => Some(Event::RecvClosed),
        Err(TryRecvError::Empty) => None,
    }
}

/// Commits the case if it is ready.
fn attempt<T: Send + 'static>(
    spec: &Spec<T>,
    value: &mut Option<T>,
    locks: &mut Locks<'_, T>,
    after: &mut After<T>,
) -> Option<Event<T>> {
    if let Some(state) = locks.get(spec.channel.id()) {
        return match spec.kind {
            Kind::Send => sent(state.send(value.take()?, after), value),
            Kind::Recv => received(state.recv(after)),
            Kind::WatchSend => state.can_send(after).then_some(Event::Ready),
            Kind::WatchRecv => state.can_recv(after).then_some(Event::Ready),
        };
    }
    carried!(&spec.channel.core, _locked => None, gated => match spec.kind {
        Kind::Send => sent(gated.send(value.take()?, after), value),
        Kind::Recv => received(gated.recv(after)),
        Kind::WatchSend => gated.can_send().then_some(Event::Ready),
        Kind::WatchRecv => gated.can_recv().then_some(Event::Ready),
    })
}

/// Whether the case is ready. Commits nothing.
fn is_ready<T: Send + 'static>(
    spec: &Spec<T>,
    locks: &mut Locks<'_, T>,
    after: &mut After<T>,
) -> bool {
    let sends = matches!(spec.kind, Kind::Send | Kind::WatchSend);
    match locks.get(spec.channel.id()) {
        Some(state) if sends => state.can_send(after),
        Some(state) => state.can_recv(after),
        None => carried!(&spec.channel.core, _locked => false, gated => {
            if sends { gated.can_send() } else { gated.can_recv() }
        }),
    }
}

/// How a scan ended.
enum Scan<T> {
    Committed(Outcome<T>),
    NoneReady,
    /// A case before the one to be taken may have become ready meanwhile.
    Again,
}

/// Commits the first ready case in the order asked for. `before`: the cases' counters, unless all channels are locked.
fn scan<T: Send + 'static>(
    specs: &[Spec<T>],
    slots: &mut [Slot<T>],
    order: Order,
    before: &[u64],
    locks: &mut Locks<'_, T>,
    after: &mut After<T>,
) -> Scan<T> {
    let mut commit = |case: usize, locks: &mut Locks<'_, T>, after: &mut After<T>| {
        let value = &mut slots.get_mut(case)?.value;
        let event = attempt(specs.get(case)?, value, locks, after)?;
        Some(Outcome { case, event })
    };
    let committed = if order == Order::Random && specs.len() > 1 {
        Shuffle::new(u32::try_from(specs.len()).unwrap_or(u32::MAX))
            .find_map(|case| commit(case, locks, after))
    } else {
        for (case, spec) in specs.iter().enumerate() {
            if case > 0 && !before.is_empty() && !mutant!(BiasedWithoutSecondLook) {
                if !is_ready(spec, locks, after) {
                    continue;
                }
                if !marks(&specs[..case]).eq(before[..case].iter().copied()) {
                    return Scan::Again;
                }
            }
            if let Some(outcome) = commit(case, locks, after) {
                return Scan::Committed(outcome);
            }
        }
        None
    };
    committed.map_or(Scan::NoneReady, Scan::Committed)
}

/// The counters of every gated case, as they are now: 0 of a locked one, where nothing happens meanwhile.
fn marks<T: Send + 'static>(specs: &[Spec<T>]) -> impl Iterator<Item = u64> + '_ {
    specs
        .iter()
        .map(|spec| carried!(&spec.channel.core, _locked => 0, gated => gated.mark(spec.kind)))
}

/// `marks` before a scan, for a second look after it. None at all: one case, or locked ones only, need none.
fn counters<T: Send + 'static>(specs: &[Spec<T>]) -> Vec<u64> {
    let is_gated = |spec: &Spec<T>| !matches!(spec.channel.core, Core::Mutex(_));
    if specs.len() > 1 && specs.iter().any(is_gated) {
        marks(specs).collect()
    } else {
        Vec::new()
    }
}

/// Commits exactly one ready case. No case at all is never ready.
///
/// # Errors
/// There was a moment at which no case was ready; here are the cases with their values.
pub fn try_select<T: Send + 'static>(
    cases: Vec<Case<T>>,
    order: Order,
) -> Result<Outcome<T>, Vec<Case<T>>> {
    let (specs, mut slots): (Vec<_>, Vec<_>) = cases.into_iter().map(Case::split).unzip();
    let mut after = After::new();
    let outcome = {
        let mut locks = Locks::of(&specs);
        loop {
            let before = counters(&specs);
            match scan(&specs, &mut slots, order, &before, &mut locks, &mut after) {
                Scan::Committed(outcome) => break Some(outcome),
                Scan::NoneReady
                    if before.is_empty()
                        || mutant!(SelectWithoutSecondLook)
                        || marks(&specs).eq(before) =>
                {
                    break None;
                }
                Scan::NoneReady | Scan::Again => {}
            }
        }
    };
    after.run();
    outcome.ok_or_else(|| {
        let cases = specs.into_iter().zip(slots);
        cases
            .filter_map(|(spec, slot)| Case::join(spec.channel, spec.kind, slot.value))
            .collect()
    })
}

/// Commits a ready case, or else queues the operation on every case, first come, first served. Once it is done,
/// `wake.wake(key)` is called, once, with no lock held. No case at all waits for ever.
///
/// The cases are all watches or none is.
pub fn park<T: Send + 'static>(
    cases: Vec<Case<T>>,
    order: Order,
    wake: Arc<dyn Wake>,
    key: u64,
) -> Parking<T> {
    let (specs, slots): (Vec<_>, Vec<_>) = cases.into_iter().map(Case::split).unzip();
    park_few(Few::Many(specs), Few::Many(slots), order, wake, key)
}

/// [`park`] with one case that sends.
pub fn park_send<T: Send + 'static>(
    channel: Arc<Channel<T>>,
    value: T,
    wake: Arc<dyn Wake>,
    key: u64,
) -> Parking<T> {
    let spec = Spec {
        channel,
        kind: Kind::Send,
    };
    park_few(
        Few::One([spec]),
        Few::One([Slot {
            value: Some(value),
            link: None,
        }]),
        Order::Biased,
        wake,
        key,
    )
}

/// [`park`] with one case that receives.
pub fn park_recv<T: Send + 'static>(
    channel: Arc<Channel<T>>,
    wake: Arc<dyn Wake>,
    key: u64,
) -> Parking<T> {
    let spec = Spec {
        channel,
        kind: Kind::Recv,
    };
    park_few(
        Few::One([spec]),
        Few::One([Slot {
            value: None,
            link: None,
        }]),
        Order::Biased,
        wake,
        key,
    )
}

fn park_few<T: Send + 'static>(
    specs: Few<Spec<T>>,
    mut slots: Few<Slot<T>>,
    order: Order,
    wake: Arc<dyn Wake>,
    key: u64,
) -> Parking<T> {
    let op = Op::new(specs, wake, key);
    let mut after = After::new();
    let ready = {
        let mut locks = Locks::of(&op.specs);
        loop {
            let before = if order == Order::Biased {
                counters(&op.specs)
            } else {
                Vec::new()
            };
            match scan(
                &op.specs, &mut slots, order, &before, &mut locks, &mut after,
            ) {
                Scan::Committed(outcome) => break Some(outcome),
                Scan::NoneReady => {
                    enqueue_locked(&op, slots, &mut locks, &mut after);
                    // With no lock held, one that comes first here and last in the order asked for could be served already.
                    if order == Order::Biased && !mutant!(BiasedWithoutSecondLook) {
                        enqueue_gated(&op, &mut after);
                    }
                    break None;
                }
                Scan::Again => {}
            }
        }
    };
    if let Some(outcome) = ready {
        after.run();
        return Parking::Done(outcome);
    }
    if order == Order::Random || mutant!(BiasedWithoutSecondLook) {
        enqueue_gated(&op, &mut after);
    }
    let own = after.withhold(&op);
    after.run();
    match own.then(|| op.take()).flatten() {
        Some(outcome) => Parking::Done(outcome),
        None => Parking::Parked(op),
    }
}

/// Queues the cases of the gated channels, in order. Each looks again once it is queued, so nothing that came since the scan is missed.
fn enqueue_gated<T: Send + 'static>(op: &Arc<Op<T>>, after: &mut After<T>) {
    for (case, spec) in op.specs.iter().enumerate() {
        let waiter = || Waiter {
            op: op.clone(),
            case,
        };
        carried!(&spec.channel.core, _locked => (), gated => gated.enqueue(spec.kind, waiter(), after));
    }
}

/// Queues the cases of the locked channels. From the moment their locks are released, the operation can be committed.
fn enqueue_locked<T: Send + 'static>(
    op: &Arc<Op<T>>,
    mut slots: Few<Slot<T>>,
    locks: &mut Locks<'_, T>,
    after: &mut After<T>,
) {
    for (case, (spec, slot)) in op.specs.iter().zip(slots.iter_mut()).enumerate() {
        if let Some(state) = locks.get(spec.channel.id()) {
            slot.link = Some(state.enqueue(
                spec.kind,
                Waiter {
                    op: op.clone(),
                    case,
                },
                after,
            ));
        }
    }
    // Nobody can have claimed it: all locks are held.
    op.lock().slots = slots;
}
