/**
 * Memory for messages that the user's code decodes, where nobody writes again: that code may use channels, and so the scratch,
 * and what it keeps of a message, or its Reader, stays as it is.
 *
 * Short messages share a slab, as Buffers share Node's pool: V8 takes some 0.9 µs for memory of its own beyond 64 bytes.
 */
import { Reader } from './reader.js';

const SLAB = 8192;
/** Longer messages have memory of their own. */
const LONGEST = SLAB / 4;

let slab = new Reader(new Uint8Array());
let free = 0;

/** Reads a copy of what `from` is to read, or `from` if that reads one. Costs some 100 ns for a short message. */
export function apart(from: Reader): Reader {
  const { bytes, position, end } = from;
  const length = end - position;
  if (from.isApart) return from;
  if (length > LONGEST) return new Reader(bytes.slice(position, end), 0, length, undefined, true);
  let start = free;
  // A slab that somebody has given away nevertheless has no byte left, not even for an empty message.
  if (start + length >= slab.bytes.length) {
    slab = new Reader(new Uint8Array(SLAB));
    protect(slab.bytes.buffer);
    start = 0;
  }
  free = start + length;
  slab.bytes.set(bytes.subarray(position, end), start);
  return new Reader(slab.bytes, start, free, slab, true);
}

/** Keeps `memory` from being transferred, which would take it from all who share it, where the host can. */
function protect(memory: ArrayBufferLike): void {
  try {
    const threads = globalThis.process?.getBuiltinModule?.('node:worker_threads');
    threads?.markAsUntransferable(memory);
  } catch {
    // Bun and Deno have the call, and it throws.
  }
}
