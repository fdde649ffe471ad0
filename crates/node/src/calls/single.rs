//! One message at a time, without waiting.

use hchan_core::{TryRecvError, TrySendError};

use super::callback;
use crate::state::State;
use crate::wire::{Code, Reply};

callback! {
    /// `trySend(handle)`: sends the message at base, of as many bytes as word 1 says. 0, or why not.
    TrySend = c"trySend", |state, args| {
        let msg = state.scratch.outgoing(&mut state.blocks)?;
        let (code, back) = match state.channel(args.int(0)?)?.try_send(msg) {
            Ok(()) => return Ok(0),
            Err(TrySendError::Full(back)) => (Code::Blocked, back),
            Err(TrySendError::Closed(back)) => (Code::Closed, back),
            Err(TrySendError::Disconnected(back)) => (Code::Disconnected, back),
        };
        state.blocks.reuse(back);
        Err(code)
    }
}

/// Why there was nothing to receive.
pub fn nothing(error: TryRecvError) -> Code {
    match error {
        TryRecvError::Empty => Code::Blocked,
        TryRecvError::Closed => Code::Closed,
    }
}

fn try_recv(state: &mut State, handle: i32) -> Reply {
    // Before a message is taken: there must be a place to put it.
    state.scratch.base()?;
    let msg = state.channel(handle)?.try_recv().map_err(nothing)?;
    state.hand_over(msg)
}

callback! {
    /// `tryRecv(handle)`: the length of the message, which is at base.
    TryRecv = c"tryRecv", |state, args| { try_recv(state, args.int(0)?) }
}

callback! {
    /// `fetchHeld()`: writes the oldest message that did not fit at base and returns its length. `Blocked`: there is none.
    FetchHeld = c"fetchHeld", |state, _args| {
        let msg = state.held.pop_front().ok_or(Code::Blocked)?;
        let base = state.scratch.base()?;
        let len = i32::try_from(msg.len()).map_err(|_| Code::Internal)?;
        if msg.write(&mut state.scratch.bytes_mut()[base..]) {
            state.blocks.reuse(msg);
            return Ok(len);
        }
        state.scratch.set(crate::wire::word::COUNT, len);
        state.held.push_front(msg);
        Err(Code::NeedGrow)
    }
}
