/**
 * What codecs write to, and the format that `Reader` reads. Little-endian, no alignment.
 *
 * ```
 * varint       7 bits a byte, low bits first, bit 7: more follow; 0 to 2^32-1
 * bytes        varint length, the bytes
 * string       varint length * 4 + kind, the bytes (see text.ts)
 * ```
 * Invariant: a Writer's position is word 0 of its memory, so that whoever shares the memory knows what is in use.
 *
 * User code (a getter, `toJSON`, another codec) may run while a value is encoded, and may itself use channels: after
 * any call that can run it, `view` and `bytes` are to be read anew. What has been reserved stays where it is.
 */
import { fault } from './fault.js';
import { isWellFormed, LATIN1, type TextBuffer, textBuffer, UTF8, UTF16, utf8Room, writeUtf8, writeUtf16 } from './text.js';
import { lengthOf } from './views.js';

export { Reader } from './reader.js';

/** Bytes before the first message: words for the addon, of which the first is the writer's position. */
export const HEADER_BYTES = 64;
/** No message is longer: 1 GiB. */
export const MAX_MESSAGE = 2 ** 30;

/** V8 reads no longer UTF-8. */
const LONGEST_TEXT = 0x1fff_ffe8;
/** Up to so many characters, a loop here is faster than a call of the host. */
const SHORT_WRITE = 16;
/** From so many characters on the head of a string takes more than two bytes, and its room is worth counting. */
const SMALL = 4096;

/** Takes what a codec writes. */
export class Writer {
  /** All memory, header included. */
  bytes!: Uint8Array<ArrayBuffer>;
  view!: DataView<ArrayBuffer>;
  /** The header. */
  words!: Int32Array<ArrayBuffer>;
  /** The same memory as a Buffer, where there is one. */
  text: TextBuffer | undefined;
  /** `bytes.length`. */
  capacity!: number;
  /** Told after the memory has been replaced. */
  onRenewed: (() => void) | undefined = undefined;

  /** Writes to `memory`, which may be shared, if there is some, as long as that is large enough. */
  constructor(capacity = 1024, memory: ArrayBuffer = new ArrayBuffer(Math.max(capacity, HEADER_BYTES))) {
    this.renew(memory);
    this.words[0] = HEADER_BYTES;
  }

  /** Writes to `memory` from now on, with the content that is there. */
  renew(memory: ArrayBuffer): void {
    this.bytes = new Uint8Array(memory);
    this.view = new DataView(memory);
    this.words = new Int32Array(memory, 0, HEADER_BYTES / 4);
    this.text = textBuffer(this.bytes);
    this.capacity = memory.byteLength;
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
    if (needed > MAX_MESSAGE + HEADER_BYTES) throw fault('message is longer than 1 GiB');
    const { bytes } = this;
    this.renew(new ArrayBuffer(Math.min(Math.max((needed + 63) & ~63, bytes.length * 2), MAX_MESSAGE + HEADER_BYTES)));
    this.bytes.set(bytes); // all of it: a string may be rewriting itself behind the position
    this.onRenewed?.();
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
    const start = this.reserve(lengthOf(value));
    this.bytes.set(value, start);
  }

  /** The bytes and their length. */
  blob(value: Uint8Array): void {
    this.varint(lengthOf(value));
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

  /** In few calls, because V8 inlines so many and no more, and which ones differs from one process to the next. */
  #long(value: string): void {
    const length = value.length;
    const room = length < SMALL ? length * 3 : utf8Room(value);
    const head = length < 32 ? 1 : 2;
    const start = this.reserve(head + room);
    const body = start + head;
    const bytes = this.bytes;
    const written = writeUtf8(value, bytes, this.text, body, room);
    if (written !== length || length >= SMALL) {
      this.#other(value, start, body, written);
      return;
    }
    // ASCII, which is Latin-1.
    bytes[start] = head === 1 ? length << 2 : (length << 2) | 128;
    if (head === 2) bytes[start + 1] = length >>> 5;
    this.words[0] = body + length;
  }

  /** Puts `written` bytes of UTF-8, which lie at `body`, behind the head that they need at `start`. */
  #other(value: string, start: number, body: number, written: number): void {
    this.position = start;
    const isAscii = written === value.length;
    if (written > LONGEST_TEXT) throw fault('string is longer than 512 MiB');
    if (!(isAscii || isWellFormed(value))) {
      this.#utf16(value);
      return;
    }
    const head = written * 4 + (isAscii ? LATIN1 : UTF8);
    const moved = start + varintLength(head);
    this.reserve(moved - start + written);
    if (moved !== body) this.bytes.copyWithin(moved, body, body + written); // before the head overwrites it
    this.position = start;
    this.varint(head);
    this.position = moved + written;
  }

  #utf16(value: string): void {
    if (value.length * 2 > MAX_MESSAGE) throw fault('message is longer than 1 GiB');
    this.varint(value.length * 8 + UTF16);
    const body = this.reserve(value.length * 2);
    writeUtf16(value, this.view, body);
  }

  /** What was written, as a copy. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(HEADER_BYTES, this.position);
  }
}

function varintLength(value: number): number {
  return value < 2 ** 7 ? 1 : value < 2 ** 14 ? 2 : value < 2 ** 21 ? 3 : value < 2 ** 28 ? 4 : 5;
}
