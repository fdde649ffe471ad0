//! crossbeam-channel's `Select` by number of cases, as `bench/select` asks: `CAPACITY` is the number of channels.
//!
//! `ready`: all channels hold a value; one is taken and a value put back where it came from.
//! `woken`: none does; another thread sends on one of them, and the time is from there to the receiver's return.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Select, Sender, bounded};

use crate::pattern::Run;

/// How long the sender lets the other thread come to rest.
const REST: Duration = Duration::from_millis(1);
/// Channels are woken in steps of this prime, so all get their turn.
const STEP: usize = 7919;

type Ends = (Vec<Sender<f64>>, Vec<Receiver<f64>>);

fn open(cases: usize) -> Ends {
    (0..cases).map(|_| bounded(1)).unzip()
}

/// What was received, and from which channel.
fn take(select: &mut Select<'_>, receivers: &[Receiver<f64>]) -> Option<(usize, f64)> {
    let chosen = select.select();
    let case = chosen.index();
    Some((case, chosen.recv(&receivers[case]).ok()?))
}

fn listen(receivers: &[Receiver<f64>]) -> Select<'_> {
    let mut select = Select::new();
    for receiver in receivers {
        select.recv(receiver);
    }
    select
}

fn ready(cases: usize, selects: usize) -> Result<Run, String> {
    let (senders, receivers) = open(cases);
    let mut held = vec![0.5; cases];
    for (sender, &value) in senders.iter().zip(&held) {
        sender.try_send(value).map_err(|error| error.to_string())?;
    }
    let mut select = listen(&receivers);
    let start = Instant::now();
    for _ in 0..selects {
        let (case, value) = take(&mut select, &receivers).ok_or("a channel was closed")?;
        if value.to_bits() != held[case].to_bits() {
            return Err(format!("case {case} had {} and gave {value}", held[case]));
        }
        held[case] += 1.0;
        senders[case]
            .try_send(held[case])
            .map_err(|error| error.to_string())?;
    }
    Ok(Run {
        took: start.elapsed(),
        trips: Vec::new(),
    })
}

fn nanoseconds(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

fn woken(cases: usize, selects: usize) -> Result<Run, String> {
    let (senders, receivers) = open(cases);
    let (ask, asked) = bounded::<usize>(1);
    let (epoch, sent) = (Instant::now(), AtomicU64::new(0));
    let mut trips = Vec::with_capacity(selects);
    let mut select = listen(&receivers);
    scope(|threads| {
        threads.spawn(|| {
            for (value, case) in (0_u32..).zip(asked) {
                sleep(REST);
                // Relaxed: the channel orders it.
                sent.store(nanoseconds(epoch), Ordering::Relaxed);
                if senders[case].send(value.into()).is_err() {
                    return;
                }
            }
        });
        for (index, expected) in (0..selects).zip(0_u32..) {
            let case = index * STEP % cases;
            ask.send(case).map_err(|error| error.to_string())?;
            let got = take(&mut select, &receivers).ok_or("a channel was closed")?;
            let end = nanoseconds(epoch);
            if got.0 != case || got.1.to_bits() != f64::from(expected).to_bits() {
                return Err(format!("{expected} was sent on {case}, {got:?} received"));
            }
            trips.push(Duration::from_nanos(end - sent.load(Ordering::Relaxed)));
        }
        drop(ask);
        Ok::<(), String>(())
    })?;
    trips.sort_unstable();
    Ok(Run {
        took: epoch.elapsed(),
        trips,
    })
}

/// Runs `pattern` with `cases` channels. `Ok(None)`: there is no such pattern.
pub fn run(pattern: &str, cases: Option<usize>, selects: usize) -> Result<Option<Run>, String> {
    let cases = cases
        .filter(|&cases| cases > 0)
        .ok_or("cases are missing")?;
    match pattern {
        "ready" => ready(cases, selects).map(Some),
        "woken" => woken(cases, selects).map(Some),
        _ => Ok(None),
    }
}
