//! A batch of messages in one block, as it lay in the scratch.
//!
//! Invariant: `block[at..end]` holds `count` messages, each of `size` bytes back to back, or, where `size` is `None`, as
//! frames. Parts of one batch share the block.

use std::any::Any;
use std::sync::Arc;

use hchan_core::Bulk;

use crate::msg::Msg;
use crate::wire::{Code, FRAME};

/// Messages back to back.
#[derive(Debug)]
pub struct Run {
    block: Arc<Vec<u8>>,
    at: usize,
    end: usize,
    count: usize,
    size: Option<usize>,
}

impl Run {
    /// Copies `count` messages of `size` bytes from `source[at..]`.
    pub fn fixed(source: &[u8], at: usize, size: usize, count: usize) -> Result<Self, Code> {
        let end = size
            .checked_mul(count)
            .and_then(|bytes| at.checked_add(bytes));
        let bytes = end
            .and_then(|end| source.get(at..end))
            .ok_or(Code::BadArgument)?;
        Self::copy(bytes, count, Some(size))
    }

    /// Copies `count` frames from `source[at..]`.
    pub fn frames(source: &[u8], at: usize, count: usize) -> Result<Self, Code> {
        let mut end = at;
        for _ in 0..count {
            let len = frame_len(source, end).ok_or(Code::BadArgument)?;
            end = end.checked_add(FRAME + len).ok_or(Code::BadArgument)?;
        }
        let bytes = source.get(at..end).ok_or(Code::BadArgument)?;
        Self::copy(bytes, count, None)
    }

    fn copy(bytes: &[u8], count: usize, size: Option<usize>) -> Result<Self, Code> {
        let mut block = Vec::new();
        block
            .try_reserve_exact(bytes.len())
            .map_err(|_| Code::NoMemory)?;
        block.extend_from_slice(bytes);
        Ok(Self {
            end: block.len(),
            block: Arc::new(block),
            at: 0,
            count,
            size,
        })
    }

    /// All that is left, if it lies as messages of `size` bytes (`None`: as frames).
    pub fn bytes_as(&self, size: Option<usize>) -> Option<&[u8]> {
        (self.size == size).then(|| &self.block[self.at..self.end])
    }

    /// Where the message at `at` begins and ends.
    fn message(&self, at: usize) -> (usize, usize) {
        if let Some(size) = self.size {
            return (at, at + size);
        }
        let begin = at + FRAME;
        let len = frame_len(&self.block, at).unwrap_or_default();
        (begin, begin + len)
    }
}

/// The length that the frame at `at` gives, if that lies within `bytes`.
fn frame_len(bytes: &[u8], at: usize) -> Option<usize> {
    let word = bytes.get(at..)?.first_chunk()?;
    usize::try_from(u32::from_le_bytes(*word)).ok()
}

impl Bulk<Msg> for Run {
    fn len(&self) -> usize {
        self.count
    }

    fn pop(&mut self) -> Option<Msg> {
        self.count = self.count.checked_sub(1)?;
        let (begin, end) = self.message(self.at);
        self.at = end;
        // Out of memory for a few bytes: the message arrives empty, and its codec says so.
        Some(Msg::copy(&self.block, begin, end - begin).unwrap_or(Msg::EMPTY))
    }

    fn split(&mut self, n: usize) -> Box<dyn Bulk<Msg>> {
        let from = self.at;
        match self.size {
            Some(size) => self.at += n * size,
            None => (0..n).for_each(|_| self.at = self.message(self.at).1),
        }
        self.count -= n;
        Box::new(Self {
            block: Arc::clone(&self.block),
            at: from,
            end: self.at,
            count: n,
            size: self.size,
        })
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_comes_apart_in_order() {
        let source: Vec<u8> = (0..24).collect();
        let mut run = Run::fixed(&source, 4, 2, 10).unwrap();
        assert_eq!(run.pop().unwrap().bytes(), [4, 5]);
        let mut part = run.split(3);
        assert_eq!((part.len(), run.len()), (3, 6));
        assert_eq!(part.pop().unwrap().bytes(), [6, 7]);
        assert_eq!(run.bytes_as(Some(2)).unwrap(), &source[12..24]);
        assert!(run.bytes_as(Some(4)).is_none() && run.bytes_as(None).is_none());
    }

    #[test]
    fn frames_keep_their_lengths() {
        let source = [1, 0, 0, 0, 7, 0, 0, 0, 0, 2, 0, 0, 0, 8, 9];
        let mut run = Run::frames(&source, 0, 3).unwrap();
        assert_eq!(run.split(2).len(), 2);
        assert_eq!(run.pop().unwrap().bytes(), [8, 9]);
        assert!(run.pop().is_none());
    }

    #[test]
    fn what_reaches_past_the_source_is_refused() {
        assert_eq!(Run::fixed(&[0; 8], 1, 4, 2).unwrap_err(), Code::BadArgument);
        assert_eq!(
            Run::fixed(&[0; 8], 1, usize::MAX, 2).unwrap_err(),
            Code::BadArgument
        );
        assert_eq!(Run::frames(&[255; 8], 0, 1).unwrap_err(), Code::BadArgument);
        assert_eq!(Run::frames(&[0; 6], 0, 2).unwrap_err(), Code::BadArgument);
    }
}
