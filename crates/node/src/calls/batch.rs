//! Many messages in one call.

use std::sync::Arc;

use hchan_core::{Bulk, Piece, Shut};

use super::callback;
use super::single::nothing;
use crate::blocks::Blocks;
use crate::msg::Msg;
use crate::run::Run;
use crate::state::State;
use crate::wire::{Code, FRAME, Reply, word};

/// No call moves more messages, so that what it holds back stays small.
const MOST: usize = 1 << 14;

/// Sends as much of `run` as there is room for, and drops the rest: JavaScript has the originals.
fn send(state: &State, handle: i32, run: Run) -> Reply {
    let channel = state.channel(handle)?;
    if run.is_empty() {
        return Ok(0);
    }
    match channel.try_send_bulk(Box::new(run)) {
        Ok(count) => i32::try_from(count).map_err(|_| Code::Internal),
        Err(Shut::Closed) => Err(Code::Closed),
        Err(Shut::Disconnected) => Err(Code::Disconnected),
    }
}

callback! {
    /// `trySendFrames(handle, offset, count)`: how many of the `count` frames at `offset` went, from the first.
    TrySendFrames = c"trySendFrames", |state, args| {
        let (handle, at, count) = (args.int(0)?, args.count(1)?, args.count(2)?.min(MOST));
        let run = Run::frames(&mut state.blocks, state.scratch.bytes(), at, count)?;
        send(state, handle, run)
    }
}

callback! {
    /// `trySendFixed(handle, offset, size, count)`: likewise for messages of `size` bytes back to back.
    TrySendFixed = c"trySendFixed", |state, args| {
        let (handle, at, size, count) = (args.int(0)?, args.count(1)?, args.count(2)?, args.count(3)?.min(MOST));
        let run = Run::fixed(&mut state.blocks, state.scratch.bytes(), at, size, count)?;
        send(state, handle, run)
    }
}

/// Where received messages go: back to back from `at`, each of `size` bytes or as a frame, until one does not belong
/// there or does not fit. It and all behind it are held.
struct Landing<'a> {
    scratch: &'a mut [u8],
    at: usize,
    size: Option<usize>,
    count: i32,
    held: &'a mut std::collections::VecDeque<Msg>,
    blocks: &'a mut Blocks,
}

impl Landing<'_> {
    fn land(&mut self, piece: Piece<Msg>) {
        match piece {
            Piece::One(msg) => self.place(msg),
            Piece::Many(bulk) => match bulk.into_any().downcast::<Run>() {
                Ok(mut run) => {
                    if !self.place_run(&run) {
                        while let Some(msg) = run.pop() {
                            self.place(msg);
                        }
                    }
                    if let Some(block) = run.into_block() {
                        self.blocks.give(block);
                    }
                }
                // Nobody else makes a bulk here.
                Err(_) => debug_assert!(false, "a bulk that is no run"),
            },
        }
    }

    /// All of it by one copy, or nothing.
    fn place_run(&mut self, run: &Run) -> bool {
        let (Some(bytes), true) = (run.bytes_as(self.size), self.held.is_empty()) else {
            return false;
        };
        let (Some(room), Ok(count)) = (
            self.scratch
                .get_mut(self.at..)
                .and_then(|rest| rest.get_mut(..bytes.len())),
            i32::try_from(run.len()),
        ) else {
            return false;
        };
        room.copy_from_slice(bytes);
        self.at += bytes.len();
        self.count += count;
        true
    }

    fn place(&mut self, msg: Msg) {
        let placed = if self.held.is_empty() {
            self.write(&msg)
        } else {
            None
        };
        if let Some(next) = placed {
            self.at = next;
            self.count += 1;
            self.blocks.reuse(msg);
        } else {
            self.held.push_back(msg);
        }
    }

    /// The next offset. None: it is of another size, or does not fit.
    fn write(&mut self, msg: &Msg) -> Option<usize> {
        if let Some(size) = self.size {
            let fits = msg.len() == size && msg.write(self.scratch.get_mut(self.at..)?);
            return fits.then_some(self.at + size);
        }
        let body = self.at + FRAME;
        if !msg.write(self.scratch.get_mut(body..)?) {
            return None;
        }
        let len = u32::try_from(msg.len()).ok()?;
        self.scratch[self.at..body].copy_from_slice(&len.to_le_bytes());
        Some(body + msg.len())
    }
}

/// Receives at most `max` messages. Word 1 says how many of them are held.
fn receive(state: &mut State, handle: i32, size: Option<usize>, max: usize) -> Reply {
    let at = state.scratch.base()?;
    let channel = Arc::clone(state.channel(handle)?);
    state.held.clear();
    let mut landing = Landing {
        scratch: state.scratch.bytes_mut(),
        at,
        size,
        count: 0,
        held: &mut state.held,
        blocks: &mut state.blocks,
    };
    let result = channel.try_recv_bulk(max.clamp(1, MOST), &mut |piece| landing.land(piece));
    let count = landing.count;
    let held = i32::try_from(state.held.len()).map_err(|_| Code::Internal)?;
    state.scratch.set(word::COUNT, held);
    match result {
        Ok(0) => Err(Code::Blocked),
        Ok(_) => Ok(count),
        Err(error) => Err(nothing(error)),
    }
}

callback! {
    /// `tryRecvFrames(handle, max)`: how many frames are at base now. Word 1: how many messages more are held, to be fetched.
    TryRecvFrames = c"tryRecvFrames", |state, args| { receive(state, args.int(0)?, None, args.count(1)?) }
}

callback! {
    /// `tryRecvFixed(handle, size, max)`: likewise without lengths. A message of another length is held, and so are those behind.
    TryRecvFixed = c"tryRecvFixed", |state, args| {
        let size = args.count(1)?;
        receive(state, args.int(0)?, Some(size), args.count(2)?)
    }
}
