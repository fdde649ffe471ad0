//! The values that are sent: the same kinds as in `src/bench/payload.ts`, each with a number to check it by.

use std::sync::OnceLock;

/// Something to send.
pub trait Payload: Send + 'static {
    /// The value of message `index`. Made anew, as copying it between Node's threads makes it anew.
    fn make(index: usize) -> Self;
    /// What both sides add up.
    fn key(&self) -> u64;
}

/// One f64.
pub struct Number(f64);

impl Payload for Number {
    #[allow(clippy::cast_precision_loss, reason = "no run has 2^53 messages")]
    fn make(index: usize) -> Self {
        Self(index as f64)
    }

    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it was made from an index"
    )]
    fn key(&self) -> u64 {
        self.0 as u64
    }
}

/// 64 characters.
pub struct Text(String);

impl Payload for Text {
    fn make(index: usize) -> Self {
        Self(format!("{:<64}", index & 1023))
    }

    fn key(&self) -> u64 {
        self.0.len() as u64 + u64::from(self.0.as_bytes()[0])
    }
}

/// `N` bytes.
pub struct Bytes<const N: usize>(Vec<u8>);

impl<const N: usize> Payload for Bytes<N> {
    fn make(index: usize) -> Self {
        Self(vec![u8::try_from(index & 0xff).unwrap_or(0); N])
    }

    fn key(&self) -> u64 {
        self.0.len() as u64 + u64::from(self.0[0]) + u64::from(self.0[N - 1])
    }
}

/// A small object.
pub struct Person {
    id: u32,
    name: String,
    tags: [String; 3],
}

impl Payload for Person {
    fn make(index: usize) -> Self {
        let id = u32::try_from(index & 1023).unwrap_or(0);
        Self {
            id,
            name: format!("customer {id}"),
            tags: ["new".into(), format!("area {}", id % 50), "mail".into()],
        }
    }

    fn key(&self) -> u64 {
        u64::from(self.id) + self.tags.len() as u64 + u64::from(self.name.is_empty())
    }
}

/// 1 KiB, moved as it is.
#[derive(Clone, Copy)]
pub struct Block([u8; 1024]);

/// Ready blocks, so that what is measured is the way of each, not its making.
fn blocks() -> &'static [Block; 256] {
    static BLOCKS: OnceLock<Box<[Block; 256]>> = OnceLock::new();
    BLOCKS.get_or_init(|| {
        let block = |index| Block([u8::try_from(index).unwrap_or(0); 1024]);
        Box::new(std::array::from_fn(block))
    })
}

impl Payload for Block {
    fn make(index: usize) -> Self {
        blocks()[index & 255]
    }

    fn key(&self) -> u64 {
        u64::from(self.0[0]) + u64::from(self.0[1023])
    }
}

impl Payload for Box<Block> {
    fn make(index: usize) -> Self {
        Box::new(blocks()[index & 255])
    }

    fn key(&self) -> u64 {
        self.as_ref().key()
    }
}

impl Payload for &'static Block {
    fn make(index: usize) -> Self {
        &blocks()[index & 255]
    }

    fn key(&self) -> u64 {
        Block::key(self)
    }
}

/// What `key` adds up to over the first `count` values.
pub fn expected<P: Payload>(count: usize) -> u64 {
    (0..count).map(|index| P::make(index).key()).sum()
}
