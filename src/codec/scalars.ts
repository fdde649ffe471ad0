/**
 * Numbers, booleans, strings, bytes and nothing. Each takes exactly its type and range, and no conversion is made.
 *
 * ```
 * u8 … f64   the number, little-endian       bool    1 byte, 0 or 1        void   no byte
 * string     as Writer.string                bytes   varint length, bytes
 * ```
 */

import { BuiltIn, type Inline, type NumericConstructor } from './builtin.js';
import type { Reader, Writer } from './bytes.js';
import { misfit } from './fault.js';

interface Scalar<T> {
  readonly size: number;
  readonly allowed: string;
  readonly encode: (value: T, to: Writer) => void;
  readonly decode: (from: Reader) => T;
  readonly inline: Inline;
  readonly numeric?: NumericConstructor;
}

function scalar<T>(id: string, parts: Scalar<T>): BuiltIn<T> {
  return new BuiltIn<T>({ ...parts, id, spec: id, minimum: parts.size });
}

/** The DataView methods of a number type as source text. */
function inlineNumber(fits: (v: string) => string, method: string): Inline {
  return {
    fits,
    write: (v, view, at) => `${view}.set${method}(${at}, ${v}, true)`,
    read: (view, at) => `${view}.get${method}(${at}, true)`,
  };
}

const NUMBER = 'a number';
const isNumber = (v: string) => `typeof ${v} === 'number'`;
const isBits = (bits: string) => (v: string) => `typeof ${v} === 'number' && (${bits.replaceAll('v', v)}) === ${v}`;

const INTEGERS = {
  u8: 'integers 0 to 255',
  i8: 'integers -128 to 127',
  u16: 'integers 0 to 65535',
  i16: 'integers -32768 to 32767',
  u32: 'integers 0 to 4294967295',
  i32: 'integers -2147483648 to 2147483647',
  u64: 'bigints 0n to 18446744073709551615n',
  i64: 'bigints -9223372036854775808n to 9223372036854775807n',
} as const;

export const u8: BuiltIn<number> = scalar('u8', {
  size: 1,
  allowed: INTEGERS.u8,
  encode(value, to) {
    if (typeof value !== 'number' || (value & 255) !== value) throw misfit('u8', value, INTEGERS.u8);
    const at = to.reserve(1);
    to.bytes[at] = value;
  },
  decode: (from) => from.bytes[from.take(1)] as number,
  inline: inlineNumber(isBits('v & 255'), 'Uint8'),
  numeric: Uint8Array,
});

export const i8: BuiltIn<number> = scalar('i8', {
  size: 1,
  allowed: INTEGERS.i8,
  encode(value, to) {
    if (typeof value !== 'number' || (value << 24) >> 24 !== value) throw misfit('i8', value, INTEGERS.i8);
    const at = to.reserve(1);
    to.view.setInt8(at, value);
  },
  decode: (from) => from.view.getInt8(from.take(1)),
  inline: inlineNumber(isBits('v << 24 >> 24'), 'Int8'),
  numeric: Int8Array,
});

export const u16: BuiltIn<number> = scalar('u16', {
  size: 2,
  allowed: INTEGERS.u16,
  encode(value, to) {
    if (typeof value !== 'number' || (value & 65535) !== value) throw misfit('u16', value, INTEGERS.u16);
    const at = to.reserve(2);
    to.view.setUint16(at, value, true);
  },
  decode: (from) => from.view.getUint16(from.take(2), true),
  inline: inlineNumber(isBits('v & 65535'), 'Uint16'),
  numeric: Uint16Array,
});

export const i16: BuiltIn<number> = scalar('i16', {
  size: 2,
  allowed: INTEGERS.i16,
  encode(value, to) {
    if (typeof value !== 'number' || (value << 16) >> 16 !== value) throw misfit('i16', value, INTEGERS.i16);
    const at = to.reserve(2);
    to.view.setInt16(at, value, true);
  },
  decode: (from) => from.view.getInt16(from.take(2), true),
  inline: inlineNumber(isBits('v << 16 >> 16'), 'Int16'),
  numeric: Int16Array,
});

export const u32: BuiltIn<number> = scalar('u32', {
  size: 4,
  allowed: INTEGERS.u32,
  encode(value, to) {
    if (typeof value !== 'number' || value >>> 0 !== value) throw misfit('u32', value, INTEGERS.u32);
    const at = to.reserve(4);
    to.view.setUint32(at, value, true);
  },
  decode: (from) => from.view.getUint32(from.take(4), true),
  inline: inlineNumber(isBits('v >>> 0'), 'Uint32'),
  numeric: Uint32Array,
});

export const i32: BuiltIn<number> = scalar('i32', {
  size: 4,
  allowed: INTEGERS.i32,
  encode(value, to) {
    if (typeof value !== 'number' || (value | 0) !== value) throw misfit('i32', value, INTEGERS.i32);
    const at = to.reserve(4);
    to.view.setInt32(at, value, true);
  },
  decode: (from) => from.view.getInt32(from.take(4), true),
  inline: inlineNumber(isBits('v | 0'), 'Int32'),
  numeric: Int32Array,
});

/** The nearest 32-bit float is sent. */
export const f32: BuiltIn<number> = scalar('f32', {
  size: 4,
  allowed: NUMBER,
  encode(value, to) {
    if (typeof value !== 'number') throw misfit('f32', value, NUMBER);
    const at = to.reserve(4);
    to.view.setFloat32(at, value, true);
  },
  decode: (from) => from.view.getFloat32(from.take(4), true),
  inline: inlineNumber(isNumber, 'Float32'),
  numeric: Float32Array,
});

export const f64: BuiltIn<number> = scalar('f64', {
  size: 8,
  allowed: NUMBER,
  encode(value, to) {
    if (typeof value !== 'number') throw misfit('f64', value, NUMBER);
    const at = to.reserve(8);
    to.view.setFloat64(at, value, true);
  },
  decode: (from) => from.view.getFloat64(from.take(8), true),
  inline: inlineNumber(isNumber, 'Float64'),
  numeric: Float64Array,
});

export const u64: BuiltIn<bigint> = scalar('u64', {
  size: 8,
  allowed: INTEGERS.u64,
  encode(value, to) {
    if (typeof value !== 'bigint' || BigInt.asUintN(64, value) !== value) throw misfit('u64', value, INTEGERS.u64);
    const at = to.reserve(8);
    to.view.setBigUint64(at, value, true);
  },
  decode: (from) => from.view.getBigUint64(from.take(8), true),
  inline: inlineNumber((v) => `typeof ${v} === 'bigint' && BigInt.asUintN(64, ${v}) === ${v}`, 'BigUint64'),
  numeric: BigUint64Array,
});

export const i64: BuiltIn<bigint> = scalar('i64', {
  size: 8,
  allowed: INTEGERS.i64,
  encode(value, to) {
    if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) throw misfit('i64', value, INTEGERS.i64);
    const at = to.reserve(8);
    to.view.setBigInt64(at, value, true);
  },
  decode: (from) => from.view.getBigInt64(from.take(8), true),
  inline: inlineNumber((v) => `typeof ${v} === 'bigint' && BigInt.asIntN(64, ${v}) === ${v}`, 'BigInt64'),
  numeric: BigInt64Array,
});

export const bool: BuiltIn<boolean> = scalar('bool', {
  size: 1,
  allowed: 'true or false',
  encode(value, to) {
    if (typeof value !== 'boolean') throw misfit('bool', value, 'true or false');
    const at = to.reserve(1);
    to.bytes[at] = value ? 1 : 0;
  },
  decode: (from) => from.bytes[from.take(1)] !== 0,
  inline: {
    fits: (v) => `typeof ${v} === 'boolean'`,
    write: (v, view, at) => `${view}.setUint8(${at}, ${v} ? 1 : 0)`,
    read: (view, at) => `${view}.getUint8(${at}) !== 0`,
  },
});

export const nothing: BuiltIn<undefined> = scalar('void', {
  size: 0,
  allowed: 'undefined',
  encode(value) {
    if (value !== undefined) throw misfit('void', value, 'undefined');
  },
  decode: () => undefined,
  inline: { fits: (v) => `${v} === undefined`, write: () => '', read: () => 'undefined' },
});

export const string: BuiltIn<string> = new BuiltIn<string>({
  id: 'string',
  spec: 'string',
  minimum: 1,
  allowed: 'a string',
  encode(value, to) {
    if (typeof value !== 'string') throw misfit('string', value, 'a string');
    to.string(value);
  },
  decode: (from) => from.string(),
});

export const bytes: BuiltIn<Uint8Array> = new BuiltIn<Uint8Array>({
  id: 'bytes',
  spec: 'bytes',
  minimum: 1,
  allowed: 'a Uint8Array',
  encode(value, to) {
    if (!(value instanceof Uint8Array)) throw misfit('bytes', value, 'a Uint8Array');
    to.blob(value);
  },
  decode: (from) => from.blob(),
});

/** Every scalar by its id. */
export const SCALARS: ReadonlyMap<string, BuiltIn<unknown>> = new Map(
  [u8, i8, u16, i16, u32, i32, f32, f64, u64, i64, bool, nothing, string, bytes].map((made) => [
    made.id,
    made as BuiltIn<unknown>,
  ]),
);
