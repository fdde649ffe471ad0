//! A handle's board: memory in which JavaScript finds messages that were lent to it, and counts those that it takes.
//!
//! ```text
//!  word   0         1             127           128 …
//!     ┌─────────┬─────────────┬───┬───────────────────────────┐
//!     │ taken   │ length of the first … last  │ their bytes   │   taken −1: the lease is over, none is to be taken
//!     └─────────┴─────────────┴───┴───────────────────────────┘
//! ```
//! JavaScript takes a message by a compare-and-swap of `taken`; any thread that ends the lease swaps it, too. The rest is
//! written here, in calls of the handle's thread, and read by the same thread's JavaScript.
//!
//! Invariant: `shared` keeps the memory alive as long as the board, and a lease that counts in it is returned before.

use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use hchan_core::{Channel, Claims, Piece};
use napi::sys;

use crate::msg::Msg;
use crate::run::Run;
use crate::shared::Shared;
use crate::wire::{BOARD_HEADER, Code, MOST_LENT};

const OVER: i32 = -1;

/// Longer messages are received by a call each: copying them twice costs more than the call.
const LONGEST: usize = 256;

/// The word `taken`.
struct Word(NonNull<AtomicI32>);

// SAFETY: an atomic may be used by all threads; that it is still there is for `Board` to see to.
unsafe impl Send for Word {}
// SAFETY: as above.
unsafe impl Sync for Word {}

impl Word {
    fn get(&self) -> &AtomicI32 {
        // SAFETY: claims are used between begin and end of a lease only, and no lease outlives the board (see `release`
        // and `State::shut_down`), whose memory is shared memory of JavaScript: never moved, aligned, and pinned.
        unsafe { self.0.as_ref() }
    }
}

impl Claims for Word {
    fn begin(&self) {
        self.get().store(0, Ordering::SeqCst);
    }

    fn taken(&self) -> usize {
        usize::try_from(self.get().load(Ordering::SeqCst)).unwrap_or(0)
    }

    fn end(&self) -> usize {
        usize::try_from(self.get().swap(OVER, Ordering::SeqCst)).unwrap_or(0)
    }
}

/// The board of one handle.
pub struct Board {
    claims: Arc<dyn Claims>,
    /// From word 1 to the end.
    rest: NonNull<u8>,
    len: usize,
    shared: Shared,
    /// Messages on it, and where the next one goes.
    count: usize,
    at: usize,
}

impl Board {
    /// Uses the memory of `array`, a view of all of a `SharedArrayBuffer`.
    ///
    /// # Safety
    ///
    /// Called in a callback of `env`, with a value of that callback.
    pub unsafe fn attach(env: sys::napi_env, array: sys::napi_value) -> Result<Self, Code> {
        // SAFETY: as promised to this function.
        let shared = unsafe { Shared::attach(env, array, BOARD_HEADER)? };
        Ok(Self {
            claims: Arc::new(Word(shared.words)),
            // SAFETY: the memory has more than one word.
            rest: unsafe { shared.words.add(1) }.cast(),
            len: shared.count * 4 - 4,
            shared,
            count: 0,
            at: 0,
        })
    }

    /// Ends the lease of `channel` that counts here and lets the memory go.
    ///
    /// # Safety
    ///
    /// Called in a callback of the environment that `attach` was called in.
    pub unsafe fn release(self, env: sys::napi_env, channel: &Channel<Msg>) {
        channel.return_lease(&self.claims);
        // SAFETY: as promised to this function; no lease counts here any more.
        unsafe { self.shared.release(env) };
    }

    /// What counts the messages that are taken.
    pub fn claims(&self) -> &Arc<dyn Claims> {
        &self.claims
    }

    /// There is no message on it. The lease that it had is over, or is ended before anything is read.
    pub fn clear(&mut self) {
        (self.count, self.at) = (0, BOARD_HEADER - 4);
    }

    /// Copies the first messages of `piece`, at most `most`, behind the others, and says how many: those for which there is
    /// room, up to one that is too long.
    pub fn put(&mut self, piece: &Piece<Msg>, most: usize) -> usize {
        let before = self.count;
        match piece {
            Piece::One(msg) if most > 0 => _ = self.put_one(msg.bytes()),
            Piece::One(_) => {}
            Piece::Many(bulk) => {
                let run = bulk.as_any().downcast_ref::<Run>();
                let messages = run.into_iter().flat_map(Run::messages);
                _ = messages.take(most).all(|bytes| self.put_one(bytes));
            }
        }
        self.count - before
    }

    fn put_one(&mut self, bytes: &[u8]) -> bool {
        let (count, at, len) = (self.count, self.at, bytes.len());
        let Ok(word) = i32::try_from(len) else {
            return false;
        };
        if count >= MOST_LENT || len > LONGEST || at + len > self.len {
            return false;
        }
        // SAFETY: `shared` keeps `len` bytes alive at `rest`; they are this thread's alone, whose JavaScript does not run
        // while a callback borrows them.
        let rest = unsafe { std::slice::from_raw_parts_mut(self.rest.as_ptr(), self.len) };
        rest[at..at + len].copy_from_slice(bytes);
        rest[count * 4..count * 4 + 4].copy_from_slice(&word.to_le_bytes());
        (self.count, self.at) = (count + 1, at + len);
        true
    }
}
