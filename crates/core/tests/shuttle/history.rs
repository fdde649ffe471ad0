//! Histories, and whether a channel that does one thing at a time could have had them (Wing and Gong's search, with what
//! was tried remembered).
//!
//! The specification of a mutex channel is Go's: a first-in-first-out buffer; with no buffer, a send and a receive at once.
//! That of a gated one says what its gates promise: a send takes a slot and then puts an item out, a receive takes an
//! item and then brings a slot home, so that a message in between is neither room nor there; which of the messages
//! in the queue a receiver gets is left open (that each comes out once is checked apart).

use std::collections::HashSet;

/// One indivisible thing that an operation did to, or saw of, channel `.0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    TakeSlot(usize, u32),
    PutOut(usize),
    TakeItem(usize, u32),
    BringHome(usize),
    Push(usize, u32),
    Pop(usize, u32),
    /// One half of a rendezvous; happens with the other half only.
    Give(usize, u32),
    Take(usize, u32),
    Full(usize),
    Empty(usize),
    /// A send saw it closed.
    SendClosed(usize),
    /// A receive saw it closed and drained.
    RecvClosed(usize),
    Close(usize),
    /// All of these at one moment.
    All(Vec<Step>),
}

impl Step {
    /// Sent to where, and what.
    pub fn sent(&self) -> Option<(usize, u32)> {
        match *self {
            Step::TakeSlot(at, value) | Step::Push(at, value) | Step::Give(at, value) => {
                Some((at, value))
            }
            _ => None,
        }
    }

    /// Received from where, and what.
    pub fn received(&self) -> Option<(usize, u32)> {
        match *self {
            Step::TakeItem(at, value) | Step::Pop(at, value) | Step::Take(at, value) => {
                Some((at, value))
            }
            _ => None,
        }
    }
}

/// What one operation did, between two moments.
#[derive(Clone, Debug)]
pub struct Record {
    pub from: u64,
    pub to: u64,
    pub steps: Vec<Step>,
}

/// A channel of the specification.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Spec {
    pub capacity: usize,
    pub closed: bool,
    /// Slots taken, and items there; the difference is under way.
    slots: usize,
    items: usize,
    sending: usize,
    queue: Vec<u32>,
}

impl Spec {
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            closed: false,
            slots: 0,
            items: 0,
            sending: 0,
            queue: Vec::new(),
        }
    }

    fn full(&self) -> bool {
        !self.closed && self.slots.max(self.queue.len()) >= self.capacity
    }

    fn drained(&self) -> bool {
        self.closed && self.items + self.sending == 0 && self.queue.is_empty()
    }
}

/// Does `step` if the specification allows it now.
fn apply(channels: &mut [Spec], step: &Step) -> bool {
    match *step {
        Step::TakeSlot(at, _) => {
            let channel = &mut channels[at];
            channel.slots += 1;
            channel.sending += 1;
            !channel.closed && channel.slots <= channel.capacity
        }
        Step::PutOut(at) => {
            channels[at].sending -= 1;
            channels[at].items += 1;
            true
        }
        Step::TakeItem(at, _) => {
            let there = channels[at].items > 0;
            channels[at].items = channels[at].items.saturating_sub(1);
            there
        }
        Step::BringHome(at) => {
            channels[at].slots -= 1;
            true
        }
        Step::Push(at, value) => {
            channels[at].queue.push(value);
            !channels[at].closed && channels[at].queue.len() <= channels[at].capacity
        }
        Step::Pop(at, value) => {
            let first = channels[at].queue.first() == Some(&value);
            first && channels[at].queue.remove(0) == value
        }
        Step::Full(at) => channels[at].full(),
        Step::Empty(at) => {
            channels[at].items == 0 && channels[at].queue.is_empty() && !channels[at].drained()
        }
        Step::SendClosed(at) => channels[at].closed,
        Step::RecvClosed(at) => channels[at].drained(),
        Step::Close(at) => !std::mem::replace(&mut channels[at].closed, true),
        Step::All(ref steps) => steps.iter().all(|step| apply(channels, step)),
        Step::Give(..) | Step::Take(..) => false,
    }
}

/// Whether some order of all steps, each within its operation's time, is one that the channels allow.
pub fn explained(channels: &[Spec], records: &[Record]) -> bool {
    search(
        channels,
        &vec![0; records.len()],
        records,
        &mut HashSet::new(),
    )
}

fn search(
    channels: &[Spec],
    done: &[u8],
    records: &[Record],
    tried: &mut HashSet<(Vec<Spec>, Vec<u8>)>,
) -> bool {
    let open = || (0..records.len()).filter(|at| usize::from(done[*at]) < records[*at].steps.len());
    let Some(deadline) = open().map(|at| records[at].to).min() else {
        return true;
    };
    if !tried.insert((channels.to_vec(), done.to_vec())) {
        return false;
    }
    let next = |at: usize| &records[at].steps[usize::from(done[at])];
    let begun = || open().filter(|at| records[*at].from < deadline);
    for at in begun() {
        let (mut channels, mut done) = (channels.to_vec(), done.to_vec());
        done[at] += 1;
        let allowed = if let Step::Give(channel, value) = *next(at) {
            let other = begun().find(|other| *next(*other) == Step::Take(channel, value));
            other.inspect(|other| done[*other] += 1).is_some() && !channels[channel].closed
        } else {
            apply(&mut channels, next(at))
        };
        if allowed && search(&channels, &done, records, tried) {
            return true;
        }
    }
    false
}
