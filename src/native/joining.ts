/**
 * Many strings by one call of the host, which costs more than the characters do; the addon makes a frame of each, whose bytes are
 * those that encoding it alone makes.
 *
 * Invariant: all strings have been read before the first byte is reserved, so no code of the user runs in between.
 */
import type { Writer } from '../codec/bytes.js';
import { writeUtf8 } from '../codec/text.js';
import { FRAME, TEXTS } from './wire.js';

/** It is not worth it for fewer strings, nor for longer ones, nor where the first is so short that no host is called for it. */
const FEWEST = 4;
const LONGEST = 320;
const SHORTEST_FIRST = 17;
/** With so much more room than characters, anything but ASCII takes more bytes than it has characters, even if cut short. */
const SPARE = 4;

/**
 * Of some 250 strings that are joined, one is made flat first, each time another one. V8 walks through all parts of one that was concatenated, each time
 * that it is joined; to make it flat takes as long as a walk and ends that, but in vain if the string is sent once.
 */
const TURNS = 251;
let turn = 0;

/**
 * Writes the first of `values[from..to)`, as far as they are short strings, as texts (wire.ts), and returns how many. 0 or less:
 * minus how many are to be encoded one by one, being too few or, without end, not all ASCII.
 */
export function writeJoined(values: ArrayLike<unknown>, from: number, to: number, writer: Writer): number {
  const first = values[from];
  if (typeof first !== 'string' || first.length < SHORTEST_FIRST || first.length > LONGEST) return 0;
  const lengths = new Array<number>(to - from);
  let joined = '';
  let count = 0;
  turn = turn === TURNS ? 0 : turn + 1;
  const flat = turn; // a getter in the array may join strings, too
  try {
    for (; from + count < to; count++) {
      const text = count === 0 ? first : values[from + count];
      if (typeof text !== 'string' || text.length > LONGEST) break;
      // Any look at a character does it.
      if (count === flat && text.charCodeAt(0) < 0) break;
      lengths[count] = text.length;
      joined += text;
    }
  } catch {
    return -count; // a getter in the user's array: who encodes this value alone meets its error again
  }
  if (count < FEWEST) return -count;
  const { length } = joined;
  const start = writer.reserve(FRAME + count * 2 + length + SPARE);
  const { view } = writer;
  let at = start + FRAME;
  view.setUint32(start, TEXTS + count, true);
  for (let i = 0; i < count; i++, at += 2) view.setUint16(at, lengths[i] as number, true);
  const isAscii = writeUtf8(joined, writer.bytes, writer.text, at, length + SPARE) === length;
  writer.position = isAscii ? at + length : start;
  return isAscii ? count : Number.NEGATIVE_INFINITY;
}
