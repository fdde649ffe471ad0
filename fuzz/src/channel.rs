//! One script on every flavor and on a model of Go's channel, one thing at a time: each step must answer the same.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::sync::Arc;

use hchan_core::{
    Case, Channel, Event, Flavor, Op, Order, Parking, Shut, TryRecvError, TrySendError, Wake,
    abandon, park,
};

use crate::Choices;

/// Who waits here looks for itself.
struct Deaf;

impl Wake for Deaf {
    fn wake(&self, _key: u64) {}
}

/// What a step may be.
#[derive(Clone, Copy, Debug)]
enum Step {
    TrySend,
    TryRecv,
    ParkSend,
    ParkRecv,
    Cancel(usize),
    Take(usize),
    TrySendMany(usize),
    Close,
    Disconnect,
}

impl Step {
    fn of(choices: &mut Choices<'_>) -> Self {
        match choices.below(32) {
            0..6 => Self::TrySend,
            6..12 => Self::TryRecv,
            12..16 => Self::ParkSend,
            16..20 => Self::ParkRecv,
            20..24 => Self::Cancel(choices.below(8)),
            24..28 => Self::Take(choices.below(8)),
            28..30 => Self::TrySendMany(choices.below(8)),
            30 if choices.below(8) == 0 => Self::Close,
            31 if choices.below(8) == 0 => Self::Disconnect,
            _ => Self::TryRecv,
        }
    }
}

/// What a step or a waiting operation answers, in words.
fn say(answer: impl Debug) -> String {
    format!("{answer:?}")
}

/// A channel of one flavor, and the operations that wait on it by number.
struct Real {
    channel: Arc<Channel<u32>>,
    ops: Vec<Option<Arc<Op<u32>>>>,
}

impl Real {
    fn park(&mut self, case: Case<u32>) -> String {
        match park(vec![case], Order::Biased, Arc::new(Deaf), 0) {
            Parking::Done(outcome) => say(outcome.event),
            Parking::Parked(op) => {
                self.ops.push(Some(op));
                "waits".into()
            }
        }
    }

    fn step(&mut self, step: Step, value: u32) -> String {
        let channel = &self.channel;
        match step {
            Step::TrySend => say(channel.try_send(value)),
            Step::TryRecv => say(channel.try_recv()),
            Step::ParkSend => self.park(Case::Send(Arc::clone(&self.channel), value)),
            Step::ParkRecv => self.park(Case::Recv(Arc::clone(&self.channel))),
            Step::Cancel(number) => match self.ops.get_mut(number) {
                Some(slot) if slot.as_ref().is_some_and(|op| op.cancel().is_some()) => {
                    *slot = None;
                    "withdrawn".into()
                }
                _ => "too late".into(),
            },
            Step::Take(number) => {
                let outcome = self
                    .ops
                    .get(number)
                    .and_then(Option::as_ref)
                    .and_then(Op::take);
                if outcome.is_some() {
                    self.ops[number] = None;
                }
                say(outcome.map(|outcome| outcome.event))
            }
            Step::TrySendMany(count) => {
                say(channel.try_send_many(&mut (value..).take(count).collect()))
            }
            Step::Close => say(channel.close().is_ok()),
            Step::Disconnect => {
                channel.disconnect();
                String::new()
            }
        }
    }
}

/// How a waiting operation of the model stands.
enum Waiting {
    Send(u32),
    Recv,
    Done(Event<u32>),
    Gone,
}

/// Go's channel without threads: a buffer and two queues of waiting operations.
#[derive(Default)]
struct Model {
    capacity: usize,
    buffer: VecDeque<u32>,
    ops: Vec<Waiting>,
    closed: bool,
    disconnected: bool,
}

impl Model {
    fn first(&self, is: impl Fn(&Waiting) -> bool) -> Option<usize> {
        self.ops.iter().position(is)
    }

    fn send(&mut self, value: u32) -> Result<(), TrySendError<u32>> {
        if self.closed {
            return Err(TrySendError::Closed(value));
        }
        if self.disconnected {
            return Err(TrySendError::Disconnected(value));
        }
        if let Some(op) = self.first(|op| matches!(op, Waiting::Recv)) {
            self.ops[op] = Waiting::Done(Event::Received(value));
            return Ok(());
        }
        if self.buffer.len() == self.capacity {
            return Err(TrySendError::Full(value));
        }
        self.buffer.push_back(value);
        Ok(())
    }

    fn recv(&mut self) -> Result<u32, TryRecvError> {
        let sender = self.first(|op| matches!(op, Waiting::Send(_)));
        let waiting = sender.map(|op| {
            (
                op,
                std::mem::replace(&mut self.ops[op], Waiting::Done(Event::Sent)),
            )
        });
        if let Some((_, Waiting::Send(value))) = waiting {
            self.buffer.push_back(value);
        }
        let none = if self.closed {
            TryRecvError::Closed
        } else {
            TryRecvError::Empty
        };
        self.buffer.pop_front().ok_or(none)
    }

    fn shut(&mut self, event: impl Fn(u32) -> Event<u32>, receivers: bool) {
        for op in &mut self.ops {
            match op {
                Waiting::Send(value) => *op = Waiting::Done(event(*value)),
                Waiting::Recv if receivers => *op = Waiting::Done(Event::RecvClosed),
                _ => {}
            }
        }
    }

    fn park(&mut self, op: Waiting) -> String {
        self.ops.push(op);
        "waits".into()
    }

    fn step(&mut self, step: Step, value: u32) -> String {
        match step {
            Step::TrySend => say(self.send(value)),
            Step::TryRecv => say(self.recv()),
            Step::ParkSend => match self.send(value) {
                Ok(()) => say(Event::<u32>::Sent),
                Err(TrySendError::Closed(value)) => say(Event::SendClosed(value)),
                Err(TrySendError::Disconnected(value)) => say(Event::SendDisconnected(value)),
                Err(TrySendError::Full(value)) => self.park(Waiting::Send(value)),
            },
            Step::ParkRecv => match self.recv() {
                Ok(value) => say(Event::Received(value)),
                Err(TryRecvError::Closed) => say(Event::<u32>::RecvClosed),
                Err(TryRecvError::Empty) => self.park(Waiting::Recv),
            },
            Step::Cancel(number) => match self.ops.get_mut(number) {
                Some(op @ (Waiting::Send(_) | Waiting::Recv)) => {
                    *op = Waiting::Gone;
                    "withdrawn".into()
                }
                _ => "too late".into(),
            },
            Step::Take(number) => {
                let done = self
                    .ops
                    .get_mut(number)
                    .filter(|op| matches!(op, Waiting::Done(_)));
                match done.map(|op| std::mem::replace(op, Waiting::Gone)) {
                    Some(Waiting::Done(event)) => say(Some(event)),
                    _ => say(None::<Event<u32>>),
                }
            }
            Step::TrySendMany(count) => say(self.send_many(value, count)),
            Step::Close => {
                let first = !std::mem::replace(&mut self.closed, true);
                if first {
                    self.shut(Event::SendClosed, true);
                }
                say(first)
            }
            Step::Disconnect => {
                self.disconnected = true;
                self.shut(Event::SendDisconnected, false);
                self.buffer.clear();
                String::new()
            }
        }
    }

    fn send_many(&mut self, value: u32, count: usize) -> Result<usize, Shut> {
        for (sent, value) in (value..).take(count).enumerate() {
            match self.send(value) {
                Ok(()) => {}
                Err(TrySendError::Full(_)) => return Ok(sent),
                Err(TrySendError::Closed(_)) => return Err(Shut::Closed),
                Err(TrySendError::Disconnected(_)) => return Err(Shut::Disconnected),
            }
        }
        Ok(count)
    }
}

/// Every flavor answers as the model does, and holds as many messages.
///
/// # Panics
///
/// If one does not.
pub fn channel(data: &[u8]) {
    let mut choices = Choices(data);
    let capacity = choices.below(5);
    for flavor in [Flavor::Mutex, Flavor::Crossbeam, Flavor::Kanal] {
        let mut choices = Choices(choices.0);
        let channel = Channel::new(flavor, Some(capacity));
        let mut real = Real {
            channel,
            ops: Vec::new(),
        };
        let mut model = Model {
            capacity,
            ..Model::default()
        };
        let mut value = 0;
        while !choices.is_empty() {
            let step = Step::of(&mut choices);
            let (expected, answer) = (model.step(step, value), real.step(step, value));
            assert_eq!(
                answer, expected,
                "{flavor:?} of capacity {capacity}: {step:?} of {value}"
            );
            assert_eq!(
                real.channel.len(),
                model.buffer.len(),
                "{flavor:?} of capacity {capacity} after {step:?}"
            );
            value += 8;
        }
        // A waiting operation and its channel hold each other, until the owner ends it.
        abandon(real.ops.into_iter().flatten().collect());
    }
}
