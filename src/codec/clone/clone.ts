/**
 * `codec.structuredClone`, the default: any value that a structured clone takes, in a portable format (see tag.ts).
 *
 * Departures from the platform's `structuredClone`: containers nest at most 1000 deep; SharedArrayBuffer, Blob, WebAssembly
 * modules and other platform objects are refused; a resizable ArrayBuffer arrives with a fixed length; a Node Buffer that is
 * part of a larger buffer arrives as a Uint8Array of just its bytes.
 */
import { BuiltIn, type Codec } from '../builtin.js';
import { decode } from './decode.js';
import { encode } from './encode.js';

export { refuseToClone } from './classify.js';
export { type SharedBufferHook, setSharedBufferHook } from './tags.js';

const clone = new BuiltIn<unknown>({
  id: 'structuredClone',
  spec: 'structuredClone',
  minimum: 1,
  allowed: 'a value that can be cloned',
  encode,
  decode,
});

/**
 * Values as `structuredClone` copies them: plain objects, arrays, Map, Set, Date, RegExp, errors, buffers and typed arrays,
 * wrapped primitives, with cycles and shared references. Class instances arrive as plain objects. CodecError for functions,
 * symbols, promises and the like.
 */
export function structuredClone<T = unknown>(): Codec<T> {
  return clone as BuiltIn<unknown> as BuiltIn<T>;
}
