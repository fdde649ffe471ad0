/**
 * A channel's buffer: a chain of segments with frames in them, and before it the messages that were put back.
 *
 * ```
 * FRONT ─▶ block ─▶ …        HEAD ─▶ [ NEXT, READ_OUT, frames … JUMP ] ─▶ … ─▶ [ frames ………… ] ◀─ TAIL
 *                                                 READ ▲                          WRITE ▲
 * ```
 * All of it under the channel's lock. A thread can die at any step, so each change takes effect with one store: WRITE
 * makes a frame part of the buffer, READ takes it out, a segment's NEXT appends a segment, READ_OUT retires one. What is
 * derived from these (COUNT, TAIL and WRITE after NEXT, HEAD and READ after READ_OUT) is put right by `recover`.
 */

import * as Chan from './layout/chan.js';
import * as Flag from './layout/flag.js';
import * as Segment from './layout/segment.js';
import { chain, FIRST_SEGMENT_CLASS, JUMP, LAST_SEGMENT_CLASS, LONG } from './layout.js';
import type { Memory } from './memory.js';
import { copyFrame, frameWords, frameWordsAt, type Incoming, type Outgoing, writeFrame } from './message.js';

/** Makes room for a frame of `words` at WRITE, which must be followed by a frame or by nothing. */
export function ensureRoom(memory: Memory, c: number, words: number): void {
  const m = memory.i32;
  const tail = m[c + Chan.TAIL] as number;
  // One word is left for JUMP.
  if (tail !== 0 && (m[c + Chan.WRITE] as number) + words < memory.endOf(tail)) return;
  const segment = takeSegment(memory, c);
  const n = memory.i32;
  n[segment + Segment.NEXT] = 0;
  n[segment + Segment.READ_OUT] = 0;
  if (tail === 0) {
    n[c + Chan.READ] = segment + Segment.FRAMES;
    n[c + Chan.HEAD] = segment;
  } else {
    n[n[c + Chan.WRITE] as number] = JUMP;
    n[tail + Segment.NEXT] = segment;
  }
  n[c + Chan.WRITE] = segment + Segment.FRAMES;
  n[c + Chan.TAIL] = segment;
}

function takeSegment(memory: Memory, c: number): number {
  const m = memory.i32;
  const spare = m[c + Chan.SPARE] as number;
  m[c + Chan.SPARE] = 0;
  if (spare !== 0) return spare;
  const k = m[c + Chan.SEGMENT_CLASS] as number;
  const segment = memory.allocClass(k);
  memory.i32[c + Chan.SEGMENT_CLASS] = Math.min(k + 1, LAST_SEGMENT_CLASS);
  return segment;
}

/** Puts a message behind the others. */
export function push(memory: Memory, c: number, out: Outgoing): void {
  const words = frameWords(out.length);
  ensureRoom(memory, c, words);
  const m = memory.i32;
  const at = m[c + Chan.WRITE] as number;
  writeFrame(memory, at, out);
  m[c + Chan.WRITE] = at + words;
  m[c + Chan.COUNT] = (m[c + Chan.COUNT] as number) + 1;
}

/** Takes the oldest message. The buffer must not be empty. */
export function shift(memory: Memory, c: number, into: Incoming): void {
  const m = memory.i32;
  const front = m[c + Chan.FRONT] as number;
  if (front !== 0) {
    into.take(m, front + 1);
    m[c + Chan.FRONT] = m[front] as number;
    m[c + Chan.COUNT] = (m[c + Chan.COUNT] as number) - 1;
    memory.free(front);
    return;
  }
  let at = m[c + Chan.READ] as number;
  if (m[at] === JUMP) at = nextSegment(memory, c);
  into.take(m, at);
  m[c + Chan.READ] = at + frameWordsAt(m, at);
  m[c + Chan.COUNT] = (m[c + Chan.COUNT] as number) - 1;
}

/** Leaves the segment that has been read out; returns where to read on. */
function nextSegment(memory: Memory, c: number): number {
  const m = memory.i32;
  const old = m[c + Chan.HEAD] as number;
  m[old + Segment.READ_OUT] = 1;
  const next = m[old + Segment.NEXT] as number;
  m[c + Chan.READ] = next + Segment.FRAMES;
  m[c + Chan.HEAD] = next;
  const spare = m[c + Chan.SPARE] as number;
  if (spare === 0) m[c + Chan.SPARE] = old;
  else memory.free(old);
  return next + Segment.FRAMES;
}

/** Puts the message in the frame at `from` before all others. */
export function putBack(memory: Memory, c: number, from: number): void {
  const block = memory.alloc(1 + frameWordsAt(memory.i32, from));
  const m = memory.i32;
  copyFrame(m, from, block + 1);
  m[block] = m[c + Chan.FRONT] as number;
  m[c + Chan.FRONT] = block;
  m[c + Chan.COUNT] = (m[c + Chan.COUNT] as number) + 1;
}

/** Puts in order what a thread that died under the lock has left half done. */
export function recover(memory: Memory, c: number): void {
  const m = memory.i32;
  const tail = m[c + Chan.TAIL] as number;
  if (tail === 0) {
    // It may have died while it made the first segment.
    m[c + Chan.HEAD] = 0;
    m[c + Chan.READ] = 0;
  } else if (m[tail + Segment.NEXT] !== 0) {
    m[c + Chan.WRITE] = (m[tail + Segment.NEXT] as number) + Segment.FRAMES;
    m[c + Chan.TAIL] = m[tail + Segment.NEXT] as number;
  }
  const head = m[c + Chan.HEAD] as number;
  if (head !== 0 && m[head + Segment.READ_OUT] !== 0) {
    m[c + Chan.READ] = (m[head + Segment.NEXT] as number) + Segment.FRAMES;
    m[c + Chan.HEAD] = m[head + Segment.NEXT] as number;
  }
  // It may be on its way to another place.
  m[c + Chan.SPARE] = 0;
  m[c + Chan.COUNT] = recount(m, c);
}

function recount(m: Int32Array, c: number): number {
  let count = 0;
  for (const _ of chain(m, c + Chan.FRONT)) count++;
  for (const _ of frames(m, c)) count++;
  return count;
}

/** Where each message in the segments lies. */
function* frames(m: Int32Array, c: number): Generator<number> {
  let segment = m[c + Chan.HEAD] as number;
  for (let at = m[c + Chan.READ] as number; at !== m[c + Chan.WRITE]; ) {
    if (m[at] === JUMP) {
      segment = m[segment + Segment.NEXT] as number;
      at = segment + Segment.FRAMES;
    } else {
      yield at;
      at += frameWordsAt(m, at);
    }
  }
}

/** Lets go of all messages and segments. */
export function release(memory: Memory, c: number): void {
  const m = memory.i32;
  for (const at of frames(m, c)) if (m[at] === LONG) memory.free(m[at + 2] as number);
  const spare = m[c + Chan.SPARE] as number;
  const segments = [...chain(m, c + Chan.HEAD)];
  const fronts = [...chain(m, c + Chan.FRONT)];
  for (const field of [Chan.HEAD, Chan.READ, Chan.TAIL, Chan.WRITE, Chan.SPARE, Chan.FRONT, Chan.COUNT]) m[c + field] = 0;
  m[c + Chan.SEGMENT_CLASS] = FIRST_SEGMENT_CLASS;
  for (const block of fronts) {
    if (m[block + 1] === LONG) memory.free(m[block + 3] as number);
    memory.free(block);
  }
  for (const segment of segments) memory.free(segment);
  if (spare !== 0) memory.free(spare);
}

/** Why a send cannot happen: the status of a shut channel, by its flags. 0: it is open. */
export function shutBy(flags: number): 0 | 2 | 3 {
  if (flags & Flag.CLOSED) return 2;
  return flags & Flag.DISCONNECTED ? 3 : 0;
}
