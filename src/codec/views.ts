/** Bytes, as whoever reads them looks at them. */
import { type TextBuffer, textBuffer } from './text.js';

/** The ways to look at some bytes. */
export interface Views {
  readonly bytes: Uint8Array;
  /** That of `bytes`, which takes a call of the host to ask for. */
  readonly memory: ArrayBufferLike;
  readonly view: DataView;
  readonly text: TextBuffer | undefined;
}

/** How `array` is looked at. */
export function viewsOf(array: Uint8Array): Views {
  const { buffer: memory, byteOffset, byteLength } = array;
  return { bytes: plain(array), memory, view: new DataView(memory, byteOffset, byteLength), text: textBuffer(array) };
}

/** The same memory without the subclass: a Buffer's `slice` does not copy, and others may make anything of `subarray`. */
export function plain(array: Uint8Array, numeric: Uint8ArrayConstructor = Uint8Array): Uint8Array {
  return Object.getPrototypeOf(array) === numeric.prototype ? array : new numeric(array.buffer, array.byteOffset, array.length);
}
