//! The floor: a ring between exactly two threads (`rtrb`), which spin and yield where the others sleep.

use std::hint::spin_loop;
use std::thread::yield_now;

use rtrb::{Consumer, Producer, PushError, RingBuffer};

use crate::carrier::{Carrier, Rx, Tx};

/// The rival.
pub struct Ring;

/// Spins before the first yield: with fewer cores than threads the other side must get to run.
const SPINS: u32 = 128;

fn pause(tries: &mut u32) {
    *tries += 1;
    if *tries < SPINS {
        spin_loop();
    } else {
        yield_now();
    }
}

impl<P: Send + 'static> Carrier<P> for Ring {
    type Tx = Producer<P>;
    type Rx = Consumer<P>;

    fn open(capacity: Option<usize>) -> Option<(Self::Tx, Self::Rx)> {
        capacity
            .filter(|&capacity| capacity > 0)
            .map(RingBuffer::new)
    }
}

impl<P: Send + 'static> Tx<P> for Producer<P> {
    fn send(&mut self, mut value: P) {
        let mut tries = 0;
        while let Err(PushError::Full(back)) = self.push(value) {
            assert!(!self.is_abandoned(), "the receiver left early");
            value = back;
            pause(&mut tries);
        }
    }

    fn again(&self) -> Option<Self> {
        None
    }
}

impl<P: Send + 'static> Rx<P> for Consumer<P> {
    fn recv(&mut self) -> Option<P> {
        let mut tries = 0;
        loop {
            // Whether the sender has left is asked first: what it sent before it left is then seen by `pop`.
            let left = self.is_abandoned();
            match self.pop() {
                Ok(value) => return Some(value),
                Err(_) if left => return None,
                Err(_) => pause(&mut tries),
            }
        }
    }

    fn again(&self) -> Option<Self> {
        None
    }
}
