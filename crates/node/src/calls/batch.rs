//! Many messages in one call.

use hchan_core::Shut;

use super::callback;
use super::single::nothing;
use crate::msg::Msg;
use crate::state::State;
use crate::wire::{Code, FRAME, Reply, word};

/// No call moves more messages, so that what it holds back stays small.
const MOST: usize = 1 << 14;

/// Sends what is in `outgoing`, as much as there is room for, and drops the rest: JavaScript has the originals.
fn send_outgoing(state: &mut State, handle: i32) -> Reply {
    let mut outgoing = std::mem::take(&mut state.outgoing);
    let sent = state
        .channel(handle)
        .map(|channel| channel.try_send_many(&mut outgoing));
    outgoing.clear();
    state.outgoing = outgoing;
    match sent? {
        Ok(count) => i32::try_from(count).map_err(|_| Code::Internal),
        Err(Shut::Closed) => Err(Code::Closed),
        Err(Shut::Disconnected) => Err(Code::Disconnected),
    }
}

/// Fills `outgoing` with `count` messages; empty again if one of them cannot be made.
#[inline]
fn load(
    state: &mut State,
    count: usize,
    mut next: impl FnMut(&State) -> Result<Msg, Code>,
) -> Result<(), Code> {
    state
        .outgoing
        .try_reserve(count)
        .map_err(|_| Code::NoMemory)?;
    for _ in 0..count {
        match next(state) {
            Ok(msg) => state.outgoing.push_back(msg),
            Err(code) => {
                state.outgoing.clear();
                return Err(code);
            }
        }
    }
    Ok(())
}

callback! {
    /// `trySendFrames(handle, offset, count)`: how many of the `count` frames at `offset` went, from the first.
    TrySendFrames = c"trySendFrames", |state, args| {
        let (handle, mut at, count) = (args.int(0)?, args.count(1)?, args.count(2)?.min(MOST));
        load(state, count, |state| {
            let len = usize::try_from(state.scratch.read(at)?).map_err(|_| Code::BadArgument)?;
            let msg = Msg::copy(state.scratch.bytes(), at + FRAME, len)?;
            at += FRAME + len;
            Ok(msg)
        })?;
        send_outgoing(state, handle)
    }
}

callback! {
    /// `trySendFixed(handle, offset, size, count)`: likewise for messages of `size` bytes back to back.
    TrySendFixed = c"trySendFixed", |state, args| {
        let (handle, mut at, size, count) = (args.int(0)?, args.count(1)?, args.count(2)?, args.count(3)?.min(MOST));
        load(state, count, |state| {
            let msg = Msg::copy(state.scratch.bytes(), at, size)?;
            at += size;
            Ok(msg)
        })?;
        send_outgoing(state, handle)
    }
}

/// Receives at most `max`, and lets `place` write each at a byte offset; it returns the next offset, or None if that
/// message does not belong there. From then on messages are held. Word 1 says how many are.
fn receive(
    state: &mut State,
    handle: i32,
    max: usize,
    mut place: impl FnMut(&mut [u8], usize, &Msg) -> Option<usize>,
) -> Reply {
    let mut at = state.scratch.base()?;
    let channel = std::sync::Arc::clone(state.channel(handle)?);
    let (held, scratch, mut count) = (&mut state.held, state.scratch.bytes_mut(), 0);
    held.clear();
    let result = channel.try_recv_many(max.clamp(1, MOST), &mut |msg: Msg| {
        let next = if held.is_empty() {
            place(scratch, at, &msg)
        } else {
            None
        };
        if let Some(next) = next {
            at = next;
            count += 1;
        } else {
            held.push_back(msg);
        }
    });
    let held = i32::try_from(held.len()).map_err(|_| Code::Internal)?;
    state.scratch.set(word::COUNT, held);
    match result {
        Ok(0) => Err(Code::Blocked),
        Ok(_) => Ok(count),
        Err(error) => Err(nothing(error)),
    }
}

callback! {
    /// `tryRecvFrames(handle, max)`: how many frames are at base now. Word 1: how many messages more are held, to be fetched.
    TryRecvFrames = c"tryRecvFrames", |state, args| {
        let (handle, max) = (args.int(0)?, args.count(1)?);
        receive(state, handle, max, |scratch, at, msg| {
            let body = at + FRAME;
            if !msg.write(scratch.get_mut(body..)?) {
                return None;
            }
            scratch[at..body].copy_from_slice(&u32::try_from(msg.len()).ok()?.to_le_bytes());
            Some(body + msg.len())
        })
    }
}

callback! {
    /// `tryRecvFixed(handle, size, max)`: likewise without lengths. A message of another length is held, and so are those behind.
    TryRecvFixed = c"tryRecvFixed", |state, args| {
        let (handle, size, max) = (args.int(0)?, args.count(1)?, args.count(2)?);
        receive(state, handle, max, |scratch, at, msg| {
            (msg.len() == size && msg.write(scratch.get_mut(at..)?)).then_some(at + size)
        })
    }
}
