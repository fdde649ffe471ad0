//! A thread that owns operations: parks them, waits for them, remembers who was woken.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use hchan_core::{Case, Channel, Event, Op, Order, Outcome, Parking, Wake, park};

pub struct Owner {
    next: AtomicU64,
    woken: Mutex<Vec<u64>>,
    changed: Condvar,
}

impl Wake for Owner {
    fn wake(&self, key: u64) {
        self.woken.lock().unwrap().push(key);
        self.changed.notify_all();
    }
}

impl Owner {
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            next: AtomicU64::new(1),
            woken: Mutex::default(),
            changed: Condvar::new(),
        })
    }

    /// The keys that were woken since the last time, in order.
    pub fn woken(&self) -> Vec<u64> {
        std::mem::take(&mut self.woken.lock().unwrap())
    }

    pub fn try_park<T: Send + 'static>(
        self: &Arc<Self>,
        cases: Vec<Case<T>>,
    ) -> Result<Outcome<T>, Arc<Op<T>>> {
        match park(
            cases,
            Order::Random,
            self.clone(),
            self.next.fetch_add(1, Ordering::Relaxed),
        ) {
            Parking::Done(outcome) => Ok(outcome),
            Parking::Parked(op) => Err(op),
        }
    }

    pub fn park<T: Send + 'static>(self: &Arc<Self>, cases: Vec<Case<T>>) -> Arc<Op<T>> {
        self.try_park(cases).err().expect("no case is ready")
    }

    pub fn recv<T: Send + 'static>(self: &Arc<Self>, channel: &Arc<Channel<T>>) -> Arc<Op<T>> {
        self.park(vec![Case::Recv(channel.clone())])
    }

    pub fn send<T: Send + 'static>(
        self: &Arc<Self>,
        channel: &Arc<Channel<T>>,
        value: T,
    ) -> Arc<Op<T>> {
        self.park(vec![Case::Send(channel.clone(), value)])
    }

    /// Waits until it is done.
    pub fn wait<T: Send + 'static>(&self, parking: Parking<T>) -> Outcome<T> {
        match parking {
            Parking::Done(outcome) => outcome,
            Parking::Parked(op) => loop {
                let mut woken = self.woken.lock().unwrap();
                while woken.is_empty() {
                    woken = self.changed.wait(woken).unwrap();
                }
                woken.clear();
                drop(woken);
                if let Some(outcome) = op.take() {
                    return outcome;
                }
            },
        }
    }

    pub fn recv_now<T: Send + 'static>(self: &Arc<Self>, channel: &Arc<Channel<T>>) -> Option<T> {
        match self
            .wait(park(
                vec![Case::Recv(channel.clone())],
                Order::Biased,
                self.clone(),
                0,
            ))
            .event
        {
            Event::Received(value) => Some(value),
            _ => None,
        }
    }

    pub fn try_send_now<T: Send + 'static>(
        self: &Arc<Self>,
        channel: &Arc<Channel<T>>,
        value: T,
    ) -> Result<(), ()> {
        match self
            .wait(park(
                vec![Case::Send(channel.clone(), value)],
                Order::Biased,
                self.clone(),
                0,
            ))
            .event
        {
            Event::Sent => Ok(()),
            _ => Err(()),
        }
    }

    pub fn send_now<T: Send + 'static>(self: &Arc<Self>, channel: &Arc<Channel<T>>, value: T) {
        self.try_send_now(channel, value)
            .expect("the channel is open");
    }
}

pub fn parked<T>(parking: Parking<T>) -> Arc<Op<T>> {
    match parking {
        Parking::Parked(op) => op,
        Parking::Done(_) => panic!("no case is ready"),
    }
}

/// Four threads send `each` numbers of their own, four receive until they have all: each number once, and those of one
/// sender in order at each receiver.
pub fn four_by_four(channel: &Arc<Channel<u32>>, each: u32) {
    let senders: Vec<_> = (0..4)
        .map(|at| {
            let channel = channel.clone();
            thread::spawn(move || {
                let owner = Owner::new();
                (0..each).for_each(|n| owner.send_now(&channel, at * each + n));
            })
        })
        .collect();
    let receivers: Vec<_> = (0..4)
        .map(|_| {
            let channel = channel.clone();
            thread::spawn(move || {
                let owner = Owner::new();
                (0..each)
                    .map(|_| owner.recv_now(&channel).unwrap())
                    .collect::<Vec<_>>()
            })
        })
        .collect();
    for sender in senders {
        sender.join().unwrap();
    }
    let mut all: Vec<u32> = receivers
        .into_iter()
        .flat_map(|receiver| receiver.join().unwrap())
        .collect();
    all.sort_unstable();
    assert!(all.into_iter().eq(0..4 * each));
}
