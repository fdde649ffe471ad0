/**
 * The values of a context: a list from the newest to the oldest, shared by the contexts below, and what of it travels.
 */
import { isHandle } from '../handle/endpoint.js';
import { pack, unpack } from './parcel.js';

/** One value and those behind it. */
export interface Values {
  readonly key: unknown;
  readonly value: unknown;
  readonly rest: Values | undefined;
}

/** One value for another thread. Symbols of `Symbol.for` go by name. */
export interface PackedValue {
  readonly symbol: boolean;
  readonly key: string | number | bigint | boolean;
  readonly value: Uint8Array;
}

/** Stands for -0 in a Set, which takes it for 0. */
const MINUS_ZERO = Symbol('-0');

/** Types of keys that are the same in every thread. */
const KEYS = ['string', 'number', 'bigint', 'boolean'];

/** The newest value of `key`. */
export function lookUp(values: Values | undefined, key: unknown): unknown {
  for (let one = values; one !== undefined; one = one.rest) if (Object.is(one.key, key)) return one.value;
  return undefined;
}

/** The values that another thread can look up and structured clone can carry; the others stay. */
export function packValues(values: Values | undefined): readonly PackedValue[] {
  const seen = new Set<unknown>();
  const packed: PackedValue[] = [];
  for (let one = values; one !== undefined; one = one.rest) {
    const key = Object.is(one.key, -0) ? MINUS_ZERO : one.key;
    if (seen.has(key)) continue;
    seen.add(key);
    const made = packValue(one.key, one.value);
    if (made !== undefined) packed.push(made);
  }
  return packed;
}

function packValue(key: unknown, value: unknown): PackedValue | undefined {
  const symbol = typeof key === 'symbol';
  const name = symbol ? Symbol.keyFor(key) : key;
  if (!KEYS.includes(typeof name)) return undefined;
  try {
    // Of a Proxy this asks its handler.
    return isHandle(value) ? undefined : { symbol, key: name as PackedValue['key'], value: pack(value) };
  } catch {
    return undefined;
  }
}

export function unpackValues(packed: readonly PackedValue[]): Values | undefined {
  let values: Values | undefined;
  for (const { symbol, key, value } of [...packed].reverse()) {
    values = { key: symbol ? Symbol.for(String(key)) : key, value: unpack(value), rest: values };
  }
  return values;
}
