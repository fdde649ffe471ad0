/**
 * Where everything lies in an arena: offsets in 32-bit words.
 *
 * All `shared` channels that a family of threads uses live in one growable SharedArrayBuffer, the arena, so a pointer
 * (a word index) means the same in every thread, a token is a few numbers beside the arena, and an operation can wait on
 * any of the channels.
 *
 * ```
 * 0         HEADER: size, allocator, channel slots, arena id
 * THREADS   512 × THREAD_WORDS: who is here, and how to wake them
 * HEAP      blocks of 2^k words, word 0 = k: segments, long messages, records, holds, grants, chunks of channels
 * ```
 *
 * Channel                                     Record: one operation, its first sudog, a message of up to INLINE bytes
 * ```
 * ┌ LOCK  FLAGS  CAP    COUNT ┐ one cache     ┌ op      STATE OWNER KIND KEY INBOX_NEXT          ┐
 * │ HEAD  READ   TAIL   WRITE │ line of what  │ sudog   OP CASE CHAN SENDS PREV NEXT QUEUED TICKET│
 * │ RECV… SEND…  FRONT  …     │ is hot        └ frame   header, bytes                            ┘
 * └ ID, secret, handles …     ┘               further cases of a select take a record each, for its sudog
 * ```
 *
 * Frame: a message at rest, in a segment or in a sudog.
 * ```
 * ≥ 0 length in bytes, then the bytes, padded to words
 *  -1 JUMP: the segment ends here, go on in the next one
 *  -2 LONG: then the length, then the block that holds the bytes
 * ```
 */

export const MAGIC = 0x68636861;
/** Longest message that rests in a frame; a longer one has a block of its own. */
export const INLINE = 256;
export const JUMP = -1;
export const LONG = -2;
/** What `CAP` holds for an unbounded channel: more messages do not fit an arena. */
export const NO_LIMIT = 0x7fffffff;

export const Header = {
  MAGIC: 0,
  /** Words that can be used; grows. */
  SIZE: 1,
  ALLOC_LOCK: 2,
  /** First word that was never allocated. */
  TOP: 3,
  /** FREE + k: first free block of 2^k words. */
  FREE: 4,
  ID: 36,
  LAST_CHANNEL_ID: 38,
  /** When somebody last looked who has died, in ms, modulo 2^30. */
  LAST_LOOK: 39,
  SLOTS_LOCK: 40,
  /** First free channel slot. */
  SLOTS_FREE: 41,
  /** Chunks of channel slots in CHUNKS. */
  CHUNK_COUNT: 42,
  CHUNKS: 64,
} as const;

/** Channels in a chunk, and chunks at most: a million channels. */
export const CHUNK_CHANNELS = 1024;
export const MAX_CHUNKS = 1024;

export const THREADS = 2048;
export const MAX_THREADS = 512;
export const THREAD_WORDS = 32;
/** First heap word. */
export const HEAP = THREADS + MAX_THREADS * THREAD_WORDS;

export const Thread = {
  STATE: 0,
  /** How often the slot has been taken. */
  GENERATION: 1,
  /** Node's number of the thread; 0 for a main thread. */
  THREAD_ID: 2,
  /** Linux: the kernel's number of the thread, else 0. */
  TID: 3,
  /** Rung when the inbox turns from empty to not empty. */
  BELL: 4,
  /** Last operation that was completed and not looked at; a stack by INBOX_NEXT. */
  INBOX: 5,
  /** Blocks of records, linked by their first word. */
  RECORDS: 6,
  /** Handles this thread has, per channel. */
  HOLDS: 7,
  /** 1: somebody died, look at every operation of yours. */
  RESCAN: 8,
  /** Grows with every lock taken: a thread that holds a lock and does not move on is stuck or dead. */
  LOCKS: 9,
  /** 1: wakes by BroadcastChannel, since the host has no Atomics.waitAsync. */
  NUDGE: 10,
  /** 1: holds a Web Lock named after its slot, which others can ask for. */
  WEB_LOCK: 11,
  /** Lock of who clears up after the thread. */
  BURIAL: 12,
} as const;

export const ThreadState = { FREE: 0, LIVE: 1, DEAD: 2 } as const;

export const CHANNEL_WORDS = 32;
export const Chan = {
  LOCK: 0,
  FLAGS: 1,
  CAP: 2,
  /** Messages at rest: in segments and in FRONT. */
  COUNT: 3,
  /** Segment that is read. */
  HEAD: 4,
  /** The next frame. */
  READ: 5,
  /** Segment that is written; 0: none yet. */
  TAIL: 6,
  /** Where the next frame goes. */
  WRITE: 7,
  RECV_FIRST: 8,
  SEND_FIRST: 9,
  RECV_LAST: 10,
  SEND_LAST: 11,
  /** Messages that were put back, before all others: blocks `next, frame`. */
  FRONT: 12,
  /** Last ticket given to a waiter. */
  TICKET: 13,
  /** An empty segment to use next, or 0. */
  SPARE: 14,
  /** Number of commits of receives, to put back in order. */
  COMMITS: 15,
  ID: 16,
  SECRET: 17,
  SENDERS: 21,
  RECEIVERS: 22,
  /** Tokens that nobody has attached yet. */
  GRANTS: 23,
  LAST_GRANT: 24,
  /** Class of the next segment. */
  SEGMENT_CLASS: 25,
  /** Repair: the sudog of the waiting sender whose message is being moved into the buffer, and WRITE once it is. */
  MOVE_FROM: 26,
  MOVE_TO: 27,
  NEXT_FREE: 28,
  /** 1: made without a capacity. */
  UNBOUNDED: 29,
  /** 1: closed by the loss of its last sender, not by a call of `close`. */
  CLOSED_ITSELF: 30,
} as const;

export const Flag = { CLOSED: 1, DISCONNECTED: 2, BROKEN: 4 } as const;

/** Segment: a block whose first two words are these; frames follow. */
export const Segment = { NEXT: 0, READ_OUT: 1, FRAMES: 2 } as const;
export const FIRST_SEGMENT_CLASS = 10;
export const LAST_SEGMENT_CLASS = 14;

export const RECORD_WORDS = 96;
export const RECORDS_CLASS = 11;
export const Op = { STATE: 0, OWNER: 1, KIND: 2, KEY: 3, INBOX_NEXT: 4 } as const;
export const Sudog = {
  OP: 8,
  CASE: 9,
  CHAN: 10,
  SENDS: 11,
  PREV: 12,
  NEXT: 13,
  QUEUED: 14,
  TICKET: 15,
  /** Number of the hand-over, for putting back in order. */
  COMMIT: 16,
  /** ID of the channel: a slot may be another channel's by now. */
  CHAN_ID: 17,
  FRAME: 18,
} as const;

/**
 * STATE of an operation. `CLAIMED` carries the claimer's slot above bit 8, `DONE` the status (bits 4 to 7) and the case.
 *
 * ```
 *                 peer                    peer
 *  FREE → WAITING ────▶ CLAIMED (a move) ────▶ DONE ──▶ FREE (taken by its owner)
 *            │ owner          └─ or at once ─────▲
 *            └────▶ CANCELLED ──▶ FREE
 * ```
 */
export const State = { FREE: 0, WAITING: 1, CLAIMED: 2, DONE: 3, CANCELLED: 4, MASK: 15 } as const;
/** Above the statuses of engine.ts: a watcher was told that a case may be ready. */
export const READY = 8;

export const Kind = { AWAITING: 0, BLOCKING: 1, WATCHING: 2 } as const;

/** One thread's handles of one channel. */
export const Hold = { NEXT: 0, CHAN: 1, SENDERS: 2, RECEIVERS: 3 } as const;
/** A token that counts as a handle until it is attached. */
export const Grant = { NEXT: 0, NUMBER: 1, DIRECTION: 2 } as const;
/** Class of holds and grants. */
export const SMALL_CLASS = 5;

/** The bits of a DONE state. */
export function doneState(status: number, index: number): number {
  return State.DONE | (status << 4) | (index << 8);
}
