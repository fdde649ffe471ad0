/**
 * What the addon and JavaScript agree on, byte by byte. Twin of `crates/node/src/wire.rs`; a test compares the two.
 *
 * One `ArrayBuffer` per thread, the scratch. JavaScript encodes into it and passes offsets; native writes results at
 * `base`. The first 64 bytes are sixteen little-endian words of 32 bits:
 *
 * ```text
 *  word  0        1        2        3        4        5        6        7      8 … 15
 *     ┌────────┬────────┬────────┬────────┬────────┬────────┬────────┬────────┬────────┐
 *     │ base   │ count  │ case   │ status │ flavor │ id low │ id high│capacity│ stats  │
 *     └────────┴────────┴────────┴────────┴────────┴────────┴────────┴────────┴────────┘
 *  base      where native may write; JavaScript keeps it (64, or more while an encode is under way)
 *  count     length of the message at base, that is to be sent or was received; how many bytes are needed, after NEED_GROW;
 *            how many messages are held, after a batch; how many were lent; whether more is left, after a drain
 *  case, status               of a select that was settled
 *  flavor, id, capacity       of the handle that `open` or `attach` made; capacity −1 is unbounded
 *  stats     word 8: channels alive in the process, 9: handles of this thread, 10: parked operations of this thread
 *
 *  frame        u32 length │ bytes                                     back to back, not aligned
 *  fixed        bytes                                                  `size` each, back to back
 *  case         i32 kind │ i32 handle │ i32 offset │ i32 length        offset and length: of what a send case sends
 *  completion   i32 op │ i32 case │ i32 status │ i32 length │ bytes, padded to a multiple of 4; the first at `base`
 *               rounded up to a multiple of 4
 *  token        u64 id │ u128 key │ u64 grant
 *  board        i32 taken │ i32 length, 31 times │ bytes, back to back     a handle's own memory, see `ahead.ts`
 * ```
 *
 * Every callback returns an integer: 0 or more is a result, below 0 is one of `Code`.
 */

/** Bytes of the header; no result is ever written below. */
export const HEADER = 64;
/** Words of a select case. */
export const CASE_WORDS = 4;
/** Bytes of a completion before its payload. */
export const COMPLETION = 16;
/** Bytes of a frame before its payload. */
export const FRAME = 4;
/** Bytes of a token. */
export const TOKEN = 32;
/** Bytes of a board before the messages. */
export const BOARD_HEADER = 128;
/** Messages on a board. */
export const MOST_LENT = 31;

/** Header words, by index. */
export const Word = {
  BASE: 0,
  COUNT: 1,
  CASE: 2,
  STATUS: 3,
  FLAVOR: 4,
  ID_LOW: 5,
  ID_HIGH: 6,
  CAPACITY: 7,
  CHANNELS: 8,
  HANDLES: 9,
  OPS: 10,
} as const;

/** What a select case does. */
export const Kind = {
  RECV: 0,
  SEND: 1,
  WATCH_RECV: 2,
  WATCH_SEND: 3,
} as const;

/** What carries a channel. */
export const Flavor = {
  mutex: 0,
  crossbeam: 1,
  kanal: 2,
} as const;

/** Why a call has no result. Nothing happened, except after `NEED_GROW`, whose result waits for `fetchHeld` or the next drain. */
export const Code = {
  /** Full, empty, or no case is ready. */
  BLOCKED: -1,
  /** Closed (send), closed and drained (receive). */
  CLOSED: -2,
  /** Nobody can receive any more. */
  DISCONNECTED: -3,
  /** The result does not fit between base and end of the scratch; word 1 says how many bytes it needs. */
  NEED_GROW: -4,
  /** The system has no memory for the message. */
  NO_MEMORY: -5,
  /** The handle or operation is stale or was never given out. */
  BAD_HANDLE: -6,
  /** An argument is not what the call documents. */
  BAD_ARGUMENT: -7,
  /** The token names no living channel, or not with this key and direction. */
  GONE: -8,
  /** A table of this thread is full. */
  LIMIT: -9,
  /** The thread is ending, or `init` was not called. */
  DEAD: -10,
  /** A defect in the addon; nothing is known about the call. */
  INTERNAL: -11,
} as const;
