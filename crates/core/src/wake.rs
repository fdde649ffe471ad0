//! Telling a thread that one of its operations has ended.

use std::collections::VecDeque;
use std::mem;
use std::sync::Arc;

use crate::bulk::Piece;
use crate::op::Op;

/// How the owner of a parked operation is told. See [`Inbox`](crate::Inbox) for an event loop and
/// [`Parker`](crate::Parker) for a blocked thread.
pub trait Wake: Send + Sync {
    /// Operation `key` is done. Called once for each operation, by any thread, with no lock of this crate held.
    fn wake(&self, key: u64);
}

/// What is done once the locks are released: wake-ups, dropping messages, and letting go of operations that were met
/// withdrawn (the last reference to one may drop what its owner put in its waker). Mostly there is nothing to do, and finding that out is
/// part of every message.
#[must_use]
pub(crate) struct After<T> {
    first: Option<Arc<Op<T>>>,
    rest: Option<Box<Rest<T>>>,
}

struct Rest<T> {
    more: Vec<Arc<Op<T>>>,
    spent: Vec<Arc<Op<T>>>,
    messages: VecDeque<Piece<T>>,
}

impl<T> After<T> {
    #[inline]
    pub(crate) const fn new() -> Self {
        Self {
            first: None,
            rest: None,
        }
    }

    fn rest(&mut self) -> &mut Rest<T> {
        self.rest.get_or_insert_with(|| {
            Box::new(Rest {
                more: Vec::new(),
                spent: Vec::new(),
                messages: VecDeque::new(),
            })
        })
    }

    /// `op` was committed: wake its owner.
    pub(crate) fn wake(&mut self, op: Arc<Op<T>>) {
        if self.first.is_none() {
            self.first = Some(op);
        } else {
            self.rest().more.push(op);
        }
    }

    /// `op` was not waiting any more.
    pub(crate) fn spent(&mut self, op: Arc<Op<T>>) {
        self.rest().spent.push(op);
    }

    /// Messages that are nobody's any more, to be dropped.
    pub(crate) fn messages(&mut self) -> &mut VecDeque<Piece<T>> {
        &mut self.rest().messages
    }

    /// Takes `op` off the list: its owner is the one who asks and needs no wake-up. False: it was not on it.
    pub(crate) fn withhold(&mut self, op: &Arc<Op<T>>) -> bool {
        let is_op = |other: &Arc<Op<T>>| Arc::ptr_eq(other, op);
        if let Some(first) = self.first.take_if(|first| is_op(first)) {
            self.spent(first);
            return true;
        }
        let Some(rest) = &mut self.rest else {
            return false;
        };
        let Some(at) = rest.more.iter().position(is_op) else {
            return false;
        };
        let op = rest.more.remove(at);
        rest.spent.push(op);
        true
    }

    /// Call it with no lock held.
    #[inline]
    pub(crate) fn run(mut self) {
        if let Some(op) = self.first.take() {
            op.wake_owner();
        }
        if let Some(rest) = &mut self.rest {
            for op in mem::take(&mut rest.more) {
                op.wake_owner();
            }
        }
    }
}
