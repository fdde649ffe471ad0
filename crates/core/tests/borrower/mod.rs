//! A receiver that borrows, as the addon has it, under whichever scheduler the test runs.

use std::collections::VecDeque;
use std::sync::Arc;

use hchan_core::{Channel, Claims, Piece, TryRecvError};
#[cfg(loom)]
use loom::sync::atomic::{AtomicUsize, Ordering};
#[cfg(shuttle)]
use shuttle::sync::atomic::{AtomicUsize, Ordering};
#[cfg(not(any(loom, shuttle)))]
use std::sync::atomic::{AtomicUsize, Ordering};

const OVER: usize = usize::MAX;

struct Word(AtomicUsize);

impl Claims for Word {
    fn begin(&self) {
        self.0.store(0, Ordering::SeqCst);
    }

    fn taken(&self) -> usize {
        match self.0.load(Ordering::SeqCst) {
            OVER => 0,
            taken => taken,
        }
    }

    fn end(&self) -> usize {
        self.0.swap(OVER, Ordering::SeqCst)
    }
}

/// It takes what is lent, and calls when there is nothing more of that.
pub struct Borrower {
    word: Arc<Word>,
    copies: Vec<u32>,
    next: usize,
    most: usize,
}

impl Borrower {
    /// One that borrows up to `most` messages of one channel.
    pub fn new(most: usize) -> Self {
        Self {
            word: Arc::new(Word(AtomicUsize::new(OVER))),
            copies: Vec::new(),
            next: 0,
            most,
        }
    }

    fn claim(&mut self) -> Option<u32> {
        let (next, order) = (self.next, Ordering::SeqCst);
        let copy = *self.copies.get(next)?;
        self.word
            .0
            .compare_exchange(next, next + 1, order, order)
            .ok()?;
        self.next = next + 1;
        Some(copy)
    }

    /// Receives by itself, or else by a call.
    pub fn recv(&mut self, channel: &Channel<u32>) -> Result<u32, TryRecvError> {
        if let Some(value) = self.claim() {
            return Ok(value);
        }
        let claims = self.claims();
        let copies = &mut self.copies;
        copies.clear();
        self.next = 0;
        let mut copy = |piece: &Piece<u32>, most: usize| {
            let before = copies.len();
            match piece {
                Piece::One(value) => copies.extend([*value].iter().take(most)),
                Piece::Many(bulk) => {
                    let values = bulk.as_any().downcast_ref::<VecDeque<u32>>();
                    copies.extend(values.expect("a batch of numbers").iter().take(most));
                }
            }
            copies.len() - before
        };
        let got = channel.try_recv_ahead(self.most, &claims, &mut copy, &mut VecDeque::new());
        let lent = got.as_ref().map_or(0, |(_, lent)| *lent);
        self.copies.truncate(lent);
        got.map(|(value, _)| value)
    }

    /// What counts for it, to give back what it has not taken.
    pub fn claims(&self) -> Arc<dyn Claims> {
        self.word.clone()
    }
}
