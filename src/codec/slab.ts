/**
 * Copies of messages, or of parts of them, where nobody writes again but who is given one. Short ones share a slab, as Buffers share Node's
 * pool: V8 takes some 0.9 µs for memory of its own beyond 64 bytes. A slab is cleared first: to copy into one that was not took longer.
 */
import { builtin } from '../platform/builtin.js';
import type { Reader } from './reader.js';
import type { TextBuffer } from './text.js';
import { lengthOf, type Views, viewsOf } from './views.js';

interface Threads {
  markAsUntransferable?(memory: ArrayBufferLike): void;
}

/** Bytes of a slab: room for some 64 copies as long as the first. */
const LEAST = 8192;
const MOST = 65_536;
/** Longer copies have memory of their own. */
const LONGEST = 4096;

/** Memory for copies. A class, as V8 gives each literal with Views in it a shape of its own. */
class Slab implements Views {
  readonly bytes!: Uint8Array;
  readonly memory!: ArrayBufferLike;
  readonly view!: DataView;
  readonly text: TextBuffer | undefined;
  /** Where the last one begins. */
  start = 0;
  /** Where the next one would. */
  end = 0;

  constructor(memory: Uint8Array) {
    Object.assign(this, viewsOf(memory));
  }
}

let shared = new Slab(new Uint8Array());

/** As it was at load, and asked of nobody: the user's codecs are given a slab's `bytes`, and what they have put on it would be given the scratch. */
const { set } = Uint8Array.prototype;

/**
 * Copies the next `count` bytes of `from` to where the result says, a multiple of 8. Takes some 0.1 µs for 1 KiB, and 1 µs beyond 4. CodecError if they
 * are not there. The result is the slab itself, and says so until the next call.
 */
export function copyNext(from: Reader, count: number): Slab {
  const start = from.take(count);
  if (count > LONGEST) return new Slab(from.bytes.slice(start, start + count));
  let slab = shared;
  if (slab.end + count >= lengthOf(slab.bytes)) {
    // Also one that somebody has given away nevertheless, which has no byte left, not even for an empty message.
    slab = shared = new Slab(new Uint8Array(Math.min(MOST, Math.max(LEAST, count * 64))));
    protect(slab.memory);
  }
  slab.start = slab.end;
  set.call(slab.bytes, new Uint8Array(from.memory, from.bytes.byteOffset + start, count), slab.start);
  slab.end += (count + 7) & ~7;
  return slab;
}

/** Keeps `memory` from being transferred, which would take it from all who share it, where the host can. */
export function protect(memory: ArrayBufferLike): void {
  try {
    (builtin('worker_threads') as Threads | undefined)?.markAsUntransferable?.(memory);
  } catch {
    // Bun and Deno have the call, and it throws.
  }
}
