//! A message: bytes, 22 of them inline.
//!
//! Invariant: `Msg` is 24 bytes, so that a ring slot of 32 holds one with its stamp. Making one never aborts: out of
//! memory is an answer.

use crate::blocks::{Blocks, exact};
use crate::wire::Code;

/// Bytes that fit without an allocation.
pub const INLINE: usize = 22;

/// One message in a channel.
#[derive(Debug)]
pub enum Msg {
    /// Up to [`INLINE`] bytes; what lies behind `len` is noise.
    Inline {
        /// How many bytes are the message.
        len: u8,
        /// The message, and noise.
        bytes: [u8; INLINE],
    },
    /// More bytes than that.
    Heap {
        /// How many bytes are the message.
        len: u32,
        /// The message, and what else the block has room for.
        block: Box<[u8]>,
    },
}

const _: () = assert!(size_of::<Msg>() == 24, "a message is three words");
const _: () = assert!(
    size_of::<hchan_core::Piece<Msg>>() == 24,
    "and so is what rests in a queue"
);

impl Msg {
    /// No bytes.
    pub const EMPTY: Self = Self::Inline {
        len: 0,
        bytes: [0; INLINE],
    };

    /// Copies `source[at..at + len]` into a block of `blocks`, if it needs one.
    #[inline]
    pub fn copy_to(
        blocks: &mut Blocks,
        source: &[u8],
        at: usize,
        len: usize,
    ) -> Result<Self, Code> {
        Self::make(source, at, len, |bytes| blocks.copy(bytes))
    }

    /// Copies `source[at..at + len]`.
    #[inline]
    pub fn copy(source: &[u8], at: usize, len: usize) -> Result<Self, Code> {
        Self::make(source, at, len, exact)
    }

    /// Short messages are copied as 22 bytes whatever their length, where the source has them, because a copy of constant
    /// size needs no call.
    #[inline]
    fn make(
        source: &[u8],
        at: usize,
        len: usize,
        block: impl FnOnce(&[u8]) -> Result<Box<[u8]>, Code>,
    ) -> Result<Self, Code> {
        let end = at
            .checked_add(len)
            .filter(|end| *end <= source.len())
            .ok_or(Code::BadArgument)?;
        if len > INLINE {
            let block = block(&source[at..end])?;
            let len = u32::try_from(len).map_err(|_| Code::BadArgument)?;
            return Ok(Self::Heap { len, block });
        }
        let mut bytes = [0; INLINE];
        if let Some(wide) = source.get(at..at + INLINE) {
            bytes.copy_from_slice(wide);
        } else {
            bytes[..len].copy_from_slice(&source[at..end]);
        }
        #[expect(clippy::cast_possible_truncation, reason = "len is at most 22")]
        Ok(Self::Inline {
            len: len as u8,
            bytes,
        })
    }

    /// How long the message is.
    pub fn len(&self) -> usize {
        match self {
            Self::Inline { len, .. } => usize::from(*len),
            Self::Heap { len, .. } => *len as usize,
        }
    }

    /// The message.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Inline { len, bytes } => &bytes[..usize::from(*len)],
            Self::Heap { len, block } => &block[..*len as usize],
        }
    }

    /// Writes the message to the start of `target`, and noise behind a short one if there is room. False: it does not fit.
    pub fn write(&self, target: &mut [u8]) -> bool {
        if let (Self::Inline { bytes, .. }, Some(wide)) = (self, target.first_chunk_mut::<INLINE>())
        {
            *wide = *bytes;
            return true;
        }
        let bytes = self.bytes();
        let Some(exact) = target.get_mut(..bytes.len()) else {
            return false;
        };
        exact.copy_from_slice(bytes);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(len: usize) -> Vec<u8> {
        (0..len)
            .map(|i| u8::try_from(i % 251).expect("below 251"))
            .collect()
    }

    #[test]
    fn comes_out_as_it_went_in_around_the_inline_limit() {
        for len in [0, 1, 21, 22, 23, 24, 1000] {
            let source = sample(len);
            let msg = Msg::copy(&source, 0, len).expect("fits");
            assert_eq!((msg.len(), msg.bytes()), (len, &source[..]));
            assert_eq!(matches!(msg, Msg::Inline { .. }), len <= INLINE);
        }
    }

    #[test]
    fn copies_from_the_middle_with_and_without_room_behind() {
        let source = sample(40);
        for (at, len) in [(3, 8), (30, 10), (40, 0), (2, 30)] {
            let msg = Msg::copy(&source, at, len).expect("fits");
            assert_eq!(msg.bytes(), &source[at..at + len]);
        }
    }

    #[test]
    fn refuses_what_is_not_in_the_source() {
        let source = sample(40);
        for (at, len) in [(0, 41), (41, 0), (39, 2), (usize::MAX, 2), (1, usize::MAX)] {
            assert_eq!(
                Msg::copy(&source, at, len).expect_err("out of bounds"),
                Code::BadArgument
            );
        }
    }

    #[test]
    fn writes_into_exact_room_and_not_into_less() {
        for len in [0, 5, 22, 23, 50] {
            let source = sample(len);
            let msg = Msg::copy(&source, 0, len).expect("fits");
            let mut exact = vec![0xEE; len];
            assert!(msg.write(&mut exact));
            assert_eq!(exact, source);
            let mut wide = vec![0xEE; len + 64];
            assert!(msg.write(&mut wide));
            assert_eq!(&wide[..len], &source[..]);
            if len > 0 {
                assert!(!msg.write(&mut vec![0; len - 1]));
            }
        }
    }
}
