//! One message at a time, without waiting.

use hchan_core::{Piece, TryRecvError, TrySendError};

use super::callback;
use crate::msg::Msg;
use crate::state::{Entry, State};
use crate::wire::{Code, MOST_LENT, Reply, word};

fn try_send(state: &mut State, handle: i32, msg: Msg) -> Reply {
    let (code, back) = match state.channel(handle)?.try_send(msg) {
        Ok(()) => return Ok(0),
        Err(TrySendError::Full(back)) => (Code::Blocked, back),
        Err(TrySendError::Closed(back)) => (Code::Closed, back),
        Err(TrySendError::Disconnected(back)) => (Code::Disconnected, back),
    };
    state.blocks.reuse(back);
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
    /// `trySendText(handle, text)`: sends a string as its codec does. 0, or why not; `BadArgument`: it is not ASCII of at
    /// most [`TEXT`] characters.
    TrySendText = c"trySendText", |state, args| {
        let mut bytes = [0; HEAD + TEXT + MORE];
        let len = args.text(1, &mut bytes[HEAD..])?;
        if len > TEXT || !bytes[HEAD..HEAD + len].is_ascii() {
            return Err(Code::BadArgument);
        }
        let at = put_head(&mut bytes, len);
        let msg = Msg::copy_to(&mut state.blocks, &bytes, at, HEAD + len - at)?;
        try_send(state, args.int(0)?, msg)
    }
}

/// The longest text that `trySendText` takes.
const TEXT: usize = 256;
/// Room for one more character of any kind, and a NUL: what is cut short is too long or not ASCII.
const MORE: usize = 5;
/// Room for what `codec.string` writes before the text, a varint of its length times 4.
const HEAD: usize = 2;

/// Puts the head before the text of `len` bytes at [`HEAD`]; where it starts.
#[expect(
    clippy::cast_possible_truncation,
    reason = "of each the low bits are meant"
)]
fn put_head(bytes: &mut [u8], len: usize) -> usize {
    if len < 32 {
        bytes[HEAD - 1] = (len << 2) as u8;
        return HEAD - 1;
    }
    bytes[0] = (len << 2) as u8 | 0x80;
    bytes[1] = (len >> 5) as u8;
    0
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
        let Some(Entry::Live(handle, Some(board))) = state.handles.get_mut(args.int(0)?) else { return Err(Code::BadHandle) };
        board.clear();
        let claims = board.claims().clone();
        let got = handle.channel().try_recv_ahead(MOST_LENT, &claims, &mut |msg| board.put(msg), &mut state.spent);
        for piece in state.spent.drain(..) {
            if let Piece::One(msg) = piece {
                state.blocks.reuse(msg);
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_the_head_that_its_codec_writes() {
        let head = |len| {
            let mut bytes = [0xEE; HEAD];
            let at = put_head(&mut bytes, len);
            bytes[at..].to_vec()
        };
        assert_eq!(head(0), [0]);
        assert_eq!(head(31), [124]);
        assert_eq!(head(32), [0x80, 1]);
        assert_eq!(head(63), [0xFC, 1]);
        assert_eq!(head(64), [0x80, 2]);
        assert_eq!(head(TEXT), [0x80, 8]);
    }
}
