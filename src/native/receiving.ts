/**
 * Many messages in by one native call. What did not fit the scratch is held by the addon and fetched at once, so a
 * receive never leaves anything behind.
 */
import { decodeMessage, loopsOf } from '../codec/codec.js';
import { TOLD_FROM } from '../codec/loops.js';
import { string } from '../codec/scalars.js';
import { CLOSED, EMPTY } from '../engine.js';
import { scratch } from '../scratch.js';
import { native } from './binding.js';
import * as Code from './code.js';
import { failure } from './failure.js';
import { fetchHeld } from './message.js';
import type { NativePort } from './port.js';
import { bytesOf, type Elements } from './sending.js';
import { FRAME } from './wire.js';
import * as Word from './word.js';

/** Messages in one call, at most; the addon takes a few more. */
const MOST = 8192;

/** `Port.tryRecvMany`. */
export function receiveMany(port: NativePort, into: unknown[], max: number): number {
  // Takes at most so many messages and appends them. Returns how many, undecodable ones included, or a Code.
  const some = port.codec.size === undefined ? someFrames : someFixed;
  const before = into.length;
  for (;;) {
    const { size } = port.codec;
    const asked = Math.min(MOST, size === undefined ? MOST : fitting(size), before + max - into.length);
    const count = some(port, into, asked);
    if (count < 0 && into.length === before) return nothing(port, count);
    if (count < asked || into.length - before === max) break;
  }
  if (into.length === before) port.faults.report();
  return into.length - before;
}

/** What `tryRecvMany` says when nothing came. */
function nothing(port: NativePort, code: number): number {
  port.faults.report();
  if (code === Code.BLOCKED) return 0;
  if (code === Code.CLOSED) return -1;
  throw failure(code, port);
}

function someFrames(port: NativePort, into: unknown[], max: number): number {
  const count = native.tryRecvFrames(port.handle, max);
  if (count < 0) return count;
  const held = scratch.words[Word.COUNT] as number;
  const { reader } = scratch;
  reader.readAhead(endOf(scratch.begin(), count));
  try {
    appendAll(port, into, count);
  } finally {
    reader.readAhead(0); // or the next message would be read from this text
  }
  return count + appendHeld(port, into, held);
}

/**
 * Appends the `count` messages at base, each of `size` bytes or, without a size, as a frame. One that does not decode is left for the
 * next receive to report. Decoding runs no user code, so they stay there.
 */
function appendAll(port: NativePort, into: unknown[], count: number, size = -1): void {
  const { view } = scratch.writer;
  const isMany = count > TOLD_FROM;
  let at = scratch.begin();
  let last = into.length;
  if (isMany) into.length += count;
  for (let i = 0; i < count; i++) {
    const start = size < 0 ? at + FRAME : at;
    at = start + (size < 0 ? view.getUint32(at, true) : size);
    const value = decoded(port, start, at);
    if (value === FAULT) continue;
    if (isMany) into[last++] = value;
    else into.push(value);
  }
  if (isMany) into.length = last;
}

/** Where the text begins of a message of less than 4096 bytes that is one Latin-1 string and nothing else; 0 if it is not. */
function latin1In(bytes: Uint8Array, start: number, end: number): number {
  const low = bytes[start] as number;
  if (end - start >= 4096) return 0;
  if (low < 128) return low === (end - start - 1) * 4 ? start + 1 : 0;
  return ((low & 127) | ((bytes[start + 1] as number) << 7)) === (end - start - 2) * 4 ? start + 2 : 0;
}

/** Where the last of `count` frames from `at` ends. */
function endOf(at: number, count: number): number {
  const { view } = scratch.writer;
  let end = at;
  for (let i = 0; i < count; i++) end += FRAME + view.getUint32(end, true);
  return end;
}

function someFixed(port: NativePort, into: unknown[], max: number): number {
  const size = port.codec.size as number;
  const loops = loopsOf(port.codec);
  const count = native.tryRecvFixed(port.handle, size, max);
  if (count < 0) return count;
  const held = scratch.words[Word.COUNT] as number;
  if (loops !== undefined) loops.unpack(into, scratch.writer.view, scratch.begin(), count);
  else appendAll(port, into, count, size);
  return count + appendHeld(port, into, held);
}

/** How many messages of `size` bytes go into the scratch. */
function fitting(size: number): number {
  return Math.max(1, Math.floor((scratch.bytes.length - scratch.begin()) / Math.max(1, size)));
}

/** What stands for a message that does not decode. */
const FAULT = Symbol('fault');

function decoded(port: NativePort, start: number, end: number): unknown {
  const { reader, bytes } = scratch;
  const text = port.codec === string ? latin1In(bytes, start, end) : 0;
  if (text > 0) return reader.reset(text, end).latin1();
  try {
    return decodeMessage(port.codec, reader.reset(start, end), port.label);
  } catch (error) {
    port.faults.leave(error);
    return FAULT;
  }
}

/** What a receive grows the scratch to, when a batch did not fit: the next ones then land in one piece. */
const LARGE = 4 << 20;

function appendHeld(port: NativePort, into: unknown[], held: number): number {
  if (held > 0 && scratch.bytes.length < LARGE) scratch.grow(scratch.bytes.length * 2);
  for (let i = 0; i < held; i++) {
    const length = fetchHeld(port);
    const base = scratch.begin();
    const value = decoded(port, base, base + length);
    if (value !== FAULT) into.push(value);
  }
  return held;
}

/** `Port.tryRecvMany` where decoding runs user code. */
export function receiveOneByOne(port: NativePort, into: unknown[], max: number): number {
  for (let count = 0; count < max; count++) {
    let value: unknown;
    try {
      value = port.tryRecv();
    } catch (error) {
      if (count === 0) throw error;
      port.faults.leave(error);
      return count;
    }
    if (value === EMPTY) return count;
    if (value === CLOSED) return count > 0 ? count : -1;
    into.push(value);
  }
  return max;
}

/** `Port.tryRecvInto`. */
export function fill(port: NativePort, into: Elements): number {
  const size = into.BYTES_PER_ELEMENT;
  let total = 0;
  while (total < into.length) {
    const asked = Math.min(MOST, into.length - total, fitting(size));
    const count = native.tryRecvFixed(port.handle, size, asked);
    if (count < 0) return total > 0 ? total : nothing(port, count);
    const base = scratch.begin();
    const held = scratch.words[Word.COUNT] as number;
    bytesOf(into, total, total + count).set(scratch.bytes.subarray(base, base + count * size));
    total += count;
    if (held > 0) return total + fillHeld(port, into, total, held);
    if (count < asked) break;
  }
  return total;
}

/** Messages of another length than the codec's, which no codec of that id makes: each is reported or, if it decodes, kept. */
function fillHeld(port: NativePort, into: Elements, from: number, held: number): number {
  const values: unknown[] = [];
  appendHeld(port, values, held);
  for (let i = 0; i < values.length; i++) (into as ArrayLike<unknown> as unknown[])[from + i] = values[i];
  if (from + values.length === 0) port.faults.report();
  return values.length;
}
