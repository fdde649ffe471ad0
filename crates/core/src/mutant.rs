//! Deliberate defects, compiled for models only: each test of a mutant asserts that the model finds it.
//!
//! The active one is a thread-local of the standard library: loom and shuttle run all threads of a model on the test's own.

/// What can be broken on purpose.
#[cfg(any(loom, shuttle))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutant {
    /// A sender that puts items out does not order that before looking for parked receivers.
    PutWithoutFence,
    /// A receiver that brings slots home does not order that before looking for parked senders.
    HomeWithoutFence,
    /// A receiver that parks does not look again once it is in the list.
    ParkWithoutLook,
    /// A waiter is committed without checking that it is still waiting.
    CommitTwice,
    /// Whoever meets a withdrawn waiter stops there instead of going on to the next.
    NoPassOn,
    /// A newcomer does not look whether somebody is parked.
    Overtake,
    /// `close` does not wake parked receivers.
    CloseForgetsReceivers,
    /// Whoever puts the last item out after `close` does not tell the receivers that nothing more will come.
    LastItemForgetsClosed,
    /// A receive of a dying thread is dropped instead of put back.
    AbandonDrops,
    /// Values put back are not matched with parked receivers.
    AbandonDoesNotMatch,
    /// `try_select` believes its scan without looking again.
    SelectWithoutSecondLook,
    /// A biased select takes a case without looking whether one before it has become ready.
    BiasedWithoutSecondLook,
    /// The losing cases stay in their lists.
    LosersStay,
    /// A lease begins although somebody is parked.
    LendOverParked,
    /// Who parks does not end the lease.
    ParkForgetsLease,
    /// A sender that finds no room does not ask what the holder of the lease has taken.
    FullForgetsLease,
    /// A receiver that finds nothing does not ask what is lent.
    EmptyForgetsLease,
    /// Credit begins although somebody is parked.
    CreditOverParked,
    /// Who parks does not end the credit.
    ParkForgetsCredit,
    /// A receiver that finds nothing does not ask what has been written on credit.
    EmptyForgetsCredit,
    /// A sender goes ahead of what was written on credit.
    SendForgetsCredit,
    /// `close` and `disconnect` leave a sender its credit.
    CloseForgetsCredit,
    /// What was written between two looks at the gates is not counted among what they have put out.
    MarkForgetsCredit,
    /// That a channel closed itself is said once it is closed, instead of when its last sender goes.
    CloseBeforeSaid,
    /// The inbox rings without the lock that `close` takes.
    RingUnlocked,
}

#[cfg(any(loom, shuttle))]
thread_local! {
    static ACTIVE: std::cell::Cell<Option<Mutant>> = const { std::cell::Cell::new(None) };
}

/// Breaks one thing for the rest of this thread, or mends it (`None`).
#[cfg(any(loom, shuttle))]
pub fn activate(mutant: Option<Mutant>) {
    ACTIVE.with(|active| active.set(mutant));
}

#[cfg(any(loom, shuttle))]
pub(crate) fn is(mutant: Mutant) -> bool {
    ACTIVE.with(|active| active.get() == Some(mutant))
}

/// Whether the named mutant is active: `false`, and nothing at all, outside of models.
macro_rules! mutant {
    ($name:ident) => {{
        #[cfg(any(loom, shuttle))]
        let active = $crate::mutant::is($crate::mutant::Mutant::$name);
        #[cfg(not(any(loom, shuttle)))]
        let active = false;
        active
    }};
}
pub(crate) use mutant;
