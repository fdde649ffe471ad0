//! Load patterns, as in `src/bench/topology.ts`: which threads there are and what each does.

use std::sync::{Arc, Barrier};
use std::thread::{JoinHandle, available_parallelism, spawn};
use std::time::{Duration, Instant};

use crate::carrier::{Carrier, Rx, Tx};
use crate::payload::{Payload, expected};

/// Messages in a burst.
const BURST: usize = 512;

/// What one run took.
pub struct Run {
    /// From the moment all threads were let go to the end of the last.
    pub took: Duration,
    /// Of each round trip, sorted; empty for patterns without.
    pub trips: Vec<Duration>,
}

/// What a thread received.
#[derive(Default)]
struct Tally {
    received: usize,
    sum: u64,
    trips: Vec<Duration>,
}

impl Tally {
    fn add<P: Payload>(&mut self, value: &P) {
        self.received += 1;
        self.sum += value.key();
    }
}

/// Threads that wait for one another before they begin.
struct Threads {
    work: Vec<Box<dyn FnOnce() -> Tally + Send>>,
}

impl Threads {
    fn run<P: Payload>(self, messages: usize) -> Result<Run, String> {
        let barrier = Arc::new(Barrier::new(self.work.len() + 1));
        let threads: Vec<JoinHandle<(Tally, Instant)>> = self
            .work
            .into_iter()
            .map(|work| {
                let barrier = barrier.clone();
                spawn(move || {
                    barrier.wait();
                    (work(), Instant::now())
                })
            })
            .collect();
        let start = Instant::now();
        barrier.wait();
        let (mut received, mut sum, mut took, mut trips) = (0, 0, Duration::ZERO, Vec::new());
        for thread in threads {
            let (tally, end) = thread.join().map_err(|_| "a thread panicked")?;
            received += tally.received;
            sum += tally.sum;
            took = took.max(end - start);
            trips.extend(tally.trips);
        }
        if received != messages || sum != expected::<P>(messages) {
            return Err(format!(
                "{messages} messages were sent and {received} received, or they are not the same"
            ));
        }
        trips.sort_unstable();
        Ok(Run { took, trips })
    }

    fn add(&mut self, work: impl FnOnce() -> Tally + Send + 'static) {
        self.work.push(Box::new(work));
    }
}

fn produce<P: Payload>(mut tx: impl Tx<P>, first: usize, last: usize) -> Tally {
    for index in first..last {
        tx.send(P::make(index));
    }
    Tally::default()
}

fn consume<P: Payload>(mut rx: impl Rx<P>) -> Tally {
    let mut tally = Tally::default();
    while let Some(value) = rx.recv() {
        tally.add(&value);
    }
    tally
}

fn relay<P: Payload>(mut rx: impl Rx<P>, mut tx: impl Tx<P>) -> Tally {
    while let Some(value) = rx.recv() {
        tx.send(value);
    }
    Tally::default()
}

/// `producers` senders and `consumers` receivers on one channel. None: the rival does not have as many.
fn crowd<P: Payload, C: Carrier<P>>(
    capacity: Option<usize>,
    producers: usize,
    consumers: usize,
    messages: usize,
) -> Option<Threads> {
    let (tx, rx) = C::open(capacity)?;
    let mut threads = Threads { work: Vec::new() };
    let mut senders = vec![tx];
    let mut receivers = vec![rx];
    while senders.len() < producers {
        senders.push(senders[0].again()?);
    }
    while receivers.len() < consumers {
        receivers.push(receivers[0].again()?);
    }
    for (at, tx) in senders.into_iter().enumerate() {
        threads.add(move || {
            produce(
                tx,
                messages * at / producers,
                messages * (at + 1) / producers,
            )
        });
    }
    for rx in receivers {
        threads.add(move || consume(rx));
    }
    Some(threads)
}

fn ping_pong<P: Payload, C: Carrier<P>>(
    capacity: Option<usize>,
    messages: usize,
) -> Option<Threads> {
    let ((mut out, there), (back, mut home)) = (C::open(capacity)?, C::open(capacity)?);
    let mut threads = Threads { work: Vec::new() };
    threads.add(move || {
        let mut tally = Tally {
            trips: Vec::with_capacity(messages),
            ..Tally::default()
        };
        for index in 0..messages {
            let start = Instant::now();
            out.send(P::make(index));
            let Some(value) = home.recv() else { break };
            tally.trips.push(start.elapsed());
            tally.add(&value);
        }
        tally
    });
    threads.add(move || relay(there, back));
    Some(threads)
}

fn pipeline<P: Payload, C: Carrier<P>>(
    capacity: Option<usize>,
    messages: usize,
) -> Option<Threads> {
    let ((first, out), (second, last)) = (C::open(capacity)?, C::open(capacity)?);
    let mut threads = Threads { work: Vec::new() };
    threads.add(move || produce(first, 0, messages));
    threads.add(move || relay(out, second));
    threads.add(move || consume(last));
    Some(threads)
}

fn bursts<P: Payload, C: Carrier<P>, A: Carrier<()>>(
    capacity: Option<usize>,
    messages: usize,
) -> Option<Threads> {
    let ((mut tx, mut rx), (mut done, mut acknowledged)) = (C::open(capacity)?, A::open(Some(1))?);
    let mut threads = Threads { work: Vec::new() };
    threads.add(move || {
        for first in (0..messages).step_by(BURST) {
            (first..messages.min(first + BURST)).for_each(|index| tx.send(P::make(index)));
            assert!(
                acknowledged.recv().is_some(),
                "a burst was never acknowledged"
            );
        }
        Tally::default()
    });
    threads.add(move || {
        let mut tally = Tally::default();
        while let Some(value) = rx.recv() {
            tally.add(&value);
            if tally.received % BURST == 0 || tally.received == messages {
                done.send(());
            }
        }
        tally
    });
    Some(threads)
}

/// Runs `pattern` once. `Ok(None)`: this rival cannot.
pub fn run<P: Payload, C: Carrier<P> + Carrier<()>>(
    pattern: &str,
    capacity: Option<usize>,
    messages: usize,
) -> Result<Option<Run>, String> {
    let cores = available_parallelism().map_or(2, usize::from);
    let fan = cores.clamp(2, 4);
    let threads = match pattern {
        "spsc" => crowd::<P, C>(capacity, 1, 1, messages),
        "mpsc" => crowd::<P, C>(capacity, fan, 1, messages),
        "spmc" => crowd::<P, C>(capacity, 1, fan, messages),
        "mpmc" => crowd::<P, C>(capacity, fan, fan, messages),
        "oversubscribed" => crowd::<P, C>(capacity, 2 * cores, 2 * cores, messages),
        "ping-pong" => ping_pong::<P, C>(capacity, messages),
        "pipeline" => pipeline::<P, C>(capacity, messages),
        "burst" => bursts::<P, C, C>(capacity, messages),
        _ => None,
    };
    threads
        .map(|threads| threads.run::<P>(messages))
        .transpose()
}
