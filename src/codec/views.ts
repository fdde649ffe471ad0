/**
 * Bytes, as whoever reads them looks at them.
 *
 * What a typed array says of itself is read from its internal slots: its own properties, and those of its class, may say anything, and it may come
 * from another realm.
 */
import { type TextBuffer, textBuffer } from './text.js';

const PROTOTYPE = Object.getPrototypeOf(Int8Array.prototype) as object;

function slot<R>(name: PropertyKey): (array: unknown) => R {
  const get = Object.getOwnPropertyDescriptor(PROTOTYPE, name)?.get as (this: unknown) => R;
  return (array) => get.call(array);
}

/** `Uint8Array` and so on; undefined for what is no typed array. */
export const kindOf: (value: unknown) => string | undefined = slot(Symbol.toStringTag);
/** Elements of a typed array. TypeError for anything else. */
export const lengthOf: (array: unknown) => number = slot('length');
export const offsetOf: (array: unknown) => number = slot('byteOffset');
export const memoryOf: (array: unknown) => ArrayBuffer = slot('buffer');

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
  const bytes = plain(array);
  const { buffer: memory, byteOffset, byteLength } = bytes;
  return { bytes, memory, view: new DataView(memory, byteOffset, byteLength), text: textBuffer(bytes) };
}

/**
 * The same memory by a typed array of this realm with no class and nothing of its own: a Buffer's `slice` does not copy, and others may make
 * anything of `subarray` or `length`. One without memory is empty. TypeError for what is no typed array.
 */
export function plain<A>(array: A): A {
  const type = globalThis[kindOf(array) as 'Uint8Array'];
  return (lengthOf(array) ? new type(memoryOf(array), offsetOf(array), lengthOf(array)) : new type()) as A;
}
