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
 *            how many messages are held, after a batch; how many were lent or granted; whether
 *            more is left, after a drain
 *  case, status               of a select that was settled
 *  flavor, id, capacity       of the handle that `open` or `attach` made; capacity −1 is unbounded
 *  stats     word 8: channels alive in the process, 9: handles of this thread, 10: parked operations of this thread
 *
 *  frame        u32 length │ bytes                                     back to back, not aligned
 *  texts        u32 2^31 + n │ u16 length, n times │ ASCII, back to back    for n frames of one short string each, as `Writer.string`
 *               writes it; only in what is sent
 *  fixed        bytes                                                  `size` each, back to back
 *  case         i32 kind │ i32 handle │ i32 offset │ i32 length        offset and length: of what a send case sends
 *  completion   i32 op │ i32 case │ i32 status │ i32 length │ bytes, padded to a multiple of 4; the first at `base`
 *               rounded up to a multiple of 4
 *  token        u64 id │ u128 key │ u64 grant
 *  board        i32 taken │ i32 length, 127 times │ bytes, back to back     a handle's own memory, see `ahead.ts`
 *  page         64 bytes, JavaScript's │ i32 written │ … │ frames or fixed, from byte 128     likewise, see `credit.ts`
 * ```
 *
 * Every callback returns an integer: 0 or more is a result, below 0 is one of `code.ts`. The words of the header are in `word.ts`.
 */

/** Bytes of the header; no result is ever written below. */
export const HEADER = 64;
/** Words of a select case. */
export const CASE_WORDS = 4;
/** Bytes of a completion before its payload. */
export const COMPLETION = 16;
/** Bytes of a frame before its payload. */
export const FRAME = 4;
/** In a frame's length: texts follow, as many as the rest of it says. */
export const TEXTS = 2 ** 31;
/** Bytes of a token. */
export const TOKEN = 32;
/** Bytes of a board before the messages. */
export const BOARD_HEADER = 512;
/** Messages on a board. */
export const MOST_LENT = 127;
/** Bytes of a page before the messages. */
export const PAGE_HEADER = 128;
/** The word of a page that counts its messages. */
export const PAGE_WRITTEN = 16;

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
