//! Looking again for a moment, because a wake-up costs more than the wait.

use std::hint::spin_loop;
use std::sync::{Arc, LazyLock};
use std::thread::{available_parallelism, yield_now};
use std::time::{Duration, Instant};

use hchan_core::{Case, Channel};

use super::callback;
use super::select::cases;
use crate::msg::Msg;
use crate::state::State;
use crate::wire::Code;

/// The longest that one call keeps its thread looking.
const LONGEST: Duration = Duration::from_micros(50);
/// Once something is there, how long to wait for the rest of what was asked for: longer if it comes at one per `FAST` or
/// quicker, when what is there waits little and to leave the other side alone is worth a sixth of its time.
const GATHERING: Duration = Duration::from_micros(3);
const GATHERING_FAST: Duration = Duration::from_micros(12);
const FAST: Duration = Duration::from_nanos(160);
/// Between two looks, each of which takes the other side's cache line away: from the first to the longest pause. Who waits
/// for one message wants it at once; who waits for several gains nothing by seeing each of them come.
const FIRST_PAUSE: u32 = 8;
const FIRST_PAUSE_OF_SEVERAL: u32 = 128;
const LONGEST_PAUSE: u32 = 256;

/// So long is a thread away that lets another one run, instead of none.
const CROWDED: Duration = Duration::from_micros(50);
/// How long a loop then sleeps whenever it has nothing to do: who looks keeps those from running who have something to do.
const CROWDED_FOR: Duration = Duration::from_millis(5);

/// On one core the other side cannot run while this one looks.
static ALONE: LazyLock<bool> =
    LazyLock::new(|| available_parallelism().is_ok_and(|cores| cores.get() == 1));

/// How many messages, or how much room, there is; all that could be asked for if the channel is closed.
fn ready(channel: &Channel<Msg>, sending: bool) -> usize {
    if channel.is_closed() {
        usize::MAX
    } else if sending {
        channel.room()
    } else {
        channel.len()
    }
}

/// As `ready`, of a case.
fn ready_for(case: &Case<Msg>) -> usize {
    match case {
        Case::Send(channel, _) | Case::WatchSend(channel) => ready(channel, true),
        Case::Recv(channel) | Case::WatchRecv(channel) => ready(channel, false),
    }
}

/// How long to wait for more, if `found` came in the time that has been `waited`.
fn gathering(found: usize, waited: Duration) -> Duration {
    let comes_fast = u32::try_from(found).is_ok_and(|found| waited <= FAST.saturating_mul(found));
    if comes_fast {
        GATHERING_FAST
    } else {
        GATHERING
    }
}

/// The pauses between two looks.
struct Pauses(u32);

impl Pauses {
    /// Pauses; once pauses are long, lets others run instead. False: another thread needs this core.
    fn pause(&mut self, state: &mut State) -> bool {
        if self.0 >= LONGEST_PAUSE {
            return give_way(state);
        }
        for _ in 0..self.0 {
            spin_loop();
        }
        self.0 *= 2;
        true
    }
}

/// Lets other threads run. False: one did, and the loop is to sleep for a while when it has nothing to do.
fn give_way(state: &mut State) -> bool {
    let start = Instant::now();
    yield_now();
    let now = Instant::now();
    let crowded = now - start >= CROWDED;
    if crowded {
        state.sleepy_until = Some(now + CROWDED_FOR);
    }
    !crowded
}

/// Looks until `want` are `ready`, or some are and enough time has gone into gathering (`patiently`: all of the budget), or `budget` is
/// over, or another thread needs this core. How many are.
fn linger(
    state: &mut State,
    ready: impl Fn() -> usize,
    patiently: bool,
    want: usize,
    budget: Duration,
) -> usize {
    let start = Instant::now();
    let mut pauses = Pauses(if want > 1 {
        FIRST_PAUSE_OF_SEVERAL
    } else {
        FIRST_PAUSE
    });
    loop {
        let found = ready().min(want);
        if found == want {
            return found;
        }
        let waited = start.elapsed();
        let gathering = if patiently {
            budget
        } else {
            gathering(found, waited)
        };
        if waited >= budget || (found > 0 && waited >= gathering) {
            return found;
        }
        if !pauses.pause(state) {
            return ready().min(want);
        }
    }
}

/// `linger`, or on one core one look after others have run.
fn look(
    state: &mut State,
    ready: impl Fn() -> usize,
    patiently: bool,
    want: usize,
    micros: usize,
) -> i32 {
    let found = if want == 0 {
        0
    } else if *ALONE {
        yield_now();
        ready().min(want)
    } else {
        let budget = Duration::from_micros(micros as u64).min(LONGEST);
        linger(state, ready, patiently, want, budget)
    };
    i32::try_from(found).unwrap_or(i32::MAX)
}

/// Looks until an operation is done, `budget` is over, or another thread needs this core.
fn hear(state: &mut State, budget: Duration) {
    let start = Instant::now();
    let mut pauses = Pauses(FIRST_PAUSE);
    while !state.hears() && start.elapsed() < budget && pauses.pause(state) {}
}

callback! {
    /// `linger(handle, want, microseconds)`: waits a moment until `want` messages are there, or, if `want` is below 0,
    /// until there is room for as many. On one core it lets other threads run once instead. How many there are, or how much room;
    /// takes nothing.
    Linger = c"linger", |state, args| {
        let (handle, want, micros) = (args.int(0)?, args.int(1)?, args.count(2)?);
        let channel = Arc::clone(state.channel(handle)?);
        let sending = want < 0;
        // A sender that has found no room is in no hurry, since the receiver has enough to do, and much room is worth much.
        Ok(look(state, || ready(&channel, sending), sending, want.unsigned_abs() as usize, micros))
    }
}

callback! {
    /// `lingerAny(offset, count, microseconds)`: likewise, until one of the cases may be ready. 1 then, else 0.
    LingerAny = c"lingerAny", |state, args| {
        let cases = cases(state, args.count(0)?, args.count(1)?)?;
        let any = || cases.iter().map(ready_for).max().unwrap_or(0);
        Ok(look(state, any, false, 1, args.count(2)?))
    }
}

callback! {
    /// `settled(op, microseconds)`: waits a moment until the operation is done. 1 and the outcome in the header, its number given back; 0: it
    /// still waits, or others were done before it and are to be told first. On one core it lets other threads run once instead.
    Settled = c"settled", |state, args| {
        let (number, micros) = (args.int(0)?, args.count(1)?);
        let budget = Duration::from_micros(micros as u64).min(LONGEST);
        state.scratch.base()?;
        state.ops.get(number).and_then(Option::as_ref).ok_or(Code::BadHandle)?;
        if state.is_sleepy() {
            return Ok(0);
        }
        let key = u64::try_from(number).map_err(|_| Code::BadHandle)?;
        let bell = Arc::clone(&state.ear.as_ref().ok_or(Code::Dead)?.bell);
        let muted = bell.mute(true);
        if *ALONE {
            yield_now();
        } else {
            hear(state, budget);
        }
        bell.mute(muted);
        // After unmuting, as always: who found the bell muted has told the inbox before.
        let done = state.hears_next(key);
        if !muted && state.hears() {
            bell.ring_later();
        }
        if !done {
            return Ok(0);
        }
        let outcome = state.take(number).ok_or(Code::Internal)?;
        state.settle(outcome)?;
        Ok(1)
    }
}

callback! {
    /// `mute(muted)`: 1, JavaScript wants to drain by itself for a moment, and may if that is the result; 0, it wants to be called,
    /// and drains once more after this.
    Mute = c"mute", |state, args| {
        let wanted = args.int(0)? != 0;
        let muted = wanted && !*ALONE && !state.is_sleepy();
        state.ear.as_ref().ok_or(Code::Dead)?.bell.mute(muted);
        Ok(muted.into())
    }
}

callback! {
    /// `rest()`: lets other threads run. 1: none needed this core; 0: one did, and JavaScript may not drain by itself for a while.
    Rest = c"rest", |state, _args| {
        if state.ear.is_none() {
            return Err(Code::Dead);
        }
        Ok(give_way(state).into())
    }
}
