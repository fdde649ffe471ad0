//! What the addon and JavaScript agree on, byte by byte. Twin of `src/native/wire.ts`, `word.ts` and `code.ts`; a test compares them.
//!
//! One `ArrayBuffer` per thread, the scratch. JavaScript encodes into it and passes offsets; native writes results at
//! `base`. The first 64 bytes are sixteen little-endian words of 32 bits:
//!
//! ```text
//!  word  0        1        2        3        4        5        6        7      8 … 15
//!     ┌────────┬────────┬────────┬────────┬────────┬────────┬────────┬────────┬────────┐
//!     │ base   │ count  │ case   │ status │ flavor │ id low │ id high│capacity│ stats  │
//!     └────────┴────────┴────────┴────────┴────────┴────────┴────────┴────────┴────────┘
//!  base      where native may write; JavaScript keeps it (64, or more while an encode is under way)
//!  count     length of the message at base, that is to be sent or was received; how many bytes are needed, after NEED_GROW;
//!            how many messages are held, after a batch; how many were lent or granted; whether
//!            more is left, after a drain
//!  case, status               of a select that was settled
//!  flavor, id, capacity       of the handle that `open` or `attach` made; capacity −1 is unbounded
//!  stats     word 8: channels alive in the process, 9: handles of this thread, 10: parked operations of this thread
//!
//!  frame        u32 length │ bytes                                     back to back, not aligned
//!  texts        u32 2^31 + n │ u16 length, n times │ ASCII, back to back    for n frames of one short string each, as `Writer.string`
//!               writes it; only in what is sent
//!  fixed        bytes                                                  `size` each, back to back
//!  case         i32 kind │ i32 handle │ i32 offset │ i32 length        offset and length: of what a send case sends
//!  completion   i32 op │ i32 case │ i32 status │ i32 length │ bytes, padded to a multiple of 4; the first at `base`
//!               rounded up to a multiple of 4
//!  token        u64 id │ u128 key │ u64 grant
//!  board        i32 taken │ i32 length, 127 times │ bytes, back to back     a handle's own memory, see `board.rs`
//!  page         64 bytes, JavaScript's │ i32 written │ … │ frames or fixed, from byte 128     likewise, see `page.rs`
//! ```
//!
//! Every callback returns an integer: 0 or more is a result, below 0 is one of [`Code`].

/// Bytes of the header; no result is ever written below.
pub const HEADER: usize = 64;

/// Header words, by index.
pub mod word {
    /// Where native may write results.
    pub const BASE: usize = 0;
    /// Length of a result, or the bytes it needs, or whether more is left.
    pub const COUNT: usize = 1;
    /// The case that happened.
    pub const CASE: usize = 2;
    /// How it ended, as [`super::status`].
    pub const STATUS: usize = 3;
    /// Which flavor carries the channel, as [`super::flavor`].
    pub const FLAVOR: usize = 4;
    /// The channel's number, lower half.
    pub const ID_LOW: usize = 5;
    /// The channel's number, upper half.
    pub const ID_HIGH: usize = 6;
    /// The channel's capacity; −1 is unbounded.
    pub const CAPACITY: usize = 7;
    /// Channels alive in the process.
    pub const CHANNELS: usize = 8;
    /// Handles alive in this thread.
    pub const HANDLES: usize = 9;
    /// Operations of this thread that are parked or not yet drained.
    pub const OPS: usize = 10;
}

/// How a case ended; the numbers of `Status` in `src/engine.ts`.
pub mod status {
    /// The message went, was taken, or (watch) the case may be ready.
    pub const DONE: i32 = 1;
    /// The channel is closed.
    pub const CLOSED: i32 = 2;
    /// Nobody can receive any more.
    pub const DISCONNECTED: i32 = 3;
}

/// What a select case does.
pub mod kind {
    /// Receive.
    pub const RECV: i32 = 0;
    /// Send the bytes at `offset`.
    pub const SEND: i32 = 1;
    /// Tell when a receive may be ready.
    pub const WATCH_RECV: i32 = 2;
    /// Tell when a send may be ready.
    pub const WATCH_SEND: i32 = 3;
}

/// What carries a channel.
pub mod flavor {
    /// Go's algorithm under one mutex.
    pub const MUTEX: i32 = 0;
    /// crossbeam-channel between two gates.
    pub const CROSSBEAM: i32 = 1;
    /// kanal between two gates.
    pub const KANAL: i32 = 2;
}

/// Words of a select case.
pub const CASE_WORDS: usize = 4;
/// Bytes of a completion before its payload.
pub const COMPLETION: usize = 16;
/// Bytes of a frame before its payload.
pub const FRAME: usize = 4;
/// In a frame's length: texts follow, as many as the rest of it says.
pub const TEXTS: u32 = 1 << 31;
/// Bytes of a text there.
pub const LONGEST_TEXT: usize = 4095;
/// Bytes of a token.
pub const TOKEN: usize = 32;
/// Bytes of a board before the messages.
pub const BOARD_HEADER: usize = 512;
/// Messages on a board.
pub const MOST_LENT: usize = 127;
/// Bytes of a page before the messages.
pub const PAGE_HEADER: usize = 128;
/// The word of a page that counts its messages.
pub const PAGE_WRITTEN: usize = 16;
/// Messages on a page.
pub const MOST_CREDIT: usize = 256;

/// Why a call has no result. Nothing happened, except after `NeedGrow`, whose result waits for `fetchHeld` or the next drain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Code {
    /// Full, empty, or no case is ready.
    Blocked = -1,
    /// Closed (send), closed and drained (receive).
    Closed = -2,
    /// Nobody can receive any more.
    Disconnected = -3,
    /// The result does not fit between base and end of the scratch; word 1 says how many bytes it needs.
    NeedGrow = -4,
    /// The system has no memory for the message.
    NoMemory = -5,
    /// The handle or operation is stale or was never given out.
    BadHandle = -6,
    /// An argument is not what the call documents.
    BadArgument = -7,
    /// The token names no living channel, or not with this key and direction.
    Gone = -8,
    /// A table of this thread is full.
    Limit = -9,
    /// The thread is ending, or `init` was not called.
    Dead = -10,
    /// A defect in the addon; nothing is known about the call.
    Internal = -11,
}

impl From<Code> for i32 {
    fn from(code: Code) -> Self {
        code as Self
    }
}

/// What callbacks return.
pub type Reply = Result<i32, Code>;

#[cfg(test)]
mod tests {
    use super::*;

    const TWIN: &str = include_str!("../../../src/native/wire.ts");
    const WORDS: &str = include_str!("../../../src/native/word.ts");
    const CODES: &str = include_str!("../../../src/native/code.ts");

    /// The number that the twin gives to `name` in the object `object`, or at top level.
    fn twin(text: &'static str, object: Option<&str>, name: &str) -> i32 {
        let text = object.map_or(text, |object| {
            let at = text
                .find(&format!("export const {object} = {{"))
                .unwrap_or_else(|| panic!("{object} is not in wire.ts"));
            let rest = &text[at..];
            &rest[..rest.find("} as const").expect("object ends")]
        });
        let key = object.map_or_else(
            || format!("export const {name} = "),
            |_| format!("  {name}: "),
        );
        let at = text
            .find(&key)
            .unwrap_or_else(|| panic!("{name} is not in wire.ts"))
            + key.len();
        let number: String = text[at..]
            .chars()
            .take_while(|c| c.is_ascii_digit() || *c == '-')
            .collect();
        number
            .parse()
            .unwrap_or_else(|_| panic!("{name} in wire.ts is not a number"))
    }

    fn same(text: &'static str, object: Option<&str>, pairs: &[(&str, i32)]) {
        for (name, value) in pairs {
            assert_eq!(twin(text, object, name), *value, "{name}");
        }
    }

    fn index(value: usize) -> i32 {
        i32::try_from(value).expect("small")
    }

    #[test]
    fn the_twins_agree_on_sizes() {
        same(
            TWIN,
            None,
            &[
                ("HEADER", index(HEADER)),
                ("CASE_WORDS", index(CASE_WORDS)),
                ("COMPLETION", index(COMPLETION)),
                ("FRAME", index(FRAME)),
                ("TOKEN", index(TOKEN)),
                ("BOARD_HEADER", index(BOARD_HEADER)),
                ("MOST_LENT", index(MOST_LENT)),
                ("PAGE_HEADER", index(PAGE_HEADER)),
                ("PAGE_WRITTEN", index(PAGE_WRITTEN)),
            ],
        );
    }

    #[test]
    fn the_twins_agree_on_header_words() {
        same(
            WORDS,
            None,
            &[
                ("BASE", index(word::BASE)),
                ("COUNT", index(word::COUNT)),
                ("CASE", index(word::CASE)),
                ("STATUS", index(word::STATUS)),
                ("FLAVOR", index(word::FLAVOR)),
                ("ID_LOW", index(word::ID_LOW)),
                ("ID_HIGH", index(word::ID_HIGH)),
                ("CAPACITY", index(word::CAPACITY)),
                ("CHANNELS", index(word::CHANNELS)),
                ("HANDLES", index(word::HANDLES)),
                ("OPS", index(word::OPS)),
            ],
        );
    }

    #[test]
    fn the_twins_agree_on_kinds_and_flavors() {
        same(
            TWIN,
            Some("Kind"),
            &[
                ("RECV", kind::RECV),
                ("SEND", kind::SEND),
                ("WATCH_RECV", kind::WATCH_RECV),
                ("WATCH_SEND", kind::WATCH_SEND),
            ],
        );
        same(
            TWIN,
            Some("Flavor"),
            &[
                ("mutex", flavor::MUTEX),
                ("crossbeam", flavor::CROSSBEAM),
                ("kanal", flavor::KANAL),
            ],
        );
    }

    #[test]
    fn the_twins_agree_on_codes() {
        same(
            CODES,
            None,
            &[
                ("BLOCKED", Code::Blocked.into()),
                ("CLOSED", Code::Closed.into()),
                ("DISCONNECTED", Code::Disconnected.into()),
                ("NEED_GROW", Code::NeedGrow.into()),
                ("NO_MEMORY", Code::NoMemory.into()),
                ("BAD_HANDLE", Code::BadHandle.into()),
                ("BAD_ARGUMENT", Code::BadArgument.into()),
                ("GONE", Code::Gone.into()),
                ("LIMIT", Code::Limit.into()),
                ("DEAD", Code::Dead.into()),
                ("INTERNAL", Code::Internal.into()),
            ],
        );
    }
}
