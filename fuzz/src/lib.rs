//! What is fuzzed: each function reads a script out of arbitrary bytes, plays it and panics where a promise is broken.
//!
//! `channel` plays one script on the three flavors and on a model, one thing at a time; `message` and `slab` are the two parts
//! of the addon that numbers from JavaScript reach first, compiled in from its sources.

mod channel;
pub mod corpus;
mod message;
mod slab;

#[allow(dead_code, reason = "the addon uses all of it")]
#[path = "../../crates/node/src/blocks.rs"]
mod blocks;
#[allow(dead_code, reason = "the addon uses all of it")]
#[path = "../../crates/node/src/msg.rs"]
mod msg;
#[allow(dead_code, reason = "the addon uses all of it")]
#[path = "../../crates/node/src/slab.rs"]
mod table;
#[allow(dead_code, reason = "the addon uses all of it")]
#[path = "../../crates/node/src/wire.rs"]
mod wire;

pub use channel::channel;
pub use message::message;
pub use slab::slab;

/// Bytes as a source of choices; 0 once they are used up.
struct Choices<'a>(&'a [u8]);

impl Choices<'_> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        *first
    }

    fn below(&mut self, bound: u8) -> usize {
        usize::from(self.byte() % bound)
    }

    fn word(&mut self) -> u32 {
        u32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()])
    }
}
