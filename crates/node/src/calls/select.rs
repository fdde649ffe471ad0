//! One of several cases, described in the scratch.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hchan_core::{Case, Order, Parking, Wake, park, try_select};

use super::callback;
use super::linger::Sight;
use crate::crowd::Crowd;
use crate::msg::Msg;
use crate::state::State;
use crate::wire::{CASE_WORDS, Code, Reply, kind};

/// How long a thread that is about to block looks and yields first. A switch costs more than most messages take to come.
const YIELD: Duration = Duration::from_micros(25);

/// Reads `count` case descriptions at byte `offset`.
pub fn cases(state: &State, offset: usize, count: usize) -> Result<Vec<Case<Msg>>, Code> {
    if count > state.scratch.bytes().len() / (4 * CASE_WORDS) {
        return Err(Code::BadArgument);
    }
    let mut cases = Vec::with_capacity(count);
    for i in 0..count {
        let at = offset + i * 4 * CASE_WORDS;
        let field = |index: usize| state.scratch.read(at + index * 4);
        let channel = Arc::clone(state.channel(field(1)?)?);
        cases.push(match field(0)? {
            kind::RECV => Case::Recv(channel),
            kind::SEND => Case::Send(channel, state.scratch.message(field(2)?, field(3)?)?),
            kind::WATCH_RECV => Case::WatchRecv(channel),
            kind::WATCH_SEND => Case::WatchSend(channel),
            _ => return Err(Code::BadArgument),
        });
    }
    Ok(cases)
}

fn order(biased: i32) -> Order {
    if biased == 0 {
        Order::Random
    } else {
        Order::Biased
    }
}

/// Parks with a number of the operation table. 0: settled at once; above: the number.
pub fn park_numbered(state: &mut State, park: impl FnOnce(u64) -> Parking<Msg>) -> Reply {
    state.scratch.base()?;
    let number = state.ops.insert(None).ok_or(Code::Limit)?;
    match park(u64::try_from(number).map_err(|_| Code::Internal)?) {
        Parking::Done(outcome) => {
            state.ops.remove(number);
            state.settle(outcome)
        }
        Parking::Parked(op) => {
            *state.ops.get_mut(number).ok_or(Code::Internal)? = Some(op);
            Ok(number)
        }
    }
}

/// What wakes the event loop.
pub fn inbox(state: &State) -> Result<Arc<dyn Wake>, Code> {
    let ear = state.ear.as_ref().ok_or(Code::Dead)?;
    Ok(Arc::clone(&ear.inbox) as Arc<dyn Wake>)
}

callback! {
    /// `selectTry(offset, count, biased)`: 0 and the outcome in the header, or `Blocked`: none was ready.
    SelectTry = c"selectTry", |state, args| {
        let cases = cases(state, args.count(0)?, args.count(1)?)?;
        state.scratch.base()?;
        match try_select(cases, order(args.int(2)?)) {
            Ok(outcome) => state.settle(outcome),
            Err(_) => Err(Code::Blocked),
        }
    }
}

callback! {
    /// `selectPark(offset, count, biased)`: 0 as `selectTry`, or the number of an operation that now waits; its end comes
    /// by `drainCompletions`.
    SelectPark = c"selectPark", |state, args| {
        let cases = cases(state, args.count(0)?, args.count(1)?)?;
        let (order, wake) = (order(args.int(2)?), inbox(state)?);
        state.losers.clear();
        park_numbered(state, |key| park(cases, order, wake, key))
    }
}

callback! {
    /// `selectBlock(offset, count, biased)`: 0 as `selectTry`, or the number of an operation that waits, whose end comes by
    /// `wait`. It yields for 25 µs, if nobody else needs the core, but takes nothing after that: a thread that is to end must get the chance to first.
    ///
    /// Where there is a buffer it looks before it parks, since a sender that nobody waits for is faster, and answers
    /// `Blocked` when something has come. A rendezvous needs somebody who waits, so there it parks first.
    SelectBlock = c"selectBlock", |state, args| {
        let mut cases = cases(state, args.count(0)?, args.count(1)?)?;
        state.scratch.base()?;
        // A thread that only ever blocks never sweeps otherwise.
        state.losers.clear();
        let order = order(args.int(2)?);
        let wake = Arc::clone(state.sleeper.as_ref().ok_or(Code::Dead)?) as Arc<dyn Wake>;
        match try_select(cases, order) {
            Ok(outcome) => return state.settle(outcome),
            Err(back) => cases = back,
        }
        let deadline = Instant::now() + YIELD;
        let rendezvous = cases.iter().any(is_rendezvous);
        let (ready, traffic) = (|| cases.ready() > 0, || cases.traffic());
        if !rendezvous && yield_until(&state.crowd_at_buffers, deadline, ready, traffic) {
            return Err(Code::Blocked);
        }
        let number = park_numbered(state, |key| park(cases, order, wake, key))?;
        if rendezvous && let Some(Some(op)) = state.ops.get(number) {
            yield_until(&state.crowd, deadline, || op.is_done(), || op.traffic());
        }
        Ok(number)
    }
}

fn is_rendezvous(case: &Case<Msg>) -> bool {
    let (Case::Send(channel, _)
    | Case::Recv(channel)
    | Case::WatchSend(channel)
    | Case::WatchRecv(channel)) = case;
    channel.capacity() == Some(0)
}

/// Yields until `done`, which it returns, or until `deadline`, or others need this core for themselves.
fn yield_until(
    crowd: &Crowd,
    deadline: Instant,
    done: impl Fn() -> bool,
    traffic: impl Fn() -> u64,
) -> bool {
    while !done() {
        if Instant::now() >= deadline {
            return false;
        }
        if !crowd.give_way(&traffic) {
            return done();
        }
    }
    true
}
