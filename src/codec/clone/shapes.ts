/**
 * Objects with the same names in the same order, of which a channel carries many: they are read by code that is made for them, which knows
 * each name before it reads it, and makes the object by a literal. What turns out to be otherwise is read on name by name.
 *
 * Invariants: names enter the source as JSON string literals only; what is read is compared with the name, whatever the table says; code is made for
 * no more than `MOST` shapes, and for none where the host forbids it.
 */
import type { Reader } from '../bytes.js';

/** What stands for a property that went away while it was written. */
export const GONE: unique symbol = Symbol('gone');

/** Reads values, and what is no object of the shape. */
export interface Source {
  any(): unknown;
  /** The object that begins with these names and values, of `count` in all. */
  rest(keys: readonly string[], values: readonly unknown[], count: number): object;
}

/** Reads an object of which the first name has been read. */
type Read = (source: Source, from: Reader) => object;

/** What has been seen at a place of the table. */
interface Shape {
  readonly keys: readonly string[];
  /** How much more often than others, lately. At OFTEN code is made, and at 0 the place is free. */
  seen: number;
  read: Read | undefined;
}

/** Properties, and characters of a name, at most. */
const WIDEST = 16;
const LONGEST = 24;
const OFTEN = 32;
const MOST = 64;

let left = MOST;

const table: (Shape | undefined)[] = new Array<undefined>(256).fill(undefined);

function place(first: string, count: number): number {
  return (first.charCodeAt(0) * 31 + first.charCodeAt(first.length - 1) * 7 + count * 67) & 255;
}

/** What reads objects of `count` properties that begin with `first`, if such have come often. */
export function readerOf(first: string, count: number): Read | undefined {
  const shape = table[place(first, count)];
  return shape?.keys.length === count && shape.keys[0] === first ? shape.read : undefined;
}

/** Remembers an object of `count` properties, the first of which is `first`, that has been read without code. */
export function saw(first: string, count: number, made: object): void {
  if (left === 0 || count > WIDEST) return;
  const keys = Object.keys(made);
  // Not those that were read: numbers go before names, and what is gone, or comes twice, is missing.
  if (keys.length !== count || keys[0] !== first) return;
  const slot = place(first, count);
  const shape = table[slot];
  if (!shape?.seen) table[slot] = { keys, seen: 1, read: undefined };
  else if (shape.keys.length !== count || keys.some((key, i) => key !== shape.keys[i])) shape.seen--;
  else if (++shape.seen === OFTEN && keys.every(isPlain)) {
    left--;
    shape.read = compile(keys);
  }
}

/** Whether `key` is written as one byte of length and one for each character. */
function isPlain(key: string): boolean {
  return key.length <= LONGEST && /^[^\u0100-\uffff]*$/.test(key);
}

/** Whether `key` is what `from` reads next, which it then has. */
function passes(from: Reader, key: string): boolean {
  const { length } = key;
  const { bytes, position } = from;
  const end = position + 1 + length;
  if (end > from.end || bytes[position] !== length << 2) return false;
  for (let i = 0; i < length; i++) if (key.charCodeAt(i) !== bytes[position + 1 + i]) return false;
  from.position = end;
  return true;
}

function compile(keys: readonly string[]): Read | undefined {
  const values = keys.map((_, i) => `v${i}`);
  const rest = (known: number) => `return s.rest(keys, [${values.slice(0, known)}], ${keys.length});`;
  const names = keys.map((key) => JSON.stringify(key));
  const lines = names.map((name, i) => `${i === 0 ? '' : `if (!passes(r, ${name})) ${rest(i)}`} const v${i} = s.any();`);
  const members = names.map((name, i) => `${name === '"__proto__"' ? `[${name}]` : name}: v${i}`);
  const body = `"use strict"; return (s, r) => {
${lines.join('\n')}
if (${values.map((value) => `${value} === GONE`).join(' || ')}) ${rest(keys.length)}
return { ${members} };
};
//# sourceURL=hchan:object`;
  try {
    return new Function('passes', 'keys', 'GONE', body)(passes, keys, GONE) as Read;
  } catch (error) {
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}
