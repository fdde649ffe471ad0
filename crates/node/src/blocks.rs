//! Memory for messages that do not fit a slot, used again.
//!
//! A message is made in one thread and read in another. A general allocator gets its memory back in the thread that did
//! not ask for it, and both then wait for one lock. So a thread keeps the blocks of what it has received for what it
//! sends. As most threads do one of the two, whole magazines of blocks go over a depot from those that receive to those
//! that send, at one lock for each: Bonwick and Adams, "Magazines and Vmem" (2001), section 3.
//!
//! Blocks come in sizes a quarter of a power of two apart, so that at most a fifth of one is empty. What a thread keeps
//! is at most two magazines of each size, what the depot keeps [`DEEPEST`]; the rest goes back to the allocator.

use std::array;
use std::mem;
use std::sync::{Mutex, PoisonError};

use crate::msg::Msg;
use crate::wire::Code;

/// Sizes: 32, 40, 48, 56, 64, 80 … 28672.
const CLASSES: usize = 40;
/// Magazines of one size in the depot.
const DEEPEST: usize = 16;

type Block = Box<[u8]>;
type Magazine = Vec<Block>;

static DEPOT: [Mutex<Vec<Magazine>>; CLASSES] = [const { Mutex::new(Vec::new()) }; CLASSES];

/// Bytes of a block.
const fn size_of_class(class: usize) -> usize {
    (4 + class % 4) << (3 + class / 4)
}

/// The smallest size for `len` bytes. None: longer than blocks are kept for.
fn class_of(len: usize) -> Option<usize> {
    let last = len.max(size_of_class(0)) - 1;
    let power = last.ilog2() as usize;
    let class = if len <= size_of_class(0) {
        0
    } else {
        (power - 5) * 4 + ((last - (1 << power)) >> (power - 2)) + 1
    };
    (class < CLASSES).then_some(class)
}

/// Blocks in a magazine: 64 KiB of them.
const fn magazine(class: usize) -> usize {
    let blocks = 65_536 / size_of_class(class);
    if blocks < 2 {
        2
    } else if blocks > 64 {
        64
    } else {
        blocks
    }
}

/// `bytes` and then zeros in `len` bytes from the allocator. Never aborts.
fn fresh(bytes: &[u8], len: usize) -> Result<Block, Code> {
    let mut block = Vec::new();
    block.try_reserve_exact(len).map_err(|_| Code::NoMemory)?;
    block.extend_from_slice(bytes);
    block.resize(len, 0);
    Ok(block.into_boxed_slice())
}

/// `len` zeros, which are not used again.
pub fn zeros(len: usize) -> Result<Block, Code> {
    fresh(&[], len)
}

/// `bytes` in a block of just their length, which is not used again.
pub fn exact(bytes: &[u8]) -> Result<Block, Code> {
    fresh(bytes, bytes.len())
}

/// The spare blocks of one thread.
#[derive(Debug)]
pub struct Blocks {
    spare: [Magazine; CLASSES],
    /// Where `filled` writes: nothing before that, then as long as the longest block that is used again.
    draft: Block,
}

impl Default for Blocks {
    fn default() -> Self {
        Self {
            spare: array::from_fn(|_| Vec::new()),
            draft: Block::default(),
        }
    }
}

impl Blocks {
    /// A block of at least `len` bytes, of which `fill` writes the first `len`.
    ///
    /// What is used again lies in the cache of the thread that has read it, and a line of it that is written bit by bit
    /// is fetched from there first. So it is written elsewhere, and copied at once, for which nothing is fetched.
    pub fn filled(&mut self, len: usize, fill: impl FnOnce(&mut [u8])) -> Result<Block, Code> {
        if class_of(len).is_none() {
            let mut block = zeros(len)?;
            fill(&mut block);
            return Ok(block);
        }
        let mut draft = mem::take(&mut self.draft);
        if draft.is_empty() {
            draft = zeros(size_of_class(CLASSES - 1))?;
        }
        fill(&mut draft[..len]);
        let block = self.copy(&draft[..len]);
        self.draft = draft;
        block
    }

    /// `bytes` at the start of a block that is large enough; what is behind them is noise.
    pub fn copy(&mut self, bytes: &[u8]) -> Result<Block, Code> {
        let Some(class) = class_of(bytes.len()) else {
            return exact(bytes);
        };
        let Some(mut block) = self.spare(class) else {
            return fresh(bytes, size_of_class(class));
        };
        block[..bytes.len()].copy_from_slice(bytes);
        Ok(block)
    }

    fn spare(&mut self, class: usize) -> Option<Block> {
        let spare = &mut self.spare[class];
        if spare.is_empty() {
            let depot = &DEPOT[class];
            *spare = depot.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
        }
        spare.pop()
    }

    /// Keeps the block of a message that was read, or did not go.
    #[inline]
    pub fn reuse(&mut self, msg: Msg) {
        if let Msg::Heap { block, .. } = msg {
            self.give(block);
        }
    }

    /// Keeps a block.
    pub fn give(&mut self, block: Block) {
        // Others were made for one message and are of just its length.
        let Some(class) =
            class_of(block.len()).filter(|class| size_of_class(*class) == block.len())
        else {
            return;
        };
        let spare = &mut self.spare[class];
        spare.push(block);
        if spare.len() < 2 * magazine(class) {
            return;
        }
        let full = spare.split_off(magazine(class));
        let mut depot = DEPOT[class].lock().unwrap_or_else(PoisonError::into_inner);
        if depot.len() < DEEPEST {
            depot.push(full);
        } else {
            // Not freed under the lock.
            drop(depot);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_gets_the_smallest_block_that_it_fits() {
        for len in 0..=size_of_class(CLASSES - 1) {
            let class = class_of(len).expect("there is a class");
            assert!(size_of_class(class) >= len);
            assert!(class == 0 || size_of_class(class - 1) < len);
        }
        assert_eq!(class_of(size_of_class(CLASSES - 1) + 1), None);
        let long = Blocks::default().copy(&vec![1; 100_000]);
        assert_eq!(long.map(|block| block.len()), Ok(100_000));
    }

    #[test]
    fn what_is_filled_is_what_was_written_and_of_that_length() {
        let mut blocks = Blocks::default();
        for len in [0, 1, 40, 41, 28_672, 28_673, 100_000, 41] {
            let wrote = |out: &mut [u8]| {
                assert_eq!(out.len(), len);
                for (i, byte) in out.iter_mut().enumerate() {
                    *byte = u8::try_from(i % 251).expect("below 251");
                }
            };
            let block = blocks.filled(len, wrote).expect("memory");
            let expected: Vec<u8> = (0..len)
                .map(|i| u8::try_from(i % 251).expect("below 251"))
                .collect();
            assert_eq!(block[..len], expected);
            blocks.give(block);
        }
    }

    #[test]
    fn what_one_thread_has_read_another_one_sends() {
        // A size of its own, as the depot is everybody's.
        const LEN: usize = 3000;
        let class = class_of(LEN).expect("there is a class");
        let (mut reader, mut sender) = (Blocks::default(), Blocks::default());
        let blocks: Vec<_> = (0..2 * magazine(class))
            .map(|_| sender.copy(&[7; LEN]).expect("memory"))
            .collect();
        let known: Vec<_> = blocks.iter().map(|block| block.as_ptr()).collect();
        for block in blocks {
            reader.give(block);
        }
        assert_eq!(reader.spare[class].len(), magazine(class));
        for _ in 0..magazine(class) {
            let block = sender.copy(&[7; LEN]).expect("memory");
            assert!(known.contains(&block.as_ptr()));
        }
    }

    #[test]
    fn keeps_no_more_than_it_says() {
        const LEN: usize = 6000;
        let class = class_of(LEN).expect("there is a class");
        let mut reader = Blocks::default();
        for _ in 0..100 * magazine(class) {
            reader.give(exact(&vec![0; size_of_class(class)]).expect("memory"));
        }
        assert!(reader.spare[class].len() < 2 * magazine(class));
        assert!(DEPOT[class].lock().expect("not poisoned").len() <= DEEPEST);
        reader.give(exact(&[0; LEN]).expect("memory"));
        assert!(
            reader
                .spare
                .iter()
                .flatten()
                .all(|block| block.len() != LEN)
        );
    }
}
