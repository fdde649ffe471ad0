//! A handle's page: memory in which JavaScript writes messages for which it has credit, and counts them.
//!
//! ```text
//!  word   0 … 15            16         … 31   32 …
//!     ┌───────────────────┬─────────┬──────┬──────────────────────────────┐
//!     │ JavaScript's own  │ written │      │ messages: frames, or of one  │     written −1: the credit is over,
//!     └───────────────────┴─────────┴──────┴─size each, back to back──────┘     none is to be written
//! ```
//! JavaScript writes a message behind the others and then counts it by a compare-and-swap of `written`; any thread that
//! ends the credit swaps it, too. Only what is counted is read here, and JavaScript does not touch that again before the
//! next credit begins.
//!
//! Invariant: `shared` keeps the memory alive as long as the page, and a credit for it is returned before.

use std::ptr::{self, NonNull};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};

use hchan_core::{Channel, Page as _, Piece};
use napi::sys;

use crate::msg::Msg;
use crate::run::{Run, frame_len};
use crate::shared::Shared;
use crate::wire::{Code, FRAME, PAGE_HEADER, PAGE_WRITTEN};

const OVER: i32 = -1;

/// Room for a message that is read alone: longer ones go as a block.
const ALONE: usize = 256;

/// What the channel sees of a page.
struct Sheet {
    words: NonNull<AtomicI32>,
    len: usize,
    /// Of each message; `None`: they are frames.
    size: Option<usize>,
    /// Where the first message lies that was not copied; used under the channel's lock.
    at: AtomicUsize,
}

// SAFETY: `written` is an atomic, and of the rest only what it counts is read, which nobody writes while credit lasts; that
// the memory is still there is for `Page` to see to.
unsafe impl Send for Sheet {}
// SAFETY: as above.
unsafe impl Sync for Sheet {}

impl Sheet {
    fn counter(&self) -> &AtomicI32 {
        // SAFETY: a sheet is used while there is credit for it, and no credit outlives the page (see `Page::release` and
        // `State::shut_down`), whose memory is shared memory of JavaScript, of more than PAGE_HEADER bytes: never moved,
        // aligned, and pinned.
        unsafe { self.words.add(PAGE_WRITTEN).as_ref() }
    }

    /// Copies bytes out; false: they are not all on the page.
    fn read(&self, at: usize, into: &mut [u8]) -> bool {
        let fits = at
            .checked_add(into.len())
            .is_some_and(|end| end <= self.len);
        if fits {
            // SAFETY: as in `counter`, and within `len`. What is counted is written once, before it is counted; who reads
            // it has seen the count.
            unsafe {
                let from = self.words.as_ptr().cast::<u8>().add(at);
                ptr::copy_nonoverlapping(from, into.as_mut_ptr(), into.len());
            }
        }
        fits
    }

    /// Where `count` messages that start at `at` end; `None`: not on the page, which no page of ours has.
    fn end_of(&self, at: usize, count: usize) -> Option<usize> {
        if let Some(size) = self.size {
            let end = size.checked_mul(count)?.checked_add(at)?;
            return (end <= self.len).then_some(end);
        }
        let mut end = at;
        for _ in 0..count {
            let mut word = [0; FRAME];
            let read = self.read(end, &mut word);
            end = end.checked_add(FRAME + frame_len(&word, 0).filter(|_| read)?)?;
        }
        (end <= self.len).then_some(end)
    }

    /// One message, which is `at..end` without its frame.
    fn one(&self, at: usize, end: usize) -> Option<Msg> {
        let mut bytes = [0; ALONE];
        let len = end.checked_sub(at)?;
        let read = self.read(at, bytes.get_mut(..len)?);
        Msg::copy(&bytes, 0, len).ok().filter(|_| read)
    }

    fn many(&self, at: usize, end: usize, count: usize) -> Option<Run> {
        Run::filled(end.checked_sub(at)?, count, self.size, |into| {
            self.read(at, into)
        })
    }
}

impl hchan_core::Page<Msg> for Sheet {
    fn begin(&self) {
        self.at.store(PAGE_HEADER, Ordering::Relaxed);
        self.counter().store(0, Ordering::SeqCst);
    }

    fn written(&self) -> usize {
        usize::try_from(self.counter().load(Ordering::SeqCst)).unwrap_or(0)
    }

    fn end(&self) -> usize {
        usize::try_from(self.counter().swap(OVER, Ordering::SeqCst)).unwrap_or(0)
    }

    /// What cannot be read, or finds no memory, arrives without bytes, and its codec says so.
    fn copy(&self, count: usize) -> Piece<Msg> {
        let at = self.at.load(Ordering::Relaxed);
        let end = self.end_of(at, count);
        self.at.store(end.unwrap_or(self.len), Ordering::Relaxed);
        let head = if self.size.is_none() { FRAME } else { 0 };
        match count {
            1 => end.and_then(|end| self.one(at + head, end)).map(Piece::One),
            _ => None,
        }
        .or_else(|| Some(Piece::Many(Box::new(self.many(at, end?, count)?))))
        .unwrap_or_else(|| Piece::Many(Box::new(Run::lost(count))))
    }
}

/// The page of one handle.
pub struct Page {
    sheet: Arc<dyn hchan_core::Page<Msg>>,
    shared: Shared,
}

impl Page {
    /// Uses the memory of `array`, a view of all of a `SharedArrayBuffer`, for messages of `size` bytes or frames.
    ///
    /// # Safety
    ///
    /// Called in a callback of `env`, with a value of that callback.
    pub unsafe fn attach(
        env: sys::napi_env,
        array: sys::napi_value,
        size: Option<usize>,
    ) -> Result<Self, Code> {
        // SAFETY: as promised to this function.
        let shared = unsafe { Shared::attach(env, array, PAGE_HEADER)? };
        let sheet = Sheet {
            words: shared.words,
            len: shared.count * 4,
            size,
            at: AtomicUsize::new(PAGE_HEADER),
        };
        sheet.end();
        Ok(Self {
            sheet: Arc::new(sheet),
            shared,
        })
    }

    /// Ends the credit that `channel` has given for this page and lets the memory go.
    ///
    /// # Safety
    ///
    /// Called in a callback of the environment that `attach` was called in.
    pub unsafe fn release(self, env: sys::napi_env, channel: &Channel<Msg>) {
        channel.return_credit(&self.sheet);
        // SAFETY: as promised to this function; the channel does not use the page any more.
        unsafe { self.shared.release(env) };
    }

    /// What the channel sees.
    pub fn sheet(&self) -> &Arc<dyn hchan_core::Page<Msg>> {
        &self.sheet
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sheet over memory of the test's own.
    fn sheet(memory: &mut [u32], size: Option<usize>) -> Sheet {
        let sheet = Sheet {
            words: NonNull::from(&mut *memory).cast(),
            len: memory.len() * 4,
            size,
            at: AtomicUsize::new(0),
        };
        sheet.begin();
        sheet
    }

    fn page(bytes: &[u8]) -> Vec<u32> {
        let mut memory = vec![0; PAGE_HEADER / 4];
        memory.extend(bytes.chunks(4).map(|chunk| {
            let mut word = [0; 4];
            word[..chunk.len()].copy_from_slice(chunk);
            u32::from_le_bytes(word)
        }));
        memory
    }

    fn messages(piece: Piece<Msg>) -> Vec<Vec<u8>> {
        match piece {
            Piece::One(msg) => vec![msg.bytes().to_vec()],
            Piece::Many(mut bulk) => std::iter::from_fn(|| bulk.pop())
                .map(|msg| msg.bytes().to_vec())
                .collect(),
        }
    }

    #[test]
    fn frames_are_copied_one_after_the_other() {
        let mut memory = page(&[
            1, 0, 0, 0, 7, 0, 0, 0, 0, 2, 0, 0, 0, 8, 9, 3, 0, 0, 0, 1, 2, 3,
        ]);
        let sheet = sheet(&mut memory, None);
        assert_eq!(messages(sheet.copy(1)), [vec![7]]);
        assert_eq!(messages(sheet.copy(3)), [vec![], vec![8, 9], vec![1, 2, 3]]);
        sheet.begin();
        assert_eq!(messages(sheet.copy(2)), [vec![7], vec![]]);
    }

    #[test]
    fn messages_of_one_size_are_copied_one_after_the_other() {
        let mut memory = page(&[1, 2, 3, 4, 5, 6, 7, 8]);
        let sheet = sheet(&mut memory, Some(2));
        assert_eq!(messages(sheet.copy(1)), [[1, 2]]);
        assert_eq!(messages(sheet.copy(3)), [[3, 4], [5, 6], [7, 8]]);
    }

    #[test]
    fn what_reaches_past_the_page_arrives_without_bytes() {
        for length in [u32::MAX, 1 << 20, 5] {
            let mut memory = page(&length.to_le_bytes());
            let sheet = sheet(&mut memory, None);
            assert_eq!(messages(sheet.copy(2)), [[0; 0]; 2]);
            assert_eq!(messages(sheet.copy(1)), [[0; 0]]);
        }
        let mut memory = page(&[1, 2, 3, 4]);
        assert_eq!(messages(sheet(&mut memory, Some(4)).copy(2)), [[0; 0]; 2]);
        assert_eq!(
            messages(sheet(&mut memory, Some(usize::MAX)).copy(2)),
            [[0; 0]; 2]
        );
    }

    #[test]
    fn a_long_message_is_copied_alone() {
        let mut bytes = 300_u32.to_le_bytes().to_vec();
        bytes.extend([7; 300]);
        let mut memory = page(&bytes);
        assert_eq!(messages(sheet(&mut memory, None).copy(1)), [vec![7; 300]]);
    }
}
