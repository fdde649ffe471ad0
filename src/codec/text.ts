/**
 * Strings to bytes and back, by the fastest means that the host has.
 *
 * Wire: varint `length * 4 + kind`, then `length` bytes; kind 0 Latin-1, 1 UTF-8, 2 UTF-16LE (lone surrogates), so that
 * every JavaScript string comes back as it was. Bytes that are not of their kind decode to some string (U+FFFD for bad UTF-8).
 *
 * Node's Buffer methods are used where they exist. TextDecoder refuses shared memory, so views of it are copied first,
 * and its `latin1` is windows-1252, so Latin-1 goes through `String.fromCharCode`.
 */

export const LATIN1 = 0;
export const UTF8 = 1;
export const UTF16 = 2;

/** The methods of Node's Buffer that carry strings. */
export interface TextBuffer extends Uint8Array {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
  utf8Write(text: string, offset: number, length: number): number;
}

interface BufferHost {
  from(memory: ArrayBufferLike, offset: number, length: number): TextBuffer;
  byteLength(text: string): number;
  prototype: Partial<TextBuffer>;
  [Symbol.species]: {
    new (memory: ArrayBufferLike, offset: number, length: number): TextBuffer;
    prototype: Partial<TextBuffer>;
  };
}

const METHODS = ['latin1Slice', 'utf8Slice', 'utf8Write'] as const;

const given = (globalThis as unknown as { Buffer?: BufferHost }).Buffer;
const host = METHODS.every((method) => typeof given?.prototype?.[method] === 'function') ? given : undefined;

/** What Node makes slices of Buffers by: half the cost of `Buffer.from`, which asks what it is given. */
const species = host?.[Symbol.species];
const Slice = species !== host && species?.prototype === host?.prototype ? species : undefined;

/** The same memory as a Buffer, or undefined where there is none. */
export function textBuffer(bytes: Uint8Array): TextBuffer | undefined {
  return bufferOf(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** `length` bytes of `memory` from `start` on, likewise. */
export function bufferOf(memory: ArrayBufferLike, start: number, length: number): TextBuffer | undefined {
  return Slice ? new Slice(memory, start, length) : host?.from(memory, start, length);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** How many bytes `text` takes in UTF-8: three times its length is enough too, but a waste if it is long. */
export function utf8Room(text: string): number {
  return host?.byteLength(text) ?? encoder.encode(text).length;
}

/** Writes UTF-8 at `at`, where `utf8Room` bytes are free, and returns how many it took. */
export function writeUtf8(text: string, bytes: Uint8Array, buffer: TextBuffer | undefined, at: number, room: number): number {
  if (buffer !== undefined) return buffer.utf8Write(text, at, room);
  return encoder.encodeInto(text, bytes.subarray(at, at + room)).written;
}

export function writeUtf16(text: string, view: DataView, at: number): void {
  for (let i = 0; i < text.length; i++) view.setUint16(at + i * 2, text.charCodeAt(i), true);
}

/** No lone surrogates: UTF-8 can carry it. */
export function isWellFormed(text: string): boolean {
  const modern = text as string & { isWellFormed?(): boolean };
  return modern.isWellFormed?.() ?? !/\p{Surrogate}/u.test(text);
}

export function readUtf8(bytes: Uint8Array, buffer: TextBuffer | undefined, start: number, end: number): string {
  if (buffer !== undefined) return buffer.utf8Slice(start, end);
  const part = bytes.subarray(start, end);
  return decoder.decode(bytes.buffer instanceof ArrayBuffer ? part : new Uint8Array(part));
}

const CHUNK = 4096;

export function readLatin1(bytes: Uint8Array, buffer: TextBuffer | undefined, start: number, end: number): string {
  if (buffer !== undefined) return buffer.latin1Slice(start, end);
  let text = '';
  for (let i = start; i < end; i += CHUNK) text += String.fromCharCode(...bytes.subarray(i, Math.min(end, i + CHUNK)));
  return text;
}

export function readUtf16(view: DataView, start: number, end: number): string {
  let text = '';
  const units: number[] = [];
  for (let i = start; i + 1 < end; i += 2) {
    units.push(view.getUint16(i, true));
    if (units.length === CHUNK) text += String.fromCharCode(...units.splice(0));
  }
  return text + String.fromCharCode(...units);
}

/** At most 12 Latin-1 characters, in one call and without the host. */
export function readShort(b: Uint8Array, i: number, length: number): string {
  const make = String.fromCharCode as (...units: (number | undefined)[]) => string;
  switch (length) {
    case 0:
      return '';
    case 1:
      return make(b[i]);
    case 2:
      return make(b[i], b[i + 1]);
    case 3:
      return make(b[i], b[i + 1], b[i + 2]);
    case 4:
      return make(b[i], b[i + 1], b[i + 2], b[i + 3]);
    case 5:
      return make(b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4]);
    case 6:
      return make(b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4], b[i + 5]);
    case 7:
      return make(b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4], b[i + 5], b[i + 6]);
    case 8:
      return make(b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4], b[i + 5], b[i + 6], b[i + 7]);
    case 9:
      return make(b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4], b[i + 5], b[i + 6], b[i + 7], b[i + 8]);
    case 10:
      return make(b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4], b[i + 5], b[i + 6], b[i + 7], b[i + 8], b[i + 9]);
    case 11:
      return make(b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4], b[i + 5], b[i + 6], b[i + 7], b[i + 8], b[i + 9], b[i + 10]);
    default:
      return make(
        b[i],
        b[i + 1],
        b[i + 2],
        b[i + 3],
        b[i + 4],
        b[i + 5],
        b[i + 6],
        b[i + 7],
        b[i + 8],
        b[i + 9],
        b[i + 10],
        b[i + 11],
      );
  }
}
