//! Handles: made, copied, carried to other threads, given back.

use std::sync::Arc;

use hchan_core::{Channel, Direction, Flavor, Handle};

use super::callback;
use crate::board::Board;
use crate::call::Args;
use crate::msg::Msg;
use crate::page::Page;
use crate::state::{Entry, REGISTRY, State};
use crate::wire::{Code, Reply, TOKEN, flavor, word};

/// The flavor called `number` in the wire format.
fn to_flavor(number: i32) -> Result<Flavor, Code> {
    match number {
        flavor::MUTEX => Ok(Flavor::Mutex),
        flavor::CROSSBEAM => Ok(Flavor::Crossbeam),
        flavor::KANAL => Ok(Flavor::Kanal),
        _ => Err(Code::BadArgument),
    }
}

fn from_flavor(flavor: Flavor) -> i32 {
    match flavor {
        Flavor::Mutex => flavor::MUTEX,
        Flavor::Crossbeam => flavor::CROSSBEAM,
        Flavor::Kanal => flavor::KANAL,
    }
}

/// The direction called `number` in `src/engine.ts`.
fn to_direction(number: i32) -> Result<Direction, Code> {
    match number {
        1 => Ok(Direction::Send),
        2 => Ok(Direction::Recv),
        3 => Ok(Direction::Both),
        _ => Err(Code::BadArgument),
    }
}

/// Enters `handle`, describes its channel in the header and returns its number.
fn enter(state: &mut State, handle: Handle<Msg>) -> Reply {
    let channel = Arc::clone(handle.channel());
    let number = state
        .handles
        .insert(Entry {
            handle,
            board: None,
            page: None,
        })
        .ok_or(Code::Limit)?;
    let id = channel.id().to_le_bytes();
    let half = |at: usize| i32::from_le_bytes([id[at], id[at + 1], id[at + 2], id[at + 3]]);
    state
        .scratch
        .set(word::FLAVOR, from_flavor(channel.flavor()));
    state.scratch.set(word::ID_LOW, half(0));
    state.scratch.set(word::ID_HIGH, half(4));
    state.scratch.set(
        word::CAPACITY,
        channel
            .capacity()
            .map_or(-1, |capacity| i32::try_from(capacity).unwrap_or(-1)),
    );
    Ok(number)
}

callback! {
    /// `open(flavor, capacity)`: a new channel; capacity −1 is unbounded. A handle of both directions.
    Open = c"open", |state, args| {
        let (flavor, capacity) = (to_flavor(args.int(0)?)?, args.int(1)?);
        if state.ear.is_none() {
            return Err(Code::Dead);
        }
        let capacity = if capacity == -1 { None } else { Some(usize::try_from(capacity).map_err(|_| Code::BadArgument)?) };
        enter(state, REGISTRY.open(flavor, capacity))
    }
}

callback! {
    /// `attach(offset, direction)`: a handle from the token at `offset`.
    Attach = c"attach", |state, args| {
        let (offset, direction) = (args.count(0)?, to_direction(args.int(1)?)?);
        if state.ear.is_none() {
            return Err(Code::Dead);
        }
        let token: &[u8; TOKEN] = state.scratch.bytes().get(offset..).and_then(|rest| rest.first_chunk()).ok_or(Code::BadArgument)?;
        let (id, key, grant) = read_token(token);
        enter(state, REGISTRY.attach(id, key, grant, direction).ok_or(Code::Gone)?)
    }
}

callback! {
    /// `share(handle)`: writes a token of the handle's direction at base. It counts as a handle until it is first attached.
    Share = c"share", |state, args| {
        let Entry { handle, .. } = state.handles.get(args.int(0)?).ok_or(Code::BadHandle)?;
        let base = state.scratch.base()?;
        if state.scratch.bytes().len() - base < TOKEN {
            state.scratch.set(word::COUNT, i32::try_from(TOKEN).unwrap_or(0));
            return Err(Code::NeedGrow);
        }
        let grant = REGISTRY.share(handle);
        state.scratch.bytes_mut()[base..base + TOKEN].copy_from_slice(&write_token(grant.id, grant.key, grant.grant));
        Ok(i32::try_from(TOKEN).unwrap_or(0))
    }
}

fn read_token(bytes: &[u8; TOKEN]) -> (u64, u128, u64) {
    let (mut id, mut key, mut grant) = ([0; 8], [0; 16], [0; 8]);
    id.copy_from_slice(&bytes[..8]);
    key.copy_from_slice(&bytes[8..24]);
    grant.copy_from_slice(&bytes[24..]);
    (
        u64::from_le_bytes(id),
        u128::from_le_bytes(key),
        u64::from_le_bytes(grant),
    )
}

fn write_token(id: u64, key: u128, grant: u64) -> [u8; TOKEN] {
    let mut bytes = [0; TOKEN];
    bytes[..8].copy_from_slice(&id.to_le_bytes());
    bytes[8..24].copy_from_slice(&key.to_le_bytes());
    bytes[24..].copy_from_slice(&grant.to_le_bytes());
    bytes
}

callback! {
    /// `clone(handle, direction)`: another handle, of a direction that this one includes.
    Clone = c"clone", |state, args| {
        let direction = to_direction(args.int(1)?)?;
        let Entry { handle, .. } = state.handles.get(args.int(0)?).ok_or(Code::BadHandle)?;
        let copy = handle.clone_as(direction).ok_or(Code::BadArgument)?;
        enter(state, copy)
    }
}

/// Drops a handle that is no longer in the table, once what was lent to it, and its credit, is the channel's again.
fn give_back(args: &Args, entry: Entry) {
    let Entry {
        handle,
        board,
        page,
    } = entry;
    if let Some(board) = board {
        // SAFETY: in a callback of the environment whose state has the handle.
        unsafe { board.release(args.env, handle.channel()) };
    }
    if let Some(page) = page {
        // SAFETY: as above.
        unsafe { page.release(args.env, handle.channel()) };
    }
}

callback! {
    /// `lend(handle, board)`: has `tryRecvAhead` of this handle lend messages on `board`, an `Int32Array` over a
    /// `SharedArrayBuffer` of its own.
    Lend = c"lend", |state, args| {
        let Entry { handle, board, .. } = state.handles.get_mut(args.int(0)?).ok_or(Code::BadHandle)?;
        // SAFETY: in a callback, with its value.
        let new = unsafe { Board::attach(args.env, args.value(1))? };
        if let Some(old) = board.replace(Box::new(new)) {
            // SAFETY: in a callback of the environment whose state has the handle.
            unsafe { old.release(args.env, handle.channel()) };
        }
        Ok(0)
    }
}

callback! {
    /// `credit(handle, page, size)`: has `trySendAhead` of this handle grant credit on `page`, an `Int32Array` over a
    /// `SharedArrayBuffer` of its own, for messages of `size` bytes; below 0: for frames.
    Credit = c"credit", |state, args| {
        let size = usize::try_from(args.int(2)?).ok();
        let Entry { handle, page, .. } = state.handles.get_mut(args.int(0)?).ok_or(Code::BadHandle)?;
        // First: it may be the same memory.
        if let Some(old) = page.take() {
            // SAFETY: in a callback of the environment whose state has the handle.
            unsafe { old.release(args.env, handle.channel()) };
        }
        // SAFETY: in a callback, with its value.
        *page = Some(Box::new(unsafe { Page::attach(args.env, args.value(1), size)? }));
        Ok(0)
    }
}

callback! {
    /// `release(handle)`: gives the handle back, and its number.
    Release = c"release", |state, args| {
        give_back(args, state.handles.remove(args.int(0)?).ok_or(Code::BadHandle)?);
        Ok(0)
    }
}

callback! {
    /// `close(handle)`: 1, or 0 if the channel was closed already. Wakes everything that waits.
    Close = c"close", |state, args| {
        Ok(i32::from(state.channel(args.int(0)?)?.close().is_ok()))
    }
}

/// Messages at rest, as JavaScript is told.
fn length(channel: &Channel<Msg>) -> i32 {
    i32::try_from(channel.len()).unwrap_or(i32::MAX)
}

callback! {
    /// `length(handle)`: messages at rest.
    Length = c"length", |state, args| {
        Ok(length(state.channel(args.int(0)?)?))
    }
}

callback! {
    /// `closed(handle)`: 1 from `close` on.
    Closed = c"closed", |state, args| {
        Ok(i32::from(state.channel(args.int(0)?)?.is_closed()))
    }
}

/// The channel whose id has these halves.
fn by_id(args: &Args) -> Result<Option<Arc<Channel<Msg>>>, Code> {
    let (low, high) = (args.int(0)?.cast_unsigned(), args.int(1)?.cast_unsigned());
    Ok(REGISTRY.channel(u64::from(high) << 32 | u64::from(low)))
}

callback! {
    /// `lengthOf(id low, id high)`: as `length`, for who has given its handle back; 0 once the channel is gone.
    LengthOf = c"lengthOf", |_state, args| {
        Ok(by_id(args)?.map_or(0, |channel| length(&channel)))
    }
}

callback! {
    /// `closedOf(id low, id high)`: as `closed`; 1 once the channel is gone.
    ClosedOf = c"closedOf", |_state, args| {
        Ok(by_id(args)?.map_or(1, |channel| i32::from(channel.is_closed())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_these_bytes() {
        let bytes = write_token(
            0x0807_0605_0403_0201,
            0x1817_1615_1413_1211_100F_0E0D_0C0B_0A09,
            0x201F_1E1D_1C1B_1A19,
        );
        assert!(bytes.iter().copied().eq(1..=32));
        assert_eq!(
            read_token(&bytes),
            (
                0x0807_0605_0403_0201,
                0x1817_1615_1413_1211_100F_0E0D_0C0B_0A09,
                0x201F_1E1D_1C1B_1A19
            )
        );
    }
}
