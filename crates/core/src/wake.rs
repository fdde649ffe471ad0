//! Telling a thread that one of its operations has ended.

use std::mem;
use std::sync::Arc;

use crate::op::Op;

/// How the owner of a parked operation is told. See [`Inbox`](crate::Inbox) for an event loop and
/// [`Parker`](crate::Parker) for a blocked thread.
pub trait Wake: Send + Sync {
    /// Operation `key` is done. Called once for each operation, by any thread, with no lock of this crate held.
    fn wake(&self, key: u64);
}

/// What is done once the locks are released: wake-ups, and letting go of operations that were met withdrawn (the last
/// reference to one may drop what its owner put in its waker).
#[must_use]
pub(crate) struct After<T> {
    first: Option<Arc<Op<T>>>,
    more: Vec<Arc<Op<T>>>,
    spent: Vec<Arc<Op<T>>>,
}

impl<T> After<T> {
    pub(crate) const fn new() -> Self {
        Self {
            first: None,
            more: Vec::new(),
            spent: Vec::new(),
        }
    }

    /// `op` was committed: wake its owner.
    pub(crate) fn wake(&mut self, op: Arc<Op<T>>) {
        if self.first.is_none() {
            self.first = Some(op);
        } else {
            self.more.push(op);
        }
    }

    /// `op` was not waiting any more.
    pub(crate) fn spent(&mut self, op: Arc<Op<T>>) {
        self.spent.push(op);
    }

    /// Takes `op` off the list: its owner is the one who asks and needs no wake-up. False: it was not on it.
    pub(crate) fn withhold(&mut self, op: &Arc<Op<T>>) -> bool {
        let is_op = |other: &Arc<Op<T>>| Arc::ptr_eq(other, op);
        if self.first.as_ref().is_some_and(is_op) {
            self.spent.extend(self.first.take());
            return true;
        }
        let Some(at) = self.more.iter().position(is_op) else {
            return false;
        };
        let op = self.more.remove(at);
        self.spent.push(op);
        true
    }

    /// Call it with no lock held.
    pub(crate) fn run(mut self) {
        if let Some(op) = self.first.take() {
            op.wake_owner();
        }
        for op in mem::take(&mut self.more) {
            op.wake_owner();
        }
    }
}
