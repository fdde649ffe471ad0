/**
 * Where everything lies in an arena: offsets in 32-bit words, in modules of their own, so that bundlers put numbers for names.
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

import * as State from './layout/state.js';

export const MAGIC = 0x68636861;
/** Longest message that rests in a frame; a longer one has a block of its own. */
export const INLINE = 256;
export const JUMP = -1;
export const LONG = -2;
/** What `CAP` holds for an unbounded channel: more messages do not fit an arena. */
export const NO_LIMIT = 0x7fffffff;

/** Channels in a chunk, and chunks at most: a million channels. */
export const CHUNK_CHANNELS = 1024;
export const MAX_CHUNKS = 1024;

export const THREADS = 2048;
export const MAX_THREADS = 512;
export const THREAD_WORDS = 32;
/** First heap word. */
export const HEAP = THREADS + MAX_THREADS * THREAD_WORDS;

export const CHANNEL_WORDS = 32;

export const FIRST_SEGMENT_CLASS = 10;
export const LAST_SEGMENT_CLASS = 14;

export const RECORD_WORDS = 96;
export const RECORDS_CLASS = 11;

/** Above the statuses of engine.ts: a watcher was told that a case may be ready. */
export const READY = 8;

/** Class of holds and grants. */
export const SMALL_CLASS = 5;

/** What is linked by its first word, from the one that `m[first]` names on. */
export function* chain(m: Int32Array, first: number): Generator<number> {
  for (let at = m[first] as number; at !== 0; at = m[at] as number) yield at;
}

/** The bits of a CLAIMED state. */
export function claimedBy(mark: number): number {
  return State.CLAIMED | (mark << 8);
}

/** The bits of a DONE state. */
export function doneState(status: number, index: number): number {
  return State.DONE | (status << 4) | (index << 8);
}
