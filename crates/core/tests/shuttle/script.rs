//! Random scripts, and playing one: every task does its operations and notes when each began and ended, and how.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use hchan_core::{
    Case, Channel, Event, Flavor, Op, Order, Outcome, Parking, TryRecvError, TrySendError, Wake,
    park, try_select,
};
use shuttle::thread;

use crate::borrower::Borrower;
use crate::history::{Record, Step};
use crate::writer::Writer;

/// What a task does next.
#[derive(Clone, Debug)]
pub enum Act {
    /// Tries the cases (channel, send) once.
    Try(Vec<(usize, bool)>),
    /// Parks them, lets others run, and withdraws if nothing has happened.
    Cancel(Vec<(usize, bool)>),
    /// Parks them and goes on, as an event loop does.
    Leave(Vec<(usize, bool)>),
    /// Receives twice, the second time what was borrowed, if it was.
    Borrow(usize),
    /// Sends twice, the second time on credit, if there is any.
    Credit(usize),
    Close(usize),
}

/// Three channels and the tasks on them.
#[derive(Clone, Debug)]
pub struct Script {
    pub channels: [(Flavor, usize); 3],
    pub tasks: Vec<Vec<Act>>,
}

/// Steele, Lea and Flood's splitmix: a script follows from its number.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % bound).unwrap_or(0)
    }

    fn cases(&mut self) -> Vec<(usize, bool)> {
        let n = if self.below(3) == 0 { 2 } else { 1 };
        (0..n)
            .map(|_| (self.below(3), self.below(2) == 0))
            .collect()
    }

    fn act(&mut self) -> Act {
        match self.below(16) {
            0..4 => Act::Try(self.cases()),
            4..7 => Act::Cancel(self.cases()),
            7..11 => Act::Leave(self.cases()),
            11 => Act::Close(self.below(3)),
            12..14 => Act::Credit(self.below(3)),
            _ => Act::Borrow(self.below(3)),
        }
    }
}

impl Script {
    pub fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let flavors = [
            (Flavor::Mutex, 0),
            (Flavor::Mutex, 1),
            (Flavor::Mutex, 2),
            (Flavor::Crossbeam, 1),
            (Flavor::Kanal, 2),
            (Flavor::Crossbeam, 3),
        ];
        let channels = std::array::from_fn(|_| flavors[dice.below(6)]);
        let tasks = (0..4 + dice.below(3))
            .map(|_| (0..2 + dice.below(2)).map(|_| dice.act()).collect())
            .collect();
        Self { channels, tasks }
    }
}

/// Counts wake-ups.
#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(&self, _key: u64) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A parked operation that its task has left behind.
pub struct Left {
    from: u64,
    op: Arc<Op<u32>>,
    woken: Arc<Count>,
    pub cases: Vec<(usize, bool, u32)>,
}

/// What one task brings home.
#[derive(Default)]
pub struct Diary {
    pub records: Vec<Record>,
    pub left: Vec<Left>,
}

/// What all tasks of one execution share. The clock is no part of the model: shuttle runs one task at a time.
pub struct Stage {
    pub script: Script,
    pub channels: Vec<Arc<Channel<u32>>>,
    clock: AtomicU64,
}

impl Stage {
    pub fn new(script: Script) -> Self {
        let open = |(flavor, capacity): (Flavor, usize)| Channel::new(flavor, Some(capacity));
        let channels = script.channels.into_iter().map(open).collect();
        Self {
            script,
            channels,
            clock: AtomicU64::new(1),
        }
    }

    fn now(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::Relaxed)
    }

    /// Plays the script of one task.
    pub fn play(&self, task: usize) -> Diary {
        let mut diary = Diary::default();
        let mut borrowers: [Borrower; 3] = std::array::from_fn(|_| Borrower::new(2));
        let mut writers: [Writer; 3] = std::array::from_fn(|_| Writer::new(2));
        for (n, act) in self.script.tasks[task].iter().enumerate() {
            // No two sends of a script have the same value.
            let value = |case: usize| u32::try_from(task * 100 + n * 10 + case).unwrap_or(0);
            let number = |cases: &[(usize, bool)]| -> Vec<_> {
                cases
                    .iter()
                    .enumerate()
                    .map(|(case, (at, send))| (*at, *send, value(case)))
                    .collect()
            };
            let from = self.now();
            match act {
                Act::Close(at) => {
                    let step = if self.channels[*at].close().is_ok() {
                        Step::Close(*at)
                    } else {
                        Step::SendClosed(*at)
                    };
                    diary.records.push(Record {
                        from,
                        to: self.now(),
                        steps: vec![step],
                    });
                }
                Act::Borrow(at) => {
                    for from in [from, self.now()] {
                        let steps = match borrowers[*at].recv(&self.channels[*at]) {
                            Ok(value) => self.received(*at, Event::Received(value)),
                            Err(TryRecvError::Closed) => self.received(*at, Event::RecvClosed),
                            Err(TryRecvError::Empty) => vec![Step::Empty(*at)],
                        };
                        let to = self.now();
                        diary.records.push(Record { from, to, steps });
                    }
                }
                Act::Credit(at) => {
                    for (from, value) in [(from, value(0)), (self.now(), value(1))] {
                        let steps = match writers[*at].send(&self.channels[*at], value) {
                            Ok(()) => self.sent(*at, value, Event::Sent),
                            Err(TrySendError::Full(_)) => vec![Step::Full(*at)],
                            Err(TrySendError::Closed(back)) => {
                                self.sent(*at, value, Event::SendClosed(back))
                            }
                            Err(other) => panic!("{other:?}"),
                        };
                        let to = self.now();
                        diary.records.push(Record { from, to, steps });
                    }
                }
                Act::Try(cases) => {
                    let cases = number(cases);
                    let steps = match try_select(self.cases(&cases), Order::Random) {
                        Ok(outcome) => self.steps(&cases, outcome),
                        Err(_) => vec![Step::All(
                            cases
                                .iter()
                                .map(|(at, send, _)| {
                                    if *send {
                                        Step::Full(*at)
                                    } else {
                                        Step::Empty(*at)
                                    }
                                })
                                .collect(),
                        )],
                    };
                    diary.records.push(Record {
                        from,
                        to: self.now(),
                        steps,
                    });
                }
                Act::Cancel(cases) | Act::Leave(cases) => {
                    let cases = number(cases);
                    let woken = Arc::<Count>::default();
                    match park(self.cases(&cases), Order::Random, woken.clone(), 0) {
                        Parking::Done(outcome) => {
                            diary.records.push(Record {
                                from,
                                to: self.now(),
                                steps: self.steps(&cases, outcome),
                            });
                        }
                        Parking::Parked(op) => {
                            let left = Left {
                                from,
                                op,
                                woken,
                                cases,
                            };
                            if matches!(act, Act::Cancel(_)) {
                                thread::yield_now();
                                diary.records.extend(self.cancel(&left));
                            } else {
                                diary.left.push(left);
                            }
                        }
                    }
                }
            }
        }
        diary
    }

    fn sent(&self, at: usize, value: u32, event: Event<u32>) -> Vec<Step> {
        self.steps(&[(at, true, value)], Outcome { case: 0, event })
    }

    fn received(&self, at: usize, event: Event<u32>) -> Vec<Step> {
        self.steps(&[(at, false, 0)], Outcome { case: 0, event })
    }

    fn cases(&self, cases: &[(usize, bool, u32)]) -> Vec<Case<u32>> {
        let case = |(at, send, value): &(usize, bool, u32)| match send {
            true => Case::Send(self.channels[*at].clone(), *value),
            false => Case::Recv(self.channels[*at].clone()),
        };
        cases.iter().map(case).collect()
    }

    /// None: it was withdrawn.
    fn cancel(&self, left: &Left) -> Option<Record> {
        if left.op.cancel().is_some() {
            return None;
        }
        let outcome = left.op.take().expect("what cannot be cancelled is done");
        Some(Record {
            from: left.from,
            to: self.now(),
            steps: self.steps(&left.cases, outcome),
        })
    }

    /// Once all tasks have ended: what became of an operation that was left. None: it waits.
    pub fn settle(&self, left: &Left) -> Option<Record> {
        let outcome = left.op.take();
        assert_eq!(
            left.woken.0.load(Ordering::Relaxed),
            usize::from(outcome.is_some()),
            "wake-ups"
        );
        let Some(outcome) = outcome else {
            assert!(left.op.cancel().is_some());
            return None;
        };
        Some(Record {
            from: left.from,
            to: self.now(),
            steps: self.steps(&left.cases, outcome),
        })
    }

    fn steps(&self, cases: &[(usize, bool, u32)], outcome: Outcome<u32>) -> Vec<Step> {
        let (at, _, value) = cases[outcome.case];
        let (flavor, capacity) = self.script.channels[at];
        let gated = flavor != Flavor::Mutex;
        match outcome.event {
            Event::Sent if gated => vec![Step::TakeSlot(at, value), Step::PutOut(at)],
            Event::Sent if capacity == 0 => vec![Step::Give(at, value)],
            Event::Sent => vec![Step::Push(at, value)],
            Event::Received(value) if gated => vec![Step::TakeItem(at, value), Step::BringHome(at)],
            Event::Received(value) if capacity == 0 => vec![Step::Take(at, value)],
            Event::Received(value) => vec![Step::Pop(at, value)],
            Event::SendClosed(back) => {
                assert_eq!(back, value);
                vec![Step::SendClosed(at)]
            }
            Event::RecvClosed => vec![Step::RecvClosed(at)],
            other => panic!("{other:?}"),
        }
    }
}
