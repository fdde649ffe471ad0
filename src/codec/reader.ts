/**
 * What codecs read from; the format is that of bytes.ts.
 *
 * Invariant: a Reader never reads at or beyond `end`, and checks each length against what is left before it allocates.
 */
import { truncated, undecodable } from './fault.js';
import { copyNext } from './slab.js';
import { bufferOf, LATIN1, readLatin1, readShort, readUtf8, readUtf16, type TextBuffer, UTF8, UTF16 } from './text.js';
import { type Views, viewsOf } from './views.js';

/** Up to so many characters, making a string here is faster than a call of the host. */
const SHORT_READ = 12;
/** So much Latin-1 text is read ahead in one call, and strings up to so long are cut out of it. */
const AHEAD = 512;
const LONGEST_CUT = AHEAD / 4;
/** What cutting a string saves, of at most SHORT_READ characters as the unit, or of more; and what reading ahead costs. */
const SAVES = 8;
const COSTS = 16;
/** In fewer bytes there are too few. */
const FEWEST = 160;

/** Gives what a codec reads: `bytes[position..end)`. */
export class Reader implements Views {
  bytes: Uint8Array;
  memory: ArrayBufferLike;
  view: DataView;
  text: TextBuffer | undefined;
  position: number;
  end: number;
  /** Nobody writes to this memory any more (`apart`). */
  readonly isApart: boolean;
  /** Where the batch ends whose messages are read now; 0: nothing is read beyond `end`. See `readAhead`. */
  #batchEnd = 0;
  /** `bytes[#aheadStart..#aheadEnd)` as Latin-1, and what has been saved by that. */
  #ahead = '';
  #aheadStart = 0;
  #aheadEnd = 0;
  #saved = 0;

  /** Reads `bytes[position..end)`. `like` has the same memory, if there is one. */
  constructor(bytes: Uint8Array, position = 0, end: number = bytes.byteLength, like?: Views, isApart = false) {
    const views = like ?? viewsOf(bytes);
    this.bytes = views.bytes;
    this.memory = views.memory;
    this.view = views.view;
    this.text = views.text;
    this.position = position;
    this.end = end;
    this.isApart = isApart;
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

  /**
   * The next `count` bytes where they lie, for codecs of one's own that copy what they take from them. They stay as they are, but their
   * buffer is all of the message, and of others that are short: mind `byteOffset`, and who is given them. Who keeps them keeps up to
   * 64 KiB, or the message if it is longer than 4 KiB. Costs less than 0.1 µs, where `raw` of more than 64 bytes costs 0.5 to 1 µs.
   */
  subarray(count: number): Uint8Array<ArrayBuffer> {
    const start = this.take(count);
    return this.bytes.subarray(start, start + count) as Uint8Array<ArrayBuffer>;
  }

  /** What `Writer.blob` wrote, as a copy. */
  blob(): Uint8Array<ArrayBuffer> {
    return this.raw(this.varint());
  }

  /** What `Writer.blob` wrote, as a Buffer, which is part of a slab if it is short; where there are no Buffers, as `blob`. */
  buffer(): Uint8Array {
    const length = this.varint();
    const { bytes, memory, start } = copyNext(this, length);
    return bufferOf(memory, start, length) ?? bytes.slice(start, start + length);
  }

  string(): string {
    const head = this.varint();
    const length = head >>> 2;
    const start = this.take(length);
    switch (head & 3) {
      case LATIN1:
        return this.#latin1(start, length);
      case UTF8:
        return readUtf8(this.bytes, this.text, start, start + length);
      case UTF16:
        if (length % 2 === 0) return readUtf16(this.view, start, start + length);
    }
    throw undecodable('a string is of no known kind');
  }

  /** All that is left, as Latin-1. */
  latin1(): string {
    const start = this.position;
    this.position = this.end;
    return this.#latin1(start, this.end - start);
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
    const end = Math.min(start + AHEAD, this.#batchEnd);
    // First, as a full stack may not let it through.
    this.#ahead = readLatin1(this.bytes, this.text, start, end);
    this.#aheadStart = start;
    this.#aheadEnd = end;
    this.#saved = 0;
    return true;
  }
}
