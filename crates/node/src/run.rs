//! A batch of messages in one block, as it lay in the scratch.
//!
//! Invariant: `block[at..end]` holds `count` messages, each of `size` bytes back to back, or, where `size` is `None`, as
//! frames. Parts of one batch share the block.

use std::any::Any;
use std::sync::Arc;

use hchan_core::{Bulk, Piece};

use crate::blocks::{Blocks, zeros};
use crate::msg::Msg;
use crate::wire::{Code, FRAME, LONGEST_TEXT, TEXTS};

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

    /// Copies `count` frames from `source[at..]`, those that stand there as texts included.
    pub fn frames(
        blocks: &mut Blocks,
        source: &[u8],
        at: usize,
        count: usize,
    ) -> Result<Self, Code> {
        let (mut end, mut left, mut len, mut as_it_lies) = (at, count, 0, true);
        while left > 0 {
            let part = Part::at(source, end).ok_or(Code::BadArgument)?;
            left = left.checked_sub(part.count()).ok_or(Code::BadArgument)?;
            len += part.framed();
            as_it_lies &= matches!(part, Part::Frame(_));
            end = part.end(end);
        }
        let bytes = source.get(at..end).ok_or(Code::BadArgument)?;
        if as_it_lies {
            return Ok(Self::of(blocks.copy(bytes)?, len, count, None));
        }
        let block = blocks.filled(len, |mut out| {
            let mut from = 0;
            while let Some(part) = Part::at(bytes, from) {
                out = part.write(out);
                from = part.end(from);
            }
        })?;
        Ok(Self::of(block, len, count, None))
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

/// One frame, or texts that are to be frames.
enum Part<'a> {
    Frame(&'a [u8]),
    Texts {
        lengths: &'a [[u8; 2]],
        text: &'a [u8],
    },
}

impl<'a> Part<'a> {
    /// What begins at `at`, if it lies within `source` and is of its form.
    fn at(source: &'a [u8], at: usize) -> Option<Self> {
        let (word, rest) = source.get(at..)?.split_first_chunk()?;
        let word = u32::from_le_bytes(*word);
        let count = usize::try_from(word & !TEXTS).ok()?;
        if word & TEXTS == 0 {
            return rest.get(..count).map(Self::Frame);
        }
        let (table, rest) = rest.split_at_checked(count.checked_mul(2)?)?;
        let (lengths, _) = table.as_chunks();
        let longest = lengths.iter().copied().map(text_len).max()?;
        let text = rest.get(..lengths.iter().copied().map(text_len).sum())?;
        (longest <= LONGEST_TEXT).then_some(Self::Texts { lengths, text })
    }

    /// How many messages it is.
    fn count(&self) -> usize {
        match self {
            Self::Frame(_) => 1,
            Self::Texts { lengths, .. } => lengths.len(),
        }
    }

    /// Bytes of its frames.
    fn framed(&self) -> usize {
        match self {
            Self::Frame(bytes) => FRAME + bytes.len(),
            Self::Texts { lengths, text } => {
                let heads = lengths.iter().map(|len| head(text_len(*len)).1);
                text.len() + heads.map(|width| FRAME + width).sum::<usize>()
            }
        }
    }

    /// Where it ends that begins at `at`.
    fn end(&self, at: usize) -> usize {
        match self {
            Self::Frame(bytes) => at + FRAME + bytes.len(),
            Self::Texts { lengths, text } => at + FRAME + size_of_val(*lengths) + text.len(),
        }
    }

    /// Writes its frames to the start of `out`, which has room for them, and returns what is behind.
    fn write<'b>(&self, out: &'b mut [u8]) -> &'b mut [u8] {
        match *self {
            Self::Frame(bytes) => {
                let (frame, rest) = out.split_at_mut(FRAME + bytes.len());
                frame[..FRAME].copy_from_slice(&word(bytes.len()));
                frame[FRAME..].copy_from_slice(bytes);
                rest
            }
            Self::Texts { lengths, mut text } => lengths.iter().fold(out, |out, len| {
                let (bytes, behind) = text.split_at(text_len(*len));
                text = behind;
                let (head, width) = head(bytes.len());
                let (frame, rest) = out.split_at_mut(FRAME + width + bytes.len());
                frame[..FRAME].copy_from_slice(&word(width + bytes.len()));
                frame[FRAME..FRAME + width].copy_from_slice(&head[..width]);
                frame[FRAME + width..].copy_from_slice(bytes);
                rest
            }),
        }
    }
}

fn text_len(len: [u8; 2]) -> usize {
    u16::from_le_bytes(len).into()
}

/// A frame's length as it stands there; no scratch is as long as 4 GiB.
fn word(len: usize) -> [u8; FRAME] {
    u32::try_from(len).unwrap_or(u32::MAX).to_le_bytes()
}

/// How `Writer.string` begins a text of `len` bytes of ASCII, and how many of these bytes count.
fn head(len: usize) -> ([u8; 2], usize) {
    let varint = if len < 32 {
        len << 2
    } else {
        (len & 31) << 2 | 128 | len >> 5 << 8
    };
    let [low, high, ..] = varint.to_le_bytes();
    ([low, high], if len < 32 { 1 } else { 2 })
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
    fn texts_become_frames() {
        let mut source = vec![9, 1, 0, 0, 0, 7];
        source.extend([3, 0, 0, 0x80, 2, 0, 0, 0, 33, 0, b'a', b'b']);
        source.extend([b'c'; 33]);
        source.extend([1, 0, 0, 0, 8]);
        let run = Run::frames(&mut Blocks::default(), &source, 1, 5).unwrap();
        let mut frames = vec![1, 0, 0, 0, 7];
        frames.extend([3, 0, 0, 0, 8, b'a', b'b', 1, 0, 0, 0, 0]);
        frames.extend([35, 0, 0, 0, 0x84, 1]);
        frames.extend([b'c'; 33]);
        frames.extend([1, 0, 0, 0, 8]);
        assert_eq!(run.bytes_as(None).unwrap(), frames);
        assert_eq!(run.len(), 5);
    }

    #[test]
    fn texts_that_are_none_are_refused() {
        let frames = |source: &[u8], count| {
            Run::frames(&mut Blocks::default(), source, 0, count).unwrap_err()
        };
        let one = [1, 0, 0, 0x80, 1, 0, b'a'];
        assert!(Run::frames(&mut Blocks::default(), &one, 0, 1).is_ok());
        assert_eq!(frames(&one[..6], 1), Code::BadArgument);
        assert_eq!(frames(&one[..5], 1), Code::BadArgument);
        assert_eq!(frames(&[0, 0, 0, 0x80], 1), Code::BadArgument);
        assert_eq!(frames(&[255; 64], 1), Code::BadArgument);
        assert_eq!(frames(&[2, 0, 0, 0x80, 0, 0, 0, 0], 1), Code::BadArgument);
        let mut long = vec![1, 0, 0, 0x80, 0, 16];
        long.extend([b'a'; 4096]);
        assert_eq!(frames(&long, 1), Code::BadArgument);
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
