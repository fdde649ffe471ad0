//! A sender with credit, as the addon has it, under whichever scheduler the test runs.

use std::collections::VecDeque;
use std::sync::Arc;
// Used under the channel's lock only, so no part of any model.
use std::sync::atomic::AtomicUsize as Plain;

use hchan_core::{Channel, Page, Piece, TrySendError};
#[cfg(loom)]
use loom::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
#[cfg(shuttle)]
use shuttle::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
#[cfg(not(any(loom, shuttle)))]
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

const OVER: usize = usize::MAX;

struct Sheet {
    written: AtomicUsize,
    copied: Plain,
    messages: Vec<AtomicU32>,
}

impl Page<u32> for Sheet {
    fn begin(&self) {
        self.copied.store(0, std::sync::atomic::Ordering::Relaxed);
        self.written.store(0, Ordering::SeqCst);
    }

    fn written(&self) -> usize {
        match self.written.load(Ordering::SeqCst) {
            OVER => 0,
            written => written,
        }
    }

    fn end(&self) -> usize {
        self.written.swap(OVER, Ordering::SeqCst)
    }

    fn copy(&self, count: usize) -> Piece<u32> {
        let from = self
            .copied
            .fetch_add(count, std::sync::atomic::Ordering::Relaxed);
        let messages = self.messages[from..from + count].iter();
        Piece::Many(Box::new(
            messages
                .map(|message| message.load(Ordering::Relaxed))
                .collect::<VecDeque<_>>(),
        ))
    }
}

/// It writes as long as it has credit, and calls when that is used up.
pub struct Writer {
    sheet: Arc<Sheet>,
    written: usize,
    granted: usize,
}

impl Writer {
    /// One that takes credit for up to `most` messages of one channel.
    pub fn new(most: usize) -> Self {
        Self {
            sheet: Arc::new(Sheet {
                written: AtomicUsize::new(OVER),
                copied: Plain::new(0),
                messages: (0..most).map(|_| AtomicU32::new(0)).collect(),
            }),
            written: 0,
            granted: 0,
        }
    }

    fn write(&mut self, value: u32) -> bool {
        let (written, order) = (self.written, Ordering::SeqCst);
        if written == self.granted {
            return false;
        }
        self.sheet.messages[written].store(value, Ordering::Relaxed);
        self.written = written + 1;
        let word = &self.sheet.written;
        word.compare_exchange(written, written + 1, order, order)
            .is_ok()
    }

    /// Sends by itself, or else by a call.
    pub fn send(&mut self, channel: &Channel<u32>, value: u32) -> Result<(), TrySendError<u32>> {
        if self.write(value) {
            return Ok(());
        }
        (self.written, self.granted) = (0, 0);
        let most = self.sheet.messages.len();
        self.granted = channel.try_send_ahead(value, most, &self.page())?;
        Ok(())
    }

    /// What it writes on, to give back its credit.
    pub fn page(&self) -> Arc<dyn Page<u32>> {
        self.sheet.clone()
    }
}
