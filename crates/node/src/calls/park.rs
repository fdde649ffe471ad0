//! Operations that wait: made, withdrawn, waited for, reported.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hchan_core::{park_recv, park_send};

use super::callback;
use super::select::{inbox, park_numbered};
use crate::msg::Msg;
use crate::state::{Completion, State, parts};
use crate::wire::{COMPLETION, Code, word};

callback! {
    /// `parkSend(handle)`: `selectPark` of one send, of what `trySend` would send.
    ParkSend = c"parkSend", |state, args| {
        let channel = Arc::clone(state.channel(args.int(0)?)?);
        let (msg, wake) = (state.scratch.outgoing(&mut state.blocks)?, inbox(state)?);
        park_numbered(state, |key| park_send(channel, msg, wake, key))
    }
}

callback! {
    /// `parkRecv(handle)`: `selectPark` of one receive.
    ParkRecv = c"parkRecv", |state, args| {
        let (channel, wake) = (Arc::clone(state.channel(args.int(0)?)?), inbox(state)?);
        park_numbered(state, |key| park_recv(channel, wake, key))
    }
}

callback! {
    /// `cancel(op)`: 1, it is withdrawn and its number given back; 0, it has happened and is still to be told.
    Cancel = c"cancel", |state, args| {
        let number = args.int(0)?;
        let op = state.ops.get(number).and_then(Option::as_ref).ok_or(Code::BadHandle)?;
        if op.cancel().is_none() {
            return Ok(0);
        }
        state.ops.remove(number);
        Ok(1)
    }
}

/// The longest that a thread sleeps before JavaScript looks whether it is to be terminated.
const SLICE: usize = 50;

callback! {
    /// `wait(op, milliseconds)`: 1 and the outcome in the header, its number given back, if the operation (of
    /// `selectBlock`) is done. Else blocks this thread until it is, at most 50 ms, and answers 0: a thread that is to be
    /// terminated must get the chance to end before it takes a message, which then goes to another receiver.
    Wait = c"wait", |state, args| {
        let (number, slice) = (args.int(0)?, args.count(1)?.min(SLICE));
        state.scratch.base()?;
        let op = state.ops.get(number).and_then(Option::as_ref).ok_or(Code::BadHandle)?;
        let sleeper = state.sleeper.as_ref().ok_or(Code::Dead)?;
        if !op.is_done() {
            let deadline = Instant::now() + Duration::from_millis(slice as u64);
            // An earlier operation may have left a wake-up behind: what counts is that this one is done.
            while !op.is_done() {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    break;
                }
                sleeper.sleep(left);
            }
            return Ok(0);
        }
        let (outcome, _) = state.take(number).ok_or(Code::Internal)?;
        state.settle(outcome)?;
        Ok(1)
    }
}

callback! {
    /// `sweep()`: has the cases that lost to those told since the last time leave their channels. 0.
    Sweep = c"sweep", |state, _args| {
        state.losers.clear();
        Ok(0)
    }
}

/// The next operation that is done, taken, and its number given back.
fn next_completion(state: &mut State) -> Option<Completion> {
    if let Some(completion) = state.unsaid.take() {
        return Some(completion);
    }
    loop {
        if state.next_due == state.due.len() {
            state.due.clear();
            state.next_due = 0;
            state.ear.as_ref()?.inbox.drain(&mut state.due);
        }
        let key = *state.due.get(state.next_due)?;
        state.next_due += 1;
        let Ok(number) = i32::try_from(key) else {
            continue;
        };
        if let Some((outcome, op)) = state.take(number) {
            let (case, status, msg) = parts(outcome);
            return Some(Completion {
                words: [number, case, status],
                msg,
                op,
            });
        }
    }
}

/// Bytes that a completion takes.
fn size(completion: &Completion) -> usize {
    COMPLETION
        + completion
            .msg
            .as_ref()
            .map_or(0, Msg::len)
            .next_multiple_of(4)
}

/// Writes a completion at `at` and returns where the next one goes. None: it does not fit.
fn write(scratch: &mut [u8], at: usize, completion: &Completion) -> Option<usize> {
    let end = at + size(completion);
    let (head, body) = scratch.get_mut(at..end)?.split_at_mut(COMPLETION);
    let len = completion.msg.as_ref().map_or(0, Msg::len);
    let [op, case, status] = completion.words;
    for (word, value) in head
        .chunks_exact_mut(4)
        .zip([op, case, status, i32::try_from(len).ok()?])
    {
        word.copy_from_slice(&value.to_le_bytes());
    }
    if let Some(msg) = &completion.msg {
        msg.write(body);
    }
    Some(end)
}

callback! {
    /// `drainCompletions()`: how many completions are at base (rounded up to 4). Word 1 is 1 if there are more: call again.
    DrainCompletions = c"drainCompletions", |state, _args| {
        let mut at = state.scratch.base()?.next_multiple_of(4);
        let mut count = 0;
        while let Some(completion) = next_completion(state) {
            if let Some(next) = write(state.scratch.bytes_mut(), at, &completion) {
                at = next;
                count += 1;
                if let Some(msg) = completion.msg {
                    state.blocks.reuse(msg);
                }
                continue;
            }
            let needed = i32::try_from(size(&completion) + 4).map_err(|_| Code::Internal)?;
            state.unsaid = Some(completion);
            state.scratch.set(word::COUNT, if count == 0 { needed } else { 1 });
            return if count == 0 { Err(Code::NeedGrow) } else { Ok(count) };
        }
        state.scratch.set(word::COUNT, 0);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_completion_is_these_bytes() {
        let msg = Msg::copy(b"hello", 0, 5).expect("fits");
        let completion = Completion {
            words: [0x0102_0304, 2, 1],
            msg: Some(msg),
            op: None,
        };
        let mut scratch = [0xEE; 32];
        assert_eq!(write(&mut scratch, 4, &completion), Some(28));
        let golden = [
            4, 3, 2, 1, 2, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, b'h', b'e', b'l', b'l', b'o',
        ];
        assert_eq!(&scratch[4..25], golden);
        assert_eq!(
            (&scratch[..4], &scratch[28..]),
            (&[0xEE; 4][..], &[0xEE; 4][..])
        );
        assert_eq!(write(&mut scratch, 12, &completion), None);
    }
}
