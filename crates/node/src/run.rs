//! A batch of messages in one block, as it lay in the scratch.
//!
//! Invariant: `block[at..end]` holds `count` messages, each of `size` bytes back to back, or, where `size` is `None`, as
//! frames. Parts of one batch share the block.

use std::any::Any;
use std::sync::Arc;

use hchan_core::{Bulk, Piece};

use crate::blocks::{Blocks, zeros};
use crate::msg::Msg;
use crate::wire::{Code, FRAME};

/// Messages back to back.
#[derive(Debug)]
pub struct Run {
    block: Arc<Box<[u8]>>,
    at: usize,
    end: usize,
    count: usize,
    size: Option<usize>,
}

impl Run {
    /// Copies `count` messages of `size` bytes from `source[at..]`.
    pub fn fixed(
        blocks: &mut Blocks,
        source: &[u8],
        at: usize,
        size: usize,
        count: usize,
    ) -> Result<Self, Code> {
        let end = size
            .checked_mul(count)
            .and_then(|bytes| at.checked_add(bytes));
        let bytes = end
            .and_then(|end| source.get(at..end))
            .ok_or(Code::BadArgument)?;
        Ok(Self::of(
            blocks.copy(bytes)?,
            bytes.len(),
            count,
            Some(size),
        ))
    }

    /// Copies `count` frames from `source[at..]`.
    pub fn frames(
        blocks: &mut Blocks,
        source: &[u8],
        at: usize,
        count: usize,
    ) -> Result<Self, Code> {
        let mut end = at;
        for _ in 0..count {
            let len = frame_len(source, end).ok_or(Code::BadArgument)?;
            end = end.checked_add(FRAME + len).ok_or(Code::BadArgument)?;
        }
        let bytes = source.get(at..end).ok_or(Code::BadArgument)?;
        Ok(Self::of(blocks.copy(bytes)?, bytes.len(), count, None))
    }

    /// As many messages in `len` bytes that `fill` writes. None: it could not, or there is no memory.
    pub fn filled(
        len: usize,
        count: usize,
        size: Option<usize>,
        fill: impl FnOnce(&mut [u8]) -> bool,
    ) -> Option<Self> {
        let mut block = zeros(len).ok()?;
        fill(&mut block).then(|| Self::of(block, len, count, size))
    }

    /// Messages of which nothing is known.
    pub fn lost(count: usize) -> Self {
        Self::of(Box::default(), 0, count, Some(0))
    }

    fn of(block: Box<[u8]>, len: usize, count: usize, size: Option<usize>) -> Self {
        Self {
            block: Arc::new(block),
            at: 0,
            end: len,
            count,
            size,
        }
    }

    /// Its block, unless a part of it is elsewhere.
    pub fn into_block(self) -> Option<Box<[u8]>> {
        Arc::try_unwrap(self.block).ok()
    }

    /// All that is left, if it lies as messages of `size` bytes (`None`: as frames).
    pub fn bytes_as(&self, size: Option<usize>) -> Option<&[u8]> {
        self.block
            .get(self.at..self.end)
            .filter(|_| self.size == size)
    }

    /// The bytes of each message.
    pub fn messages(&self) -> impl Iterator<Item = &[u8]> {
        let mut at = self.at;
        (0..self.count).map(move |_| {
            let (begin, end) = self.message(at);
            at = end;
            self.block.get(begin..end).unwrap_or_default()
        })
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

/// Keeps the blocks of messages that were read.
pub fn reuse(piece: Piece<Msg>, blocks: &mut Blocks) {
    match piece {
        Piece::One(msg) => blocks.reuse(msg),
        Piece::Many(bulk) => {
            let run = bulk.into_any().downcast::<Run>().ok();
            if let Some(block) = run.and_then(|run| run.into_block()) {
                blocks.give(block);
            }
        }
    }
}

/// The length that the frame at `at` gives, if that lies within `bytes`.
pub fn frame_len(bytes: &[u8], at: usize) -> Option<usize> {
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

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_comes_apart_in_order() {
        let source: Vec<u8> = (0..24).collect();
        let mut run = Run::fixed(&mut Blocks::default(), &source, 4, 2, 10).unwrap();
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
        let mut run = Run::frames(&mut Blocks::default(), &source, 0, 3).unwrap();
        assert_eq!(run.split(2).len(), 2);
        assert_eq!(run.pop().unwrap().bytes(), [8, 9]);
        assert!(run.pop().is_none());
    }

    #[test]
    fn what_reaches_past_the_source_is_refused() {
        assert_eq!(
            Run::fixed(&mut Blocks::default(), &[0; 8], 1, 4, 2).unwrap_err(),
            Code::BadArgument
        );
        assert_eq!(
            Run::fixed(&mut Blocks::default(), &[0; 8], 1, usize::MAX, 2).unwrap_err(),
            Code::BadArgument
        );
        assert_eq!(
            Run::frames(&mut Blocks::default(), &[255; 8], 0, 1).unwrap_err(),
            Code::BadArgument
        );
        assert_eq!(
            Run::frames(&mut Blocks::default(), &[0; 6], 0, 2).unwrap_err(),
            Code::BadArgument
        );
    }
}
