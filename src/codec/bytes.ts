/**
 * Where codecs write to and read from. Little-endian, no alignment.
 *
 * ```
 * varint       7 bits a byte, low bits first, bit 7: more follow; 0 to 2^32-1
 * bytes        varint length, the bytes
 * string       varint length * 4 + kind, the bytes (see text.ts)
 * ```
 * Invariants: a Writer's position is word 0 of its memory, so that whoever shares the memory knows what is in use;
 * a Reader never reads at or beyond `end`, and checks each length against what is left before it allocates.
 *
 * User code (a getter, `toJSON`, another codec) may run while a value is encoded, and may itself use channels: after
 * any call that can run it, `view` and `bytes` are to be read anew. What has been reserved stays where it is.
 */
import { CodecError } from '../errors.js';
import { truncated, undecodable } from './fault.js';
import {
  isWellFormed,
  Kind,
  readLatin1,
  readShort,
  readUtf8,
  readUtf16,
  type TextBuffer,
  textBuffer,
  utf8Room,
  writeUtf8,
  writeUtf16,
} from './text.js';

/** Bytes before the first message: words for the addon, of which the first is the writer's position. */
export const HEADER_BYTES = 64;
/** No message is longer: 1 GiB. */
export const MAX_MESSAGE = 2 ** 30;

/** Up to so many characters, a loop here is faster than a call of the host. */
const SHORT_WRITE = 16;
const SHORT_READ = 12;
/** So much Latin-1 text is read ahead in one call, and strings up to so long are cut out of it. */
const AHEAD = 512;
const LONGEST_CUT = AHEAD / 4;
/** What cutting a string saves, of at most SHORT_READ characters as the unit, or of more; and what reading ahead costs. */
const SAVES = 8;
const COSTS = 16;
/** In fewer bytes there are too few. */
const FEWEST = 160;

/** Takes what a codec writes. */
export class Writer {
  /** All memory, header included. */
  bytes: Uint8Array<ArrayBuffer>;
  view: DataView<ArrayBuffer>;
  /** The header. */
  words: Int32Array<ArrayBuffer>;
  /** The same memory as a Buffer, where there is one. */
  text: TextBuffer | undefined;
  /** `bytes.length`. */
  capacity: number;
  /** Told after the memory has been replaced by a larger one. */
  onGrow: (() => void) | undefined = undefined;

  constructor(capacity = 1024) {
    const memory = new ArrayBuffer(Math.max(capacity, HEADER_BYTES));
    this.bytes = new Uint8Array(memory);
    this.view = new DataView(memory);
    this.words = new Int32Array(memory, 0, HEADER_BYTES / 4);
    this.text = textBuffer(this.bytes);
    this.capacity = memory.byteLength;
    this.words[0] = HEADER_BYTES;
  }

  /** Where the next byte goes. */
  get position(): number {
    return this.words[0] as number;
  }

  set position(position: number) {
    this.words[0] = position;
  }

  /** Makes `count` bytes the caller's to fill and returns where they start. */
  reserve(count: number): number {
    const words = this.words;
    const start = words[0] as number;
    const next = start + count;
    if (next > this.capacity) {
      this.grow(next);
      this.words[0] = next;
    } else {
      words[0] = next;
    }
    return start;
  }

  /** Replaces the memory by one of at least `needed` bytes with the same content. */
  grow(needed: number): void {
    if (needed > MAX_MESSAGE + HEADER_BYTES) throw new CodecError('message is longer than 1 GiB');
    let capacity = this.capacity * 2;
    while (capacity < needed) capacity *= 2;
    const memory = new ArrayBuffer(Math.min(capacity, MAX_MESSAGE + HEADER_BYTES));
    const bytes = new Uint8Array(memory);
    bytes.set(this.bytes); // all of it: a string may be rewriting itself behind the position
    this.bytes = bytes;
    this.view = new DataView(memory);
    this.words = new Int32Array(memory, 0, HEADER_BYTES / 4);
    this.text = textBuffer(bytes);
    this.capacity = memory.byteLength;
    this.onGrow?.();
  }

  u8(value: number): void {
    const start = this.reserve(1);
    this.bytes[start] = value;
  }

  i8(value: number): void {
    this.u8(value);
  }

  u16(value: number): void {
    const start = this.reserve(2);
    this.view.setUint16(start, value, true);
  }

  i16(value: number): void {
    this.u16(value);
  }

  u32(value: number): void {
    const start = this.reserve(4);
    this.view.setUint32(start, value, true);
  }

  i32(value: number): void {
    this.u32(value);
  }

  f32(value: number): void {
    const start = this.reserve(4);
    this.view.setFloat32(start, value, true);
  }

  f64(value: number): void {
    const start = this.reserve(8);
    this.view.setFloat64(start, value, true);
  }

  u64(value: bigint): void {
    const start = this.reserve(8);
    this.view.setBigUint64(start, value, true);
  }

  i64(value: bigint): void {
    const start = this.reserve(8);
    this.view.setBigInt64(start, value, true);
  }

  /** An integer 0 to 2^32-1 in as few bytes as it needs. */
  varint(value: number): void {
    let rest = value;
    while (rest > 127) {
      this.u8((rest & 127) | 128);
      rest >>>= 7;
    }
    this.u8(rest);
  }

  /** The bytes as they are, without their length. */
  raw(value: Uint8Array): void {
    const start = this.reserve(value.byteLength);
    this.bytes.set(value, start);
  }

  /** The bytes and their length. */
  blob(value: Uint8Array): void {
    this.varint(value.byteLength);
    this.raw(value);
  }

  string(value: string): void {
    const length = value.length;
    if (length > SHORT_WRITE) {
      this.#long(value);
      return;
    }
    const start = this.position;
    const next = start + 1 + length;
    if (next > this.capacity) this.grow(next);
    const bytes = this.bytes;
    let units = 0;
    bytes[start] = length << 2;
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i);
      units |= unit;
      bytes[start + 1 + i] = unit;
    }
    if (units > 255) this.#long(value);
    else this.position = next;
  }

  #long(value: string): void {
    const room = utf8Room(value);
    const start = this.position;
    this.varint(value.length * 4);
    const body = this.reserve(room);
    const written = writeUtf8(value, this.bytes, this.text, body, room);
    this.position = body + written;
    if (written === value.length) return; // ASCII, which is Latin-1
    this.position = start;
    if (!isWellFormed(value)) {
      this.#utf16(value);
      return;
    }
    const head = written * 4 + Kind.UTF8;
    const moved = start + varintLength(head);
    this.reserve(moved - start + written);
    if (moved !== body) this.bytes.copyWithin(moved, body, body + written); // before the longer head overwrites it
    this.position = start;
    this.varint(head);
    this.position = moved + written;
  }

  #utf16(value: string): void {
    if (value.length * 2 > MAX_MESSAGE) throw new CodecError('message is longer than 1 GiB');
    this.varint(value.length * 8 + Kind.UTF16);
    const body = this.reserve(value.length * 2);
    writeUtf16(value, this.view, body);
  }

  /** What was written, as a copy. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(HEADER_BYTES, this.position);
  }
}

/** Gives what a codec reads: `bytes[position..end)`. */
export class Reader {
  bytes: Uint8Array;
  view: DataView;
  text: TextBuffer | undefined;
  position: number;
  end: number;
  /** Where the batch ends whose messages are read now; 0: nothing is read beyond `end`. See `readAhead`. */
  #batchEnd = 0;
  /** `bytes[#aheadStart..#aheadEnd)` as Latin-1, and what has been saved by that. */
  #ahead = '';
  #aheadStart = 0;
  #aheadEnd = 0;
  #saved = 0;

  constructor(bytes: Uint8Array, position = 0, end: number = bytes.byteLength) {
    this.bytes = plain(bytes);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.text = textBuffer(bytes);
    this.position = position;
    this.end = end;
  }

  /** Reads from other memory now. */
  rebind(bytes: Uint8Array): void {
    this.bytes = plain(bytes);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.text = textBuffer(bytes);
  }

  /** Reads `bytes[position..end)` next. */
  reset(position: number, end: number): this {
    this.position = position;
    this.end = end;
    return this;
  }

  /**
   * Until `readAhead` is called again, all up to `batchEnd` is messages that stay where they are: strings of up to 128 characters may be
   * cut out of text that is read for several of them at once, which costs half to a third. Who keeps such a string of more than
   * 12 characters keeps the text, 512 bytes at most, alive. Where a text held too few strings, or what is left
   * is short, the rest of the batch is read as any message is.
   */
  readAhead(batchEnd: number): void {
    this.#batchEnd = batchEnd;
    this.#aheadEnd = 0;
    this.#saved = COSTS;
    if (batchEnd === 0) this.#ahead = '';
  }

  get remaining(): number {
    return this.end - this.position;
  }

  /** Passes over `count` bytes and returns where they start. */
  take(count: number): number {
    const start = this.position;
    if (count > this.end - start) throw truncated();
    this.position = start + count;
    return start;
  }

  u8(): number {
    return this.bytes[this.take(1)] as number;
  }

  i8(): number {
    return (this.u8() << 24) >> 24;
  }

  u16(): number {
    return this.view.getUint16(this.take(2), true);
  }

  i16(): number {
    return this.view.getInt16(this.take(2), true);
  }

  u32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  i32(): number {
    return this.view.getInt32(this.take(4), true);
  }

  f32(): number {
    return this.view.getFloat32(this.take(4), true);
  }

  f64(): number {
    return this.view.getFloat64(this.take(8), true);
  }

  u64(): bigint {
    return this.view.getBigUint64(this.take(8), true);
  }

  i64(): bigint {
    return this.view.getBigInt64(this.take(8), true);
  }

  varint(): number {
    const low = this.u8();
    if (low < 128) return low;
    const high = this.u8();
    let value = (low & 127) | ((high & 127) << 7);
    if (high < 128) return value;
    for (let shift = 14; shift < 35; shift += 7) {
      const byte = this.u8();
      if (shift === 28 && byte > 15) break;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
    throw undecodable('a length does not fit 32 bits');
  }

  /** A copy of the next `count` bytes. */
  raw(count: number): Uint8Array<ArrayBuffer> {
    const start = this.take(count);
    // Of shared memory, too, `slice` makes a copy that is not shared.
    return this.bytes.slice(start, start + count);
  }

  /** What `Writer.blob` wrote, as a copy. */
  blob(): Uint8Array<ArrayBuffer> {
    return this.raw(this.varint());
  }

  string(): string {
    const head = this.varint();
    const length = head >>> 2;
    const start = this.take(length);
    switch (head & 3) {
      case Kind.LATIN1:
        return this.#latin1(start, length);
      case Kind.UTF8:
        return readUtf8(this.bytes, this.text, start, start + length);
      case Kind.UTF16:
        if (length % 2 === 0) return readUtf16(this.view, start, start + length);
    }
    throw undecodable('a string is of no known kind');
  }

  #latin1(start: number, length: number): string {
    const end = start + length;
    if (this.#batchEnd !== 0 && length <= LONGEST_CUT && (end <= this.#aheadEnd || this.#lookAhead(start))) {
      this.#saved += length > SHORT_READ ? SAVES : 1;
      return this.#ahead.substring(start - this.#aheadStart, end - this.#aheadStart);
    }
    return length <= SHORT_READ ? readShort(this.bytes, start, length) : readLatin1(this.bytes, this.text, start, end);
  }

  /** Reads text from `start` on, which lies behind what was cut before; false, and never again, if that was not worth it. */
  #lookAhead(start: number): boolean {
    if (this.#saved < COSTS || this.#batchEnd - start < FEWEST) {
      this.#batchEnd = 0;
      return false;
    }
    this.#aheadStart = start;
    this.#aheadEnd = Math.min(start + AHEAD, this.#batchEnd);
    this.#ahead = readLatin1(this.bytes, this.text, start, this.#aheadEnd);
    this.#saved = 0;
    return true;
  }
}

function varintLength(value: number): number {
  return value < 2 ** 7 ? 1 : value < 2 ** 14 ? 2 : value < 2 ** 21 ? 3 : value < 2 ** 28 ? 4 : 5;
}

/** Without the subclass: a Buffer's `slice` does not copy. */
function plain(bytes: Uint8Array): Uint8Array {
  return bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
