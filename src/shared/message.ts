/**
 * Messages between the scratch of this thread and the arena.
 *
 * A message of up to INLINE bytes travels in frames. A longer one is written to a block of its own before any lock is taken, and
 * only its address moves; who takes the message gives the block back. Decoders never see shared memory: they read a copy in
 * the scratch.
 */
import { type Codec, decodeMessage } from '../codec/codec.js';
import { scratch } from '../scratch.js';
import { INLINE, LONG } from './layout.js';
import type { Memory } from './memory.js';

/** The scratch as words; made anew when it has grown. */
let words = new Int32Array(scratch.bytes.buffer);
scratch.onRenewed(() => {
  words = new Int32Array(scratch.bytes.buffer);
});

/** Up to here a loop over words beats making a view to copy with. */
const BY_WORDS = 4096;

/** A message on its way out: in the scratch, or in a block if it is long. */
export class Outgoing {
  /** Byte offset in the scratch. */
  start = 0;
  length = 0;
  /** The block of a long message, or 0. */
  block = 0;

  set(start: number, length: number): void {
    this.start = start;
    this.length = length;
    this.block = 0;
  }
}

/** Gives a long message its block. Before the locks are taken. */
export function settleLong(memory: Memory, out: Outgoing): void {
  if (out.length <= INLINE || out.block !== 0) return;
  out.block = memory.alloc(Math.ceil(out.length / 4));
  if (out.length <= BY_WORDS && (out.start & 3) === 0) {
    const m = memory.i32;
    const to = out.block;
    const from = out.start >> 2;
    for (let i = 0, count = (out.length + 3) >> 2; i < count; i++) m[to + i] = words[from + i] as number;
  } else memory.u8.set(scratch.bytes.subarray(out.start, out.start + out.length), out.block * 4);
}

/** Takes back the block of a message that was not sent. */
export function unsettle(memory: Memory, out: Outgoing): void {
  if (out.block === 0) return;
  memory.free(out.block);
  out.block = 0;
}

/** Words of the frame of a message. */
export function frameWords(length: number): number {
  return length > INLINE ? 3 : 1 + ((length + 3) >> 2);
}

/** Words of the frame at `at`. */
export function frameWordsAt(m: Int32Array, at: number): number {
  const head = m[at] as number;
  return head === LONG ? 3 : 1 + ((head + 3) >> 2);
}

/** Writes a message as a frame. */
export function writeFrame(memory: Memory, at: number, out: Outgoing): void {
  const m = memory.i32;
  if (out.length > INLINE) {
    m[at] = LONG;
    m[at + 1] = out.length;
    m[at + 2] = out.block;
    return;
  }
  m[at] = out.length;
  if ((out.start & 3) === 0) {
    const from = out.start >> 2;
    const count = (out.length + 3) >> 2;
    for (let i = 0; i < count; i++) m[at + 1 + i] = words[from + i] as number;
  } else {
    const { bytes } = scratch;
    for (let i = 0; i < out.length; i++) memory.u8[(at + 1) * 4 + i] = bytes[out.start + i] as number;
  }
}

/** Copies the frame at `from` to `to`. */
export function copyFrame(m: Int32Array, from: number, to: number): void {
  const count = frameWordsAt(m, from);
  for (let i = 0; i < count; i++) m[to + i] = m[from + i] as number;
}

/** A message on its way in: copied to the scratch under the lock if it is short, else as its block. */
export class Incoming {
  start = 0;
  length = 0;
  block = 0;

  /** Makes sure that a frame can be taken without growing anything. Before the locks are taken; drops what was in here. */
  ready(bytes = INLINE): void {
    // Aligned, behind whatever is being encoded.
    this.start = (scratch.writer.position + 3) & ~3;
    if (this.start + bytes > scratch.writer.capacity) scratch.grow(this.start + bytes);
  }

  /** Copies the frame at `at`. */
  take(m: Int32Array, at: number): void {
    const head = m[at] as number;
    if (head === LONG) {
      this.length = m[at + 1] as number;
      this.block = m[at + 2] as number;
      return;
    }
    this.length = head;
    this.block = 0;
    const to = this.start >> 2;
    const count = (head + 3) >> 2;
    for (let i = 0; i < count; i++) words[to + i] = m[at + 1 + i] as number;
  }

  /** The frame that was copied last is not to be received after all: its send has been withdrawn. */
  untake(): void {}

  /** The value; after the locks have been let go. Throws CodecError. */
  decode(memory: Memory, codec: Codec<unknown>, label: string): unknown {
    const { length, block } = this;
    if (block !== 0) {
      try {
        this.ready((length + 3) & ~3);
        this.#copy(memory, block);
      } finally {
        memory.free(block);
      }
    }
    return decodeMessage(codec, scratch.reader.reset(this.start, this.start + length), label);
  }

  #copy(memory: Memory, block: number): void {
    const { length, start } = this;
    if (length > BY_WORDS) {
      scratch.bytes.set(memory.u8.subarray(block * 4, block * 4 + length), start);
      return;
    }
    const m = memory.i32;
    const to = start >> 2;
    for (let i = 0, count = (length + 3) >> 2; i < count; i++) words[to + i] = m[block + i] as number;
  }
}

/** The message that this thread takes now. Decoded before anything else is taken, and no user code runs in between. */
export const incoming = new Incoming();
