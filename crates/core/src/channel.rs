//! A channel: its identity, and the flavor that carries it.

use std::collections::VecDeque;
use std::fmt;
use std::mem;
use std::sync::Arc;
// Not part of any model: it only makes numbers.
use std::sync::atomic::{AtomicU64, Ordering};

use crate::bulk::{Bulk, Piece, first};
use crate::flavor::credit::Page;
#[cfg(any(loom, shuttle))]
use crate::flavor::double::{Double as Crossbeam, Double as Kanal};
use crate::flavor::gated::Gated;
use crate::flavor::lease::Claims;
use crate::flavor::mutex::Locked;
use crate::flavor::{Flavor, Shut, TryRecvError, TrySendError};
#[cfg(not(any(loom, shuttle)))]
use crate::flavor::{crossbeam::Crossbeam, kanal::Kanal};
use crate::list::Link;
use crate::op::Kind;
use crate::wake::After;

/// How many went and what is left, or that nothing went.
pub(crate) type BulkSent<T> = Result<(usize, Option<Box<dyn Bulk<T>>>), (Shut, Box<dyn Bulk<T>>)>;

static NEXT: AtomicU64 = AtomicU64::new(1);

pub(crate) enum Core<T> {
    Mutex(Locked<T>),
    Crossbeam(Gated<T, Crossbeam<Piece<T>>>),
    Kanal(Gated<T, Kanal<Piece<T>>>),
}

/// Runs the same words on whichever flavor carries the channel: `$locked` on the mutex flavor, `$gated` on the others.
macro_rules! carried {
    ($core:expr, $locked:ident => $mutex:expr, $gated:ident => $gates:expr) => {
        match $core {
            $crate::channel::Core::Mutex($locked) => $mutex,
            $crate::channel::Core::Crossbeam($gated) => $gates,
            $crate::channel::Core::Kanal($gated) => $gates,
        }
    };
}
pub(crate) use carried;

/// A channel of `T`, shared by `Arc`. It does not count its handles: see [`Registry`](crate::Registry).
///
/// ```
/// use hchan_core::{Channel, Flavor, TryRecvError, TrySendError};
///
/// let channel = Channel::new(Flavor::Crossbeam, Some(1));
/// assert_eq!(channel.try_send(1), Ok(()));
/// assert_eq!(channel.try_send(2), Err(TrySendError::Full(2)));
/// channel.close().unwrap();
/// assert_eq!(channel.try_recv(), Ok(1));
/// assert_eq!(channel.try_recv(), Err(TryRecvError::Closed));
/// ```
pub struct Channel<T> {
    id: u64,
    flavor: Flavor,
    capacity: Option<usize>,
    pub(crate) core: Core<T>,
}

impl<T> fmt::Debug for Channel<T> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            id,
            flavor,
            capacity,
            core: _,
        } = self;
        to.debug_struct("Channel")
            .field("id", id)
            .field("flavor", flavor)
            .field("capacity", capacity)
            .finish_non_exhaustive()
    }
}

impl<T> Channel<T> {
    /// The same number as long as the process lives, and nobody else's.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    /// What carries it.
    #[must_use]
    pub fn flavor(&self) -> Flavor {
        self.flavor
    }

    /// `None`: unbounded.
    #[must_use]
    pub fn capacity(&self) -> Option<usize> {
        self.capacity
    }
}

impl<T: Send + 'static> Channel<T> {
    /// Opens a channel. A capacity of `None` is unbounded; one of 0 is a rendezvous, which has no buffer and is carried
    /// by [`Flavor::Mutex`] whatever was asked for.
    #[must_use]
    pub fn new(flavor: Flavor, capacity: Option<usize>) -> Arc<Self> {
        let flavor = if capacity == Some(0) {
            Flavor::Mutex
        } else {
            flavor
        };
        let core = match flavor {
            Flavor::Mutex => Core::Mutex(Locked::new(capacity.unwrap_or(usize::MAX))),
            Flavor::Crossbeam => Core::Crossbeam(Gated::new(capacity)),
            Flavor::Kanal => Core::Kanal(Gated::new(capacity)),
        };
        Arc::new(Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            flavor,
            capacity,
            core,
        })
    }

    /// Messages at rest: at most the capacity, and 0 for a rendezvous. Waiting senders' values do not count.
    #[must_use]
    pub fn len(&self) -> usize {
        carried!(&self.core, locked => locked.lock().len(), gated => usize::try_from(gated.len()).unwrap_or(usize::MAX))
    }

    /// How many messages there is room for now; 0 for a rendezvous. While messages are being received it may be less than
    /// the capacity without [`Channel::len`], since a slot is free once its message has left.
    #[must_use]
    pub fn room(&self) -> usize {
        let room = carried!(&self.core,
            locked => self.capacity.map_or(u64::MAX, |capacity| capacity.saturating_sub(locked.lock().len()) as u64),
            gated => gated.room());
        usize::try_from(room).unwrap_or(usize::MAX)
    }

    /// About how often a message has been sent or received so far. Two readings tell whether others use the channel, and how much.
    #[must_use]
    pub fn traffic(&self) -> u64 {
        carried!(&self.core, locked => locked.lock().moved(), gated => gated.mark(Kind::Recv).wrapping_add(gated.mark(Kind::Send)))
    }

    /// No message is at rest.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// True from `close` on, drained or not.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        carried!(&self.core, locked => locked.lock().is_closed(), gated => gated.is_closed())
    }

    /// Sends if there is room or a receiver is waiting. Never waits.
    ///
    /// # Errors
    /// The value comes back if there is no room, the channel is closed, or no receiver is left.
    #[inline]
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        let mut after = After::new();
        let result = carried!(&self.core, locked => locked.lock().send(value, &mut after), gated => gated.send(value, &mut after));
        after.run();
        result
    }

    /// As [`Channel::try_send`], and grants the caller credit for messages behind it, at most `most`, which it may then write
    /// on `page` one by one, until the credit is over: whoever else sends by any method ends it, the caller included, and so
    /// does who parks, closes or disconnects. What is written is in the channel: receivers and `len` find it there.
    /// Returns for how many the credit is; 0: there is none.
    ///
    /// A mutex channel grants none: there, who comes first is told under the lock.
    ///
    /// # Errors
    /// As [`Channel::try_send`].
    #[inline]
    pub fn try_send_ahead(
        &self,
        value: T,
        most: usize,
        page: &Arc<dyn Page<T>>,
    ) -> Result<usize, TrySendError<T>> {
        let mut after = After::new();
        let result = carried!(&self.core,
            locked => locked.lock().send(value, &mut after).map(|()| 0),
            gated => gated.send_ahead(value, most, page, &mut after));
        after.run();
        result
    }

    /// Ends the credit that `page` is for, if there is one: what was written stays in the channel. `page` is not used any
    /// more after this.
    pub fn return_credit(&self, page: &Arc<dyn Page<T>>) {
        let mut after = After::new();
        carried!(&self.core, _locked => (), gated => gated.return_credit(page, &mut after));
        after.run();
    }

    /// Receives if a message is there or a sender is waiting. Never waits.
    ///
    /// # Errors
    /// There is nothing now, or nothing any more.
    #[inline]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        let mut after = After::new();
        let result = carried!(&self.core, locked => locked.lock().recv(&mut after), gated => gated.recv(&mut after));
        after.run();
        result
    }

    /// As [`Channel::try_recv`], and lends the caller messages behind it, at most `most`, which it may then take one by
    /// one by counting in `claims`, in order, until the lease is over: whoever receives next by any method, the
    /// caller included, ends it, and so does who parks. `copy` gets what may be lent, a message or several and how
    /// many of them at most, and says for how many of the first there is a place; it is called with the lock held that
    /// receivers take, and must not use the channel. Returns how many were lent. What was taken of the lease before goes to `spent`.
    ///
    /// A mutex channel lends nothing: there, who comes first is told under the lock.
    ///
    /// # Errors
    /// There is nothing now, or nothing any more.
    #[inline]
    pub fn try_recv_ahead(
        &self,
        most: usize,
        claims: &Arc<dyn Claims>,
        copy: &mut impl FnMut(&Piece<T>, usize) -> usize,
        spent: &mut VecDeque<Piece<T>>,
    ) -> Result<(T, usize), TryRecvError> {
        let mut after = After::new();
        let result = carried!(&self.core,
            locked => locked.lock().recv(&mut after).map(|value| (value, 0)),
            gated => gated.recv_ahead(most, claims, copy, spent, &mut after));
        after.run();
        result
    }

    /// Ends the lease that `claims` counts for, if there is one: what was not taken is the channel's. `claims` is not used
    /// any more after this.
    pub fn return_lease(&self, claims: &Arc<dyn Claims>) {
        let mut after = After::new();
        carried!(&self.core, _locked => (), gated => gated.return_lease(claims, &mut after));
        after.run();
    }

    /// Takes from the front of `values` as many as can be sent now, and returns how many.
    ///
    /// # Errors
    /// None was sent because the channel is shut; all values are still there.
    pub fn try_send_many(&self, values: &mut VecDeque<T>) -> Result<usize, Shut> {
        if values.is_empty() {
            return Ok(0);
        }
        let (result, rest) = match self.send_bulk(Box::new(mem::take(values))) {
            Ok((sent, rest)) => (Ok(sent), rest),
            Err((shut, rest)) => (Err(shut), Some(rest)),
        };
        if let Some(Ok(rest)) = rest.map(|rest| rest.into_any().downcast::<VecDeque<T>>()) {
            *values = *rest;
        }
        result
    }

    /// Sends from the front of `bulk` as many as there is room for, and returns how many. The rest is dropped.
    ///
    /// # Errors
    /// None was sent because the channel is shut.
    pub fn try_send_bulk(&self, bulk: Box<dyn Bulk<T>>) -> Result<usize, Shut> {
        self.send_bulk(bulk)
            .map(|(sent, _)| sent)
            .map_err(|(shut, _)| shut)
    }

    fn send_bulk(&self, bulk: Box<dyn Bulk<T>>) -> BulkSent<T> {
        let mut after = After::new();
        let result = carried!(&self.core,
            locked => locked.lock().send_bulk(bulk, &mut after),
            gated => gated.send_bulk(bulk, &mut after));
        after.run();
        result
    }

    /// Receives what is there now, waiting senders' values included, at most `max`, in order, and returns how many.
    /// `into` is called without any lock held.
    ///
    /// # Errors
    /// There was nothing, or will be nothing any more.
    pub fn try_recv_many(
        &self,
        max: usize,
        into: &mut impl FnMut(T),
    ) -> Result<usize, TryRecvError> {
        self.recv_pieces(max, &mut |pieces| {
            first(pieces).map_or(0, |value| {
                into(value);
                1
            })
        })
    }

    /// As [`Channel::try_recv_many`], with what was sent as one block given as one block where that is possible.
    ///
    /// # Errors
    /// Likewise.
    pub fn try_recv_bulk(
        &self,
        max: usize,
        into: &mut impl FnMut(Piece<T>),
    ) -> Result<usize, TryRecvError> {
        self.recv_pieces(max, &mut |pieces| {
            pieces.pop_front().map_or(0, |piece| {
                let n = piece.len();
                into(piece);
                n
            })
        })
    }

    /// `give` takes the first, or more, of what was received, and says how many; 0: none was left.
    fn recv_pieces(
        &self,
        max: usize,
        give: &mut impl FnMut(&mut VecDeque<Piece<T>>) -> usize,
    ) -> Result<usize, TryRecvError> {
        let mut after = After::new();
        let result = carried!(&self.core,
            locked => {
                let batch = locked.lock().recv_many(max, &mut after);
                batch.map(|values| {
                    let n = values.len();
                    let mut pieces = values.into_iter().map(Piece::One).collect();
                    while give(&mut pieces) > 0 {}
                    n
                })
            },
            gated => gated.recv_many(max, give, &mut after));
        after.run();
        result
    }

    /// Puts a message back in front of all others, as if it had not been received: a receiver that waits gets it.
    /// If no receiver is left, it is dropped.
    pub fn unrecv(&self, value: T) {
        self.unrecv_many(vec![value]);
    }

    /// As [`Channel::unrecv`] for several, oldest first, which are all back before anybody is served.
    pub fn unrecv_many(&self, values: Vec<T>) {
        if values.is_empty() {
            return;
        }
        let mut after = After::new();
        carried!(&self.core,
            locked => {
                let unwanted = locked.lock().put_back(values, &mut after);
                drop(unwanted);
            },
            gated => gated.put_back(values, &mut after));
        after.run();
    }

    /// Ends sending: parked and later sends fail, what is in the channel is still received, then receives end, too.
    ///
    /// # Errors
    /// It is closed already.
    pub fn close(&self) -> Result<(), Shut> {
        let mut after = After::new();
        let result = carried!(&self.core, locked => locked.lock().close(&mut after), gated => gated.close(&mut after));
        after.run();
        result
    }

    /// No receiver is left: parked and later sends fail, and what is in the channel is dropped, as nobody will come for it,
    /// but for what a sender is just about to put there.
    pub fn disconnect(&self) {
        let mut after = After::new();
        carried!(&self.core, locked => locked.lock().disconnect(&mut after), gated => gated.disconnect(&mut after));
        after.run();
        while self.try_recv_many(usize::MAX, &mut drop).is_ok() {}
    }

    /// Takes a case out of its list, if it is still there.
    pub(crate) fn unlink(&self, kind: Kind, link: Link) {
        // The entry is dropped with no lock held.
        let entry = carried!(&self.core, locked => locked.lock().unlink(kind, link), gated => gated.unlink(kind, link));
        drop(entry);
    }

    /// How many cases are in its lists, void ones included.
    #[cfg(all(test, not(any(loom, shuttle))))]
    pub(crate) fn waiting(&self) -> usize {
        carried!(&self.core, locked => locked.lock().waiting(), gated => gated.waiting())
    }
}
