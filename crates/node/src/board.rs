//! A handle's board: memory in which JavaScript finds messages that were lent to it, and counts those that it takes.
//!
//! ```text
//!  word   0         1             31            32 …
//!     ┌─────────┬─────────────┬───┬───────────────────────────┐
//!     │ taken   │ length of the first … last  │ their bytes   │   taken −1: the lease is over, none is to be taken
//!     └─────────┴─────────────┴───┴───────────────────────────┘
//! ```
//! JavaScript takes a message by a compare-and-swap of `taken`; any thread that ends the lease swaps it, too. The rest is
//! written here, in calls of the handle's thread, and read by the same thread's JavaScript.
//!
//! Invariant: `pinned` keeps the memory alive as long as the board, and a lease that counts in it is returned before.

use std::ptr::{self, NonNull};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use hchan_core::{Channel, Claims};
use napi::sys;

use crate::msg::Msg;
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
    pinned: NonNull<sys::napi_ref__>,
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
        let (mut kind, mut count, mut data, mut pinned) = (0, 0, ptr::null_mut(), ptr::null_mut());
        let (mut buffer, mut movable) = (ptr::null_mut(), true);
        // SAFETY: `env` and `array` are of the running callback; a value that is no typed array gives a status, and only
        // then is there no `buffer`.
        let told = unsafe {
            match sys::napi_get_typedarray_info(
                env,
                array,
                &raw mut kind,
                &raw mut count,
                &raw mut data,
                &raw mut buffer,
                ptr::null_mut(),
            ) {
                sys::Status::napi_ok => sys::napi_is_arraybuffer(env, buffer, &raw mut movable),
                status => status,
            }
        };
        let len = count.saturating_mul(4);
        let word = NonNull::new(data.cast::<AtomicI32>()).filter(|word| {
            told == sys::Status::napi_ok
                && !movable
                && kind == sys::TypedarrayType::int32_array
                && len > BOARD_HEADER
                && word.is_aligned()
        });
        let word = word.ok_or(Code::BadArgument)?;
        // SAFETY: as above; the reference holds the array, and that its memory, until `release`.
        let told = unsafe { sys::napi_create_reference(env, array, 1, &raw mut pinned) };
        let pinned = NonNull::new(pinned)
            .filter(|_| told == sys::Status::napi_ok)
            .ok_or(Code::Internal)?;
        Ok(Self {
            claims: Arc::new(Word(word)),
            // SAFETY: the memory has more than one word.
            rest: unsafe { word.add(1) }.cast(),
            len: len - 4,
            pinned,
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
        // SAFETY: the reference was made in this environment and is deleted once, with the board.
        unsafe { sys::napi_delete_reference(env, self.pinned.as_ptr()) };
    }

    /// What counts the messages that are taken.
    pub fn claims(&self) -> &Arc<dyn Claims> {
        &self.claims
    }

    /// There is no message on it. The lease that it had is over, or is ended before anything is read.
    pub fn clear(&mut self) {
        (self.count, self.at) = (0, BOARD_HEADER - 4);
    }

    /// Copies a message behind the others; false: there is no room, or it is too long.
    pub fn put(&mut self, msg: &Msg) -> bool {
        let (count, at, len) = (self.count, self.at, msg.len());
        let Ok(word) = i32::try_from(len) else {
            return false;
        };
        // SAFETY: `pinned` keeps `len` bytes alive at `rest`; they are this thread's alone, whose JavaScript does not run
        // while a callback borrows them.
        let rest = unsafe { std::slice::from_raw_parts_mut(self.rest.as_ptr(), self.len) };
        if count >= MOST_LENT || len > LONGEST || !msg.write(&mut rest[at..]) {
            return false;
        }
        rest[count * 4..count * 4 + 4].copy_from_slice(&word.to_le_bytes());
        (self.count, self.at) = (count + 1, at + len);
        true
    }
}
