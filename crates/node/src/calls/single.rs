//! One message at a time, without waiting.

use hchan_core::{TryRecvError, TrySendError};

use super::callback;
use crate::msg::Msg;
use crate::run::reuse;
use crate::state::{Entry, State};
use crate::wire::{Code, MOST_CREDIT, MOST_LENT, Reply, word};

fn try_send(state: &mut State, handle: i32, msg: Msg) -> Reply {
    let sent = state.channel(handle)?.try_send(msg);
    sent.map_or_else(|unsent| back(state, unsent), |()| Ok(0))
}

/// Keeps the memory of a message that was not sent. Why it was not.
fn back(state: &mut State, unsent: TrySendError<Msg>) -> Reply {
    let (code, msg) = match unsent {
        TrySendError::Full(msg) => (Code::Blocked, msg),
        TrySendError::Closed(msg) => (Code::Closed, msg),
        TrySendError::Disconnected(msg) => (Code::Disconnected, msg),
    };
    state.blocks.reuse(msg);
    Err(code)
}

callback! {
    /// `trySend(handle)`: sends the message at base, of as many bytes as word 1 says. 0, or why not.
    TrySend = c"trySend", |state, args| {
        let msg = state.scratch.outgoing(&mut state.blocks)?;
        try_send(state, args.int(0)?, msg)
    }
}

callback! {
    /// `trySendAhead(handle)`: as `trySend`, and grants credit for messages behind it, to be written on the handle's page.
    /// Word 1: for how many.
    TrySendAhead = c"trySendAhead", |state, args| {
        let msg = state.scratch.outgoing(&mut state.blocks)?;
        let Some(Entry { handle, page: Some(page), .. }) = state.handles.get(args.int(0)?) else { return Err(Code::BadHandle) };
        match handle.channel().try_send_ahead(msg, MOST_CREDIT, page.sheet()) {
            Ok(granted) => {
                state.scratch.set(word::COUNT, i32::try_from(granted).unwrap_or(0));
                Ok(0)
            }
            Err(unsent) => back(state, unsent),
        }
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
    /// `tryRecvAhead(handle)`: as `tryRecv`, and lends the messages behind it on the handle's board. Word 1: how many.
    TryRecvAhead = c"tryRecvAhead", |state, args| {
        state.scratch.base()?;
        let Some(Entry { handle, board: Some(board), .. }) = state.handles.get_mut(args.int(0)?) else { return Err(Code::BadHandle) };
        board.clear();
        let claims = board.claims().clone();
        let got = handle.channel().try_recv_ahead(MOST_LENT, &claims, &mut |piece, most| board.put(piece, most), &mut state.spent);
        for piece in state.spent.drain(..) {
            reuse(piece, &mut state.blocks);
        }
        let (msg, lent) = got.map_err(nothing)?;
        state.scratch.set(word::COUNT, i32::try_from(lent).unwrap_or(0));
        state.hand_over(msg)
    }
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
        state.scratch.set(word::COUNT, len);
        state.held.push_front(msg);
        Err(Code::NeedGrow)
    }
}
