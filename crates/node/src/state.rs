//! What one JavaScript thread owns: its handles, its parked operations, its scratch, its inbox.
//!
//! Invariant: only callbacks of the thread's environment touch it, one at a time. `shut_down` runs once, on that thread,
//! while the environment is still there; afterwards the tables are empty and every call is answered with a code.

use std::collections::VecDeque;
use std::sync::{Arc, LazyLock};

use hchan_core::{Channel, Event, Handle, Inbox, Losers, Op, Outcome, Piece, Registry, abandon};

use napi::sys;

use crate::bell::Bell;
use crate::blocks::Blocks;
use crate::board::Board;
use crate::crowd::Crowd;
use crate::msg::Msg;
use crate::page::Page;
use crate::scratch::Scratch;
use crate::slab::Slab;
use crate::sleeper::Sleeper;
use crate::wire::{Code, Reply, status, word};

/// Every channel of the process.
pub static REGISTRY: LazyLock<Registry<Msg>> = LazyLock::new(|| Registry::new(secret));

/// 128 bits that nobody can guess. Panics, which the border turns into `Internal`, if the system has none.
fn secret() -> u128 {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    u128::from_ne_bytes(bytes)
}

/// What a handle's number stands for.
pub struct Entry {
    /// Counted by the channel.
    pub handle: Handle<Msg>,
    /// Where messages are lent to it.
    pub board: Option<Box<Board>>,
    /// Where it writes on credit.
    pub page: Option<Box<Page>>,
}

/// What tells this thread that an operation is done.
pub struct Ear {
    /// Collects the operations' numbers.
    pub inbox: Arc<Inbox>,
    /// Wakes the event loop.
    pub bell: Arc<Bell>,
    /// JavaScript's function for what this thread has ended itself, called at the end of a call.
    pub soon: sys::napi_ref,
}

/// How an operation ended, on its way to JavaScript.
pub struct Completion {
    /// The operation's number, the case that happened, and its status.
    pub words: [i32; 3],
    /// What was received.
    pub msg: Option<Msg>,
    /// The operation, which takes the outcome back if the thread ends before it is told.
    pub op: Option<Arc<Op<Msg>>>,
}

impl Completion {
    /// The operation, with what it has received once more its own.
    fn untell(self) -> Option<Arc<Op<Msg>>> {
        let (op, msg) = (self.op?, self.msg?);
        let case = usize::try_from(self.words[1]).ok()?;
        op.untake(Outcome {
            case,
            event: Event::Received(msg),
        });
        Some(op)
    }
}

/// How an operation ended, and the operation.
pub type Taken = (Outcome<Msg>, Option<Arc<Op<Msg>>>);

/// Of so many parked operations the channels tell how busy others are.
const FEW: usize = 16;

/// The state of one environment.
#[derive(Default)]
pub struct State {
    /// Shared with JavaScript.
    pub scratch: Scratch,
    /// Memory for messages.
    pub blocks: Blocks,
    /// Handles by number.
    pub handles: Slab<Entry>,
    /// Parked operations by number; `None` while one is being made.
    pub ops: Slab<Option<Arc<Op<Msg>>>>,
    /// None before `init` and after the end.
    pub ear: Option<Ear>,
    /// Wakes this thread when it blocks.
    pub sleeper: Option<Arc<Sleeper>>,
    /// Numbers from the inbox that are not drained yet, from `next_due` on.
    pub due: Vec<u64>,
    /// See `due`.
    pub next_due: usize,
    /// The completion that did not fit behind the others in the last drain.
    pub unsaid: Option<Completion>,
    /// Cases of operations that are told already, which are still to leave their channels.
    pub losers: Vec<Losers<Msg>>,
    /// Messages that were received and did not fit the scratch, oldest first; fetched before anything else is received.
    pub held: VecDeque<Msg>,
    /// What was lent and taken, between a call's end of a lease and its own end.
    pub spent: VecDeque<Piece<Msg>>,
    /// Whether others need this thread's core while it waits to be told.
    pub crowd: Crowd,
    /// The same while it looks at buffers.
    pub crowd_at_buffers: Crowd,
    /// The environment is ending.
    pub dead: bool,
}

impl State {
    /// The channel of a live handle.
    #[inline]
    pub fn channel(&self, number: i32) -> Result<&Arc<Channel<Msg>>, Code> {
        let entry = self.handles.get(number).ok_or(Code::BadHandle)?;
        Ok(entry.handle.channel())
    }

    /// Writes a received message at base and returns its length; if it does not fit, holds it and says how much it needs.
    #[inline]
    pub fn hand_over(&mut self, msg: Msg) -> Reply {
        // JavaScript fetches what is held at once; if it could not, it has reported those messages as lost.
        if !self.held.is_empty() {
            self.held.clear();
        }
        let base = self.scratch.base()?;
        let len = i32::try_from(msg.len()).map_err(|_| Code::Internal)?;
        if msg.write(&mut self.scratch.bytes_mut()[base..]) {
            self.blocks.reuse(msg);
            return Ok(len);
        }
        self.scratch.set(word::COUNT, len);
        self.held.push_back(msg);
        Err(Code::NeedGrow)
    }

    /// Writes how a select ended: case and status, then the message as `hand_over` does. 0.
    pub fn settle(&mut self, outcome: Outcome<Msg>) -> Reply {
        let (case, status, msg) = parts(outcome);
        self.scratch.set(word::CASE, case);
        self.scratch.set(word::STATUS, status);
        let len = msg.map_or(Ok(0), |msg| self.hand_over(msg))?;
        self.scratch.set(word::COUNT, len);
        Ok(0)
    }

    /// Whether the next thing that the inbox tells is that operation `key` is done; then it is told. What is told before others stays so.
    pub fn hears_next(&mut self, key: u64) -> bool {
        if !self.hears() || self.unsaid.is_some() || self.due.get(self.next_due) != Some(&key) {
            return false;
        }
        self.next_due += 1;
        true
    }

    /// Whether operations are done that are still to be drained.
    pub fn hears(&mut self) -> bool {
        if self.next_due == self.due.len() {
            self.due.clear();
            self.next_due = 0;
        }
        if let Some(ear) = &self.ear {
            ear.inbox.drain(&mut self.due);
        }
        self.unsaid.is_some() || self.next_due < self.due.len()
    }

    /// Lets other threads run. False: others need this core for themselves.
    pub fn give_way(&self) -> bool {
        self.crowd.give_way(|| {
            let parked = self.ops.values().flatten().take(FEW);
            parked.map(|op| op.traffic()).fold(0, u64::wrapping_add)
        })
    }

    /// Takes an operation and how it ended; `None`: it has not. Its losers are put off, see `losers`.
    pub fn take(&mut self, number: i32) -> Option<Taken> {
        let op = self.ops.get(number).and_then(Option::as_ref)?;
        let (outcome, losers) = op.take_ahead()?;
        let op = self.ops.remove(number).flatten();
        if !losers.is_empty() {
            self.losers.push(losers);
        }
        Some((outcome, op))
    }

    /// The end of the environment: what waits is withdrawn, what was lent or handed over and not taken goes back, and so
    /// do credit and handles.
    pub fn shut_down(&mut self) {
        self.dead = true;
        if let Some(ear) = self.ear.take() {
            // First, so that nothing rings while the rest goes.
            ear.bell.unhang();
            ear.inbox.close();
        }
        self.losers = Vec::new();
        for entry in self.handles.values() {
            let channel = entry.handle.channel();
            if let Some(board) = &entry.board {
                channel.return_lease(board.claims());
            }
            if let Some(page) = &entry.page {
                channel.return_credit(page.sheet());
            }
        }
        let untold = self.unsaid.take().and_then(Completion::untell);
        abandon(self.ops.drain().flatten().chain(untold).collect());
        drop(self.handles.drain().collect::<Vec<_>>());
        self.scratch.detach();
        self.held = VecDeque::new();
        self.due = Vec::new();
        self.next_due = 0;
        self.sleeper = None;
    }
}

/// Case, status and message of an outcome. The value of a send that failed is dropped here: JavaScript has the original.
pub fn parts(outcome: Outcome<Msg>) -> (i32, i32, Option<Msg>) {
    let (status, msg) = match outcome.event {
        Event::Sent | Event::Ready => (status::DONE, None),
        Event::Received(msg) => (status::DONE, Some(msg)),
        Event::RecvClosed | Event::SendClosed(_) => (status::CLOSED, None),
        Event::SendDisconnected(_) => (status::DISCONNECTED, None),
    };
    (i32::try_from(outcome.case).unwrap_or(-1), status, msg)
}
