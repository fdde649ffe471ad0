/**
 * Frames of many strings by one call of the host, which costs more than the characters do. The bytes are those that encoding
 * one string after the other makes.
 *
 * Invariant: all strings have been read before the first byte is reserved, so no code of the user runs in between.
 */
import type { Writer } from '../codec/bytes.js';
import { writeUtf8 } from '../codec/text.js';
import { FRAME } from './wire.js';

/** It is not worth it for fewer strings, nor for longer ones, nor where the first is so short that no host is called for it. */
const FEWEST = 4;
const LONGEST = 320;
const SHORTEST_FIRST = 17;

/** From this length on the head of a string takes two bytes. */
const WIDE = 32;
/** What stands for a frame's length and a string's head while they are joined. */
const GAP = '\0'.repeat(FRAME + 1);
const WIDE_GAP = '\0'.repeat(FRAME + 2);
/** With so much more room than characters, anything but ASCII takes more bytes than it has characters, even if cut short. */
const SPARE = 4;

/**
 * Writes the first of `values[from..to)`, as far as they are short strings, a frame for each, and returns how many. 0 or less:
 * minus how many are to be encoded one by one, being too few or, without end, not all ASCII.
 */
export function writeJoined(values: ArrayLike<unknown>, from: number, to: number, writer: Writer): number {
  const first = values[from];
  if (typeof first !== 'string' || first.length < SHORTEST_FIRST || first.length > LONGEST) return 0;
  const lengths = new Array<number>(to - from);
  let joined = '';
  let count = 0;
  try {
    for (; from + count < to; count++) {
      const text = count === 0 ? first : values[from + count];
      if (typeof text !== 'string' || text.length > LONGEST) break;
      lengths[count] = text.length;
      joined += text.length < WIDE ? GAP : WIDE_GAP;
      joined += text;
    }
  } catch {
    return -count; // a getter in the user's array: who encodes this value alone meets its error again
  }
  if (count < FEWEST) return -count;
  const { length } = joined;
  const start = writer.reserve(length + SPARE);
  const isAscii = writeUtf8(joined, writer.bytes, writer.text, start, length + SPARE) === length;
  writer.position = isAscii ? start + length : start;
  if (!isAscii) return Number.NEGATIVE_INFINITY;
  writeHeads(lengths, count, writer.view, start);
  return count;
}

/** Replaces the gaps. */
function writeHeads(lengths: readonly number[], count: number, view: DataView, start: number): void {
  let at = start;
  for (let i = 0; i < count; i++) {
    const length = lengths[i] as number;
    const head = length < WIDE ? 1 : 2;
    view.setUint32(at, head + length, true);
    if (head === 1) view.setUint8(at + FRAME, length << 2);
    else view.setUint16(at + FRAME, ((length & 31) << 2) | 128 | ((length >>> 5) << 8), true);
    at += FRAME + head + length;
  }
}
