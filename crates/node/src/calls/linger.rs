//! Looking again for a moment, because a wake-up costs more than the wait.

use std::hint::spin_loop;
use std::sync::{Arc, LazyLock};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use hchan_core::{Case, Channel};

use super::callback;
use super::select::cases;
use crate::crowd::Crowd;
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

/// On one core the other side cannot run while this one looks.
static ALONE: LazyLock<bool> =
    LazyLock::new(|| available_parallelism().is_ok_and(|cores| cores.get() == 1));

/// What can be looked at.
pub trait Sight {
    /// How many messages, or how much room, there is; all that could be asked for if the channel is closed. Nothing is taken.
    fn ready(&self) -> usize;
    /// As [`Channel::traffic`].
    fn traffic(&self) -> u64;
}

/// One end of a channel.
struct End<'a> {
    channel: &'a Channel<Msg>,
    sending: bool,
}

impl Sight for End<'_> {
    fn ready(&self) -> usize {
        if self.channel.is_closed() {
            usize::MAX
        } else if self.sending {
            self.channel.room()
        } else {
            self.channel.len()
        }
    }

    fn traffic(&self) -> u64 {
        self.channel.traffic()
    }
}

fn end(case: &Case<Msg>) -> End<'_> {
    let (channel, sending) = match case {
        Case::Send(channel, _) | Case::WatchSend(channel) => (channel, true),
        Case::Recv(channel) | Case::WatchRecv(channel) => (channel, false),
    };
    End { channel, sending }
}

impl Sight for [Case<Msg>] {
    fn ready(&self) -> usize {
        self.iter().map(|case| end(case).ready()).max().unwrap_or(0)
    }

    fn traffic(&self) -> u64 {
        self.iter()
            .map(|case| end(case).traffic())
            .fold(0, u64::wrapping_add)
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
    /// Pauses; once pauses are long, lets others run instead. False: others need this core for themselves.
    fn pause(&mut self, crowd: &Crowd, give_way: impl FnOnce() -> bool) -> bool {
        if self.0 >= LONGEST_PAUSE && !crowd.is_here() {
            return give_way();
        }
        for _ in 0..self.0 {
            spin_loop();
        }
        self.0 = (self.0 * 2).min(LONGEST_PAUSE);
        true
    }
}

/// Looks until `want` are ready, or some are and enough time has gone into gathering (`patiently`: all of the budget), or `budget` is
/// over, or another thread needs this core. How many are.
fn linger(
    crowd: &Crowd,
    sight: &(impl Sight + ?Sized),
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
        let found = sight.ready().min(want);
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
        if !pauses.pause(crowd, || crowd.give_way(|| sight.traffic())) {
            return sight.ready().min(want);
        }
    }
}

/// `linger`, or on one core one look after others have run.
fn look(
    crowd: &Crowd,
    sight: &(impl Sight + ?Sized),
    patiently: bool,
    want: usize,
    micros: usize,
) -> i32 {
    let found = if want == 0 {
        0
    } else if *ALONE {
        crowd.give_way(|| sight.traffic());
        sight.ready().min(want)
    } else {
        let budget = Duration::from_micros(micros as u64).min(LONGEST);
        linger(crowd, sight, patiently, want, budget)
    };
    i32::try_from(found).unwrap_or(i32::MAX)
}

/// Looks until an operation is done, `budget` is over, or another thread needs this core.
fn hear(state: &mut State, budget: Duration) {
    let start = Instant::now();
    let mut pauses = Pauses(FIRST_PAUSE);
    while !state.hears()
        && start.elapsed() < budget
        && pauses.pause(&state.crowd, || state.give_way())
    {}
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
        let end = End { channel: &channel, sending };
        Ok(look(&state.crowd_at_buffers, &end, sending, want.unsigned_abs() as usize, micros))
    }
}

callback! {
    /// `lingerAny(offset, count, microseconds)`: likewise, until one of the cases may be ready. 1 then, else 0.
    LingerAny = c"lingerAny", |state, args| {
        let cases = cases(state, args.count(0)?, args.count(1)?)?;
        Ok(look(&state.crowd_at_buffers, &*cases, false, 1, args.count(2)?))
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
        if state.crowd.is_here() {
            return Ok(0);
        }
        let key = u64::try_from(number).map_err(|_| Code::BadHandle)?;
        let bell = Arc::clone(&state.ear.as_ref().ok_or(Code::Dead)?.bell);
        let muted = bell.mute(true);
        if *ALONE {
            state.give_way();
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
        let (outcome, _) = state.take(number).ok_or(Code::Internal)?;
        state.settle(outcome)?;
        Ok(1)
    }
}

callback! {
    /// `mute(muted)`: 1, JavaScript wants to drain by itself for a moment, and may if that is the result; 0, it wants to be called,
    /// and drains once more after this.
    Mute = c"mute", |state, args| {
        let wanted = args.int(0)? != 0;
        let muted = wanted && !*ALONE && !state.crowd.is_here();
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
        Ok(state.give_way().into())
    }
}
