/**
 * Property names as they are read: the same few come again and again, so short ones are looked up by their bytes, and the
 * string that was made before is used again. That saves making it, and V8 internalising it.
 *
 * A direct-mapped table of 256: a name displaces the one that was in its place. Nothing is trusted to the hash.
 */
import type { Reader } from '../bytes.js';

const MAX_LENGTH = 24;
const table: string[] = new Array<string>(256).fill('');

/** What `from.string()` would return. */
export function readKey(from: Reader): string {
  const start = from.position;
  const bytes = from.bytes;
  const length = (bytes[start] ?? 0) >>> 2;
  // One byte of length, and Latin-1.
  if (start >= from.end || length > MAX_LENGTH || ((bytes[start] ?? 0) & 3) !== 0 || start + 1 + length > from.end)
    return from.string();
  let hash = length;
  for (let i = start + 1; i <= start + length; i++) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0;
  const slot = (hash ^ (hash >>> 8)) & 255;
  const known = table[slot] as string;
  if (isSame(known, bytes, start + 1, length)) {
    from.position = start + 1 + length;
    return known;
  }
  const made = from.string();
  table[slot] = made;
  return made;
}

function isSame(text: string, bytes: Uint8Array, at: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) !== bytes[at + i]) return false;
  return true;
}
