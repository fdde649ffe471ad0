/**
 * Many messages out in one native call. How many are encoded at once follows the room that there is, so that little is
 * encoded in vain.
 */
import { type Codec, encodeTo, loopsOf, numericArray } from '../codec/codec.js';
import { string } from '../codec/scalars.js';
import { kindOf } from '../codec/views.js';
import { scratch } from '../scratch.js';
import { native } from './binding.js';
import { unsent } from './failure.js';
import { writeJoined } from './joining.js';
import type { NativePort } from './port.js';
import { FRAME } from './wire.js';

/** Messages in one call, at most; the addon takes a few more. */
const MOST = 8192;
/** Bytes that are encoded for one call, at most, unless one message alone is longer. */
const ENOUGH = 1 << 20;

/** Strings that are joined first, where they may turn out not to be ASCII, and then. */
const FEW = 16;
const MANY = 64;

/** How many messages the last call of `some` encoded. */
let attempted = 0;

/** `Port.trySendMany`. */
export function sendMany(port: NativePort, values: ArrayLike<unknown>, from: number): number {
  // Encodes and sends `values[from..to)`, or fewer, and leaves in `attempted` how many. Returns how many went, or a Code.
  const some = port.codec.size === undefined ? someFrames : someFixed;
  let at = from;
  let chunk = room(port);
  while (at < values.length) {
    let sent: number;
    try {
      sent = some(port, values, at, Math.min(values.length, at + chunk));
    } catch (error) {
      // What went has to be said first; the next call meets the same value again.
      if (at > from) break;
      throw error;
    }
    if (sent < 0) return at > from ? at - from : 0 - unsent(sent, port);
    at += sent;
    if (sent < attempted) break;
    // A rendezvous has no room of its own: as many receivers may be waiting.
    chunk = port.capacity === 0 ? Math.min(MOST, chunk * 2) : room(port);
  }
  return at - from;
}

/** How many messages there is room for, but at least one: a receiver may be waiting. */
function room(port: NativePort): number {
  if (port.capacity === Infinity) return MOST;
  return Math.min(MOST, Math.max(1, port.capacity - port.length()));
}

function someFrames(port: NativePort, values: ArrayLike<unknown>, from: number, to: number): number {
  const start = scratch.begin();
  let count: number;
  try {
    count = encodeMany(port, values, from, to, true);
  } finally {
    scratch.release(start);
  }
  attempted = count;
  return native.trySendFrames(port.handle, start, count);
}

function someFixed(port: NativePort, values: ArrayLike<unknown>, from: number, to: number): number {
  const start = scratch.begin();
  const elements = isArrayOf(port.codec, values) ? values : undefined;
  let count = to - from;
  try {
    if (elements === undefined) count = pack(port, values, from, to);
    else scratch.writer.raw(bytesOf(elements, from, to));
  } finally {
    scratch.release(start);
  }
  attempted = count;
  return native.trySendFixed(port.handle, start, port.codec.size as number, count);
}

/** As `encodeMany`, of messages of one length: all but the first by one loop, if the codec has one. */
function pack(port: NativePort, values: ArrayLike<unknown>, from: number, to: number): number {
  const loops = loopsOf(port.codec);
  if (loops === undefined) return encodeMany(port, values, from, to, false);
  const { writer } = scratch;
  const size = port.codec.size as number;
  encodeTo(port.codec, values[from], port.label);
  const at = writer.reserve((to - from - 1) * size);
  const count = loops.pack(values, from + 1, to, writer, at);
  writer.position = at + count * size;
  return 1 + count;
}

/**
 * Encodes `values[from..to)` one after the other until it is enough; how many. CodecError if the first does not fit; if
 * a later one does not, those before it are what there is.
 */
function encodeMany(port: NativePort, values: ArrayLike<unknown>, from: number, to: number, framed: boolean): number {
  const { writer } = scratch;
  const enough = writer.position + ENOUGH;
  let alone = port.codec === string ? from : to;
  let at = from;
  while (at < to && writer.position < enough) {
    const frame = writer.position;
    try {
      if (at >= alone) {
        const joined = writeJoined(values, at, Math.min(to, at + (at === from ? FEW : MANY)), writer);
        alone = at - Math.min(joined, 0);
        at += Math.max(joined, 0);
        if (joined > 0) continue;
      }
      if (framed) writer.reserve(FRAME);
      encodeTo(port.codec, values[at], port.label);
      if (framed) writer.view.setUint32(frame, writer.position - frame - FRAME, true);
      at++;
    } catch (error) {
      if (at === from) throw error;
      writer.position = frame;
      break;
    }
  }
  return at - from;
}

/** A typed array whose elements are messages as they are; which class, its codec says. */
export type Elements = Float64Array;

/** Whether `array`'s elements lie in memory as `codec`'s messages do. */
export function isArrayOf(codec: Codec<unknown>, array: ArrayLike<unknown>): array is Elements {
  const numeric = numericArray(codec);
  return numeric !== undefined && kindOf(array) === numeric.name;
}

/** The bytes of `elements[from..to)`. */
export function bytesOf(elements: Elements, from: number, to: number): Uint8Array {
  const size = elements.BYTES_PER_ELEMENT;
  return new Uint8Array(elements.buffer, elements.byteOffset + from * size, (to - from) * size);
}
