//! Which channels there are, who may reach them, and how many handles each has.
//!
//! A channel is named by its id and by a secret for each direction; a [`Grant`] holds one of them, so a receiver's
//! grant cannot be turned into a sender's. Handles are counted per direction: the last one that can send closes the
//! channel, the last one that can receive disconnects it, the last one of all removes it. A grant counts as a handle
//! until it is first attached.
//!
//! Locks: the map's is never held together with an entry's or a channel's, an entry's before a channel's; a channel is closed with
//! none held.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use crate::channel::Channel;
use crate::flavor::Flavor;
use crate::mutant::mutant;
use crate::sync::Mutex;

/// What a handle can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Send only.
    Send,
    /// Receive only.
    Recv,
    /// Both.
    Both,
}

impl Direction {
    fn sends(self) -> bool {
        self != Self::Recv
    }

    fn receives(self) -> bool {
        self != Self::Send
    }

    /// Whether this one can do all that `other` can.
    #[must_use]
    pub fn includes(self, other: Self) -> bool {
        self == Self::Both || self == other
    }

    fn index(self) -> usize {
        match self {
            Self::Send => 0,
            Self::Recv => 1,
            Self::Both => 2,
        }
    }
}

/// The right to make handles of one direction. Whoever knows these four has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The channel.
    pub id: u64,
    /// The channel's secret for this direction.
    pub key: u128,
    /// Tells this grant from others of the channel, to count it only until it is first attached.
    pub grant: u64,
    /// What its handles can do, at most.
    pub direction: Direction,
}

#[derive(Default)]
struct Counts {
    senders: usize,
    receivers: usize,
    /// The last sender has closed it, rather than a call of `close`.
    closed_itself: bool,
    /// By direction; made when first shared.
    keys: [Option<u128>; 3],
    /// How many grants there were.
    grants: u64,
    /// Those not attached yet.
    pending: HashMap<u64, Direction>,
}

impl Counts {
    fn add(&mut self, direction: Direction) {
        self.senders += usize::from(direction.sends());
        self.receivers += usize::from(direction.receives());
    }

    fn remove(&mut self, direction: Direction) -> Lost {
        self.senders -= usize::from(direction.sends());
        self.receivers -= usize::from(direction.receives());
        let last_sender = direction.sends() && self.senders == 0;
        let last_receiver = direction.receives() && self.receivers == 0;
        Lost {
            last_sender,
            last_receiver,
            last: self.senders + self.receivers == 0,
        }
    }
}

/// What the loss of a handle leads to.
struct Lost {
    last_sender: bool,
    last_receiver: bool,
    last: bool,
}

struct Entry<T> {
    channel: Arc<Channel<T>>,
    counts: Mutex<Counts>,
}

impl<T: Send + 'static> Entry<T> {
    /// One handle or grant fewer. That the last sender closes the channel is said under the lock by which it went, so that
    /// nobody attaches in between and takes it for closed by a call.
    fn lose(&self, counts: &mut Counts, direction: Direction) -> Lost {
        let lost = counts.remove(direction);
        counts.closed_itself |=
            lost.last_sender && !self.channel.is_closed() && !mutant!(CloseBeforeSaid);
        lost
    }
}

type Map<T> = Mutex<BTreeMap<u64, Arc<Entry<T>>>>;

/// The channels of a process.
pub struct Registry<T> {
    map: Arc<Map<T>>,
    secret: fn() -> u128,
}

impl<T> fmt::Debug for Registry<T> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Registry")
            .field("channels", &self.map.lock().len())
            .finish_non_exhaustive()
    }
}

impl<T: Send + 'static> Registry<T> {
    /// An empty registry. `secret` gives a number that nobody can guess each time it is called.
    #[must_use]
    pub fn new(secret: fn() -> u128) -> Self {
        Self {
            map: Arc::new(Mutex::new(BTreeMap::new())),
            secret,
        }
    }

    /// Opens a channel and returns its first handle, which can do both.
    #[must_use]
    pub fn open(&self, flavor: Flavor, capacity: Option<usize>) -> Handle<T> {
        let channel = Channel::new(flavor, capacity);
        let mut counts = Counts::default();
        counts.add(Direction::Both);
        let entry = Arc::new(Entry {
            channel,
            counts: Mutex::new(counts),
        });
        self.map.lock().insert(entry.channel.id(), entry.clone());
        Handle {
            map: self.map.clone(),
            entry,
            direction: Direction::Both,
        }
    }

    /// Makes a grant of the handle's direction.
    #[must_use]
    pub fn share(&self, handle: &Handle<T>) -> Grant {
        let direction = handle.direction;
        let mut counts = handle.entry.counts.lock();
        // First, since it may panic.
        let key = *counts.keys[direction.index()].get_or_insert_with(self.secret);
        counts.grants += 1;
        let grant = counts.grants;
        counts.pending.insert(grant, direction);
        counts.add(direction);
        Grant {
            id: handle.entry.channel.id(),
            key,
            grant,
            direction,
        }
    }

    /// Makes a handle from what a grant says. `None`: the channel is gone, the grant was never made or is for another
    /// direction, or that direction had come to its end by itself. A grant that was attached before just counts once more.
    #[must_use]
    pub fn attach(
        &self,
        id: u64,
        key: u128,
        grant: u64,
        direction: Direction,
    ) -> Option<Handle<T>> {
        let entry = self.map.lock().get(&id)?.clone();
        let lost = {
            let mut counts = entry.counts.lock();
            let fits = |granted: &Direction| {
                granted.includes(direction) && counts.keys[granted.index()] == Some(key)
            };
            let granted = [Direction::Both, Direction::Send, Direction::Recv]
                .into_iter()
                .find(fits)?;
            if grant == 0 || grant > counts.grants || !alive(&entry.channel, &counts, direction) {
                return None;
            }
            counts.add(direction);
            let pending = counts.pending.get(&grant) == Some(&granted);
            if pending {
                counts.pending.remove(&grant);
                Some(entry.lose(&mut counts, granted))
            } else {
                None
            }
        };
        let handle = Handle {
            map: self.map.clone(),
            entry,
            direction,
        };
        if let Some(lost) = lost {
            handle.settle(&lost);
        }
        Some(handle)
    }

    /// The channel called `id`, if there is one.
    #[must_use]
    pub fn channel(&self, id: u64) -> Option<Arc<Channel<T>>> {
        let entry = self.map.lock().get(&id)?.clone();
        Some(entry.channel.clone())
    }

    /// How many channels there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.map.lock().len()
    }

    /// There are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Whether a handle of this direction makes sense: its side has not ended by itself, and the channel is not gone.
fn alive<T: Send + 'static>(channel: &Channel<T>, counts: &Counts, direction: Direction) -> bool {
    if counts.senders + counts.receivers == 0 {
        return false;
    }
    let ended = (direction.sends() && counts.senders == 0)
        || (direction.receives() && counts.receivers == 0);
    !ended || (channel.is_closed() && !counts.closed_itself)
}

/// One counted handle. Dropping it gives it back.
pub struct Handle<T: Send + 'static> {
    map: Arc<Map<T>>,
    entry: Arc<Entry<T>>,
    direction: Direction,
}

impl<T: Send + 'static> fmt::Debug for Handle<T> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Handle")
            .field("channel", &self.entry.channel)
            .field("direction", &self.direction)
            .finish_non_exhaustive()
    }
}

impl<T: Send + 'static> Handle<T> {
    /// Another handle of the same channel. `None`: this one cannot do that.
    #[must_use]
    pub fn clone_as(&self, direction: Direction) -> Option<Self> {
        if !self.direction.includes(direction) {
            return None;
        }
        self.entry.counts.lock().add(direction);
        Some(Self {
            map: self.map.clone(),
            entry: self.entry.clone(),
            direction,
        })
    }

    /// The channel.
    #[must_use]
    pub fn channel(&self) -> &Arc<Channel<T>> {
        &self.entry.channel
    }

    /// What it can do.
    #[must_use]
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// Draws the consequences of a loss, with no lock held.
    fn settle(&self, lost: &Lost) {
        let channel = self.channel();
        if lost.last_sender {
            let closed = channel.close();
            if mutant!(CloseBeforeSaid) {
                self.entry.counts.lock().closed_itself |= closed.is_ok();
            }
        }
        if lost.last_receiver {
            channel.disconnect();
        }
        if lost.last {
            let gone = self.map.lock().remove(&channel.id());
            drop(gone);
        }
    }
}

impl<T: Send + 'static> Drop for Handle<T> {
    fn drop(&mut self) {
        let lost = self
            .entry
            .lose(&mut self.entry.counts.lock(), self.direction);
        self.settle(&lost);
    }
}
