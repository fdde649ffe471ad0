//! Running models, and making sure that they fail when they should.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hchan_core::mutant::{Mutant, activate};
use hchan_core::{Case, Channel, Op, Order, Outcome, Parking, Wake, park};

/// Explores all executions of `model` with at most `preemptions` forced switches.
pub fn check(preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.max_branches = 20_000;
    builder.check(model);
}

/// The same model must fail once `mutant` breaks the code.
pub fn finds(mutant: Mutant, preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
    // Loom prints the panic of a failing model; it is expected here.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| ()));
    activate(Some(mutant));
    let failed = catch_unwind(AssertUnwindSafe(|| check(preemptions, model))).is_err();
    activate(None);
    std::panic::set_hook(hook);
    assert!(failed, "no execution shows {mutant:?}");
}

/// Counts how often it was woken. Not part of the model.
#[derive(Default)]
pub struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(&self, _key: u64) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[allow(dead_code, reason = "not every model needs everything")]
impl Count {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    pub fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// An operation that may have ended at once.
pub enum Pending {
    Done(Outcome<u32>),
    Parked(Arc<Op<u32>>, Arc<Count>),
}

#[allow(dead_code, reason = "not every model needs everything")]
impl Pending {
    pub fn new(cases: Vec<Case<u32>>) -> Self {
        let count = Count::new();
        match park(cases, Order::Biased, count.clone(), 0) {
            Parking::Done(outcome) => Self::Done(outcome),
            Parking::Parked(op) => Self::Parked(op, count),
        }
    }

    pub fn recv(channel: &Arc<Channel<u32>>) -> Self {
        Self::new(vec![Case::Recv(channel.clone())])
    }

    pub fn send(channel: &Arc<Channel<u32>>, value: u32) -> Self {
        Self::new(vec![Case::Send(channel.clone(), value)])
    }

    /// Once everything is quiet: how it ended, if it has; who has ended was woken once, who has not was not.
    pub fn outcome(self) -> Option<Outcome<u32>> {
        match self {
            Self::Done(outcome) => Some(outcome),
            Self::Parked(op, count) => {
                let outcome = op.take();
                assert_eq!(count.get(), usize::from(outcome.is_some()), "wake-ups");
                assert!(outcome.is_some() || op.cancel().is_some());
                assert_eq!(Arc::strong_count(&op), 1, "left in a list");
                outcome
            }
        }
    }

    /// Withdraws it if that is still possible, else says how it ended.
    pub fn cancel(self) -> Option<Outcome<u32>> {
        match self {
            Self::Done(outcome) => Some(outcome),
            Self::Parked(op, _) if op.cancel().is_some() => None,
            Self::Parked(op, _) => Some(op.take().expect("what cannot be cancelled is done")),
        }
    }
}
