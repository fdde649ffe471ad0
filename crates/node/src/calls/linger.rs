//! Looking again for a moment, because a wake-up costs more than the wait.

use std::hint::spin_loop;
use std::sync::LazyLock;
use std::thread::{available_parallelism, yield_now};
use std::time::{Duration, Instant};

use hchan_core::Channel;

use super::callback;
use crate::msg::Msg;
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

/// How many messages, or how much room, there is; at most `want`.
fn ready(channel: &Channel<Msg>, sending: bool, want: usize) -> usize {
    let ready = if sending {
        channel.room()
    } else {
        channel.len()
    };
    ready.min(want)
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

/// Looks until `want` are ready, or some are and enough time has gone into gathering, or `budget` is, or the channel is closed.
fn linger(channel: &Channel<Msg>, sending: bool, want: usize, budget: Duration) -> usize {
    let start = Instant::now();
    let mut pause = if want > 1 {
        FIRST_PAUSE_OF_SEVERAL
    } else {
        FIRST_PAUSE
    };
    loop {
        let found = ready(channel, sending, want);
        if found == want || channel.is_closed() {
            return found;
        }
        let waited = start.elapsed();
        // A sender that has found no room is in no hurry, since the receiver has enough to do, and much room is worth much.
        let gathering = if sending {
            budget
        } else {
            gathering(found, waited)
        };
        if waited >= budget || (found > 0 && waited >= gathering) {
            return found;
        }
        for _ in 0..pause {
            spin_loop();
        }
        if pause < LONGEST_PAUSE {
            pause *= 2;
        } else {
            yield_now();
        }
    }
}

callback! {
    /// `linger(handle, want, microseconds)`: waits a moment until `want` messages are there, or, if `want` is below 0,
    /// until there is room for as many. On one core it lets other threads run once instead. How many there are, or how much room;
    /// takes nothing.
    Linger = c"linger", |state, args| {
        let (handle, want, micros) = (args.int(0)?, args.int(1)?, args.count(2)?);
        let budget = Duration::from_micros(micros as u64).min(LONGEST);
        let channel = state.channel(handle)?;
        let (sending, want) = (want < 0, want.unsigned_abs() as usize);
        let found = if want == 0 {
            0
        } else if *ALONE {
            yield_now();
            ready(channel, sending, want)
        } else {
            linger(channel, sending, want, budget)
        };
        Ok(i32::try_from(found).unwrap_or(i32::MAX))
    }
}

callback! {
    /// `mute(muted)`: 1, JavaScript wants to drain by itself for a moment, and may if that is the result; 0, it wants to be called,
    /// and drains once more after this.
    Mute = c"mute", |state, args| {
        let wanted = args.int(0)? != 0;
        let muted = wanted && !*ALONE && state.crowded.is_none_or(|at| at.elapsed() >= CROWDED_FOR);
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
        let start = Instant::now();
        yield_now();
        let crowded = start.elapsed() >= CROWDED;
        if crowded {
            state.crowded = Some(Instant::now());
        }
        Ok((!crowded).into())
    }
}
