/**
 * Numbers, booleans, strings, bytes and nothing. Each takes exactly its type and range, and no conversion is made.
 *
 * ```
 * u8 … f64   the number, little-endian       bool    1 byte, 0 or 1        void   no byte
 * string     as Writer.string                bytes, buffer   varint length, bytes
 * ```
 * Those of one size have functions of their own, made by `loops.ts`, or else, where the host forbids that, by `plainly`.
 */

import { BuiltIn, type Inline, type NumericConstructor } from './builtin.js';
import type { Reader, Writer } from './bytes.js';
import type { Functions } from './compile.js';
import { misfit } from './fault.js';
import { compileScalars, type Loops, type Scalar } from './loops.js';
import { kindOf } from './views.js';

/** What a scalar's code is made of, as source text and as functions. */
interface Parts<T> extends Scalar {
  readonly isValid: (value: unknown) => boolean;
  readonly put: (view: DataView, at: number, value: T) => void;
  readonly get: (view: DataView, at: number) => T;
  readonly numeric?: NumericConstructor;
}

type DataViewMethods = Record<string, (at: number, value: unknown, littleEndian: true) => void> &
  Record<string, (at: number, littleEndian: true) => unknown>;

/** u8 to f64: what it takes follows from its name, and how it lies in memory from the class of typed array. */
function number(id: string, numeric: NumericConstructor): Parts<unknown> {
  const size = numeric.BYTES_PER_ELEMENT;
  const method = numeric.name.replace('Array', '');
  const isFloat = id.startsWith('f');
  const isSigned = id.startsWith('i');
  const type = size === 8 && !isFloat ? 'bigint' : 'number';
  const half = 2n ** BigInt(size * 8 - 1);
  const [min, max] = isSigned ? [-half, half - 1n] : [0n, 2n * half - 1n];
  const shift = 32 - size * 8;
  const wrapped = (v: string) =>
    type === 'bigint'
      ? `BigInt.as${isSigned ? 'Int' : 'Uint'}N(64, ${v})`
      : `${v} << ${shift} ${isSigned ? '>>' : '>>>'} ${shift}`;
  const unit = type === 'bigint' ? 'n' : '';
  const isSingle = isFloat && size === 4;
  return {
    ...{ id, size, numeric },
    allowed: isFloat
      ? `a number${isSingle ? ' up to 3.4e38' : ''}`
      : `${unit && 'big'}int${unit ? '' : 'eger'}s ${min}${unit} to ${max}${unit}`,
    inline: {
      fits: (v) =>
        `typeof ${v} === '${type}' && ${isSingle ? `Math.abs(Math.fround(${v}) - ${v}) !== Infinity` : isFloat || `(${wrapped(v)}) === ${v}`}`,
      write: (v, view, at) => `${view}.set${method}(${at}, ${v}, true)`,
      read: (view, at) => `${view}.get${method}(${at}, true)`,
    },
    isValid: (value) =>
      typeof value === type &&
      (isSingle
        ? Math.abs(Math.fround(value as number) - (value as number)) !== Infinity
        : isFloat || ((type === 'bigint' || Number.isInteger(value)) && (value as number) >= min && (value as number) <= max)),
    put: (view, at, value) => (view as unknown as DataViewMethods)[`set${method}`]?.(at, value, true),
    get: (view, at) => (view as unknown as DataViewMethods)[`get${method}`]?.(at, true),
  };
}

const flag: Parts<boolean> = {
  ...{ id: 'bool', size: 1, allowed: 'true or false' },
  inline: {
    fits: (v) => `typeof ${v} === 'boolean'`,
    write: (v, view, at) => `${view}.setUint8(${at}, ${v} ? 1 : 0)`,
    read: (view, at) => `${view}.getUint8(${at}) !== 0`,
  },
  isValid: (value) => typeof value === 'boolean',
  put: (view, at, value) => view.setUint8(at, Number(value)),
  get: (view, at) => view.getUint8(at) !== 0,
};

const none: Parts<undefined> = {
  ...{ id: 'void', size: 0, allowed: 'undefined' },
  inline: { fits: (v) => `${v} === undefined`, write: () => '', read: () => 'undefined' },
  isValid: (value) => value === undefined,
  put: () => undefined,
  get: () => undefined,
};

function plainly({ id, size, allowed, isValid, put, get }: Parts<unknown>): Functions<unknown> {
  return {
    encode(value: unknown, to: Writer): void {
      if (!isValid(value)) throw misfit(id, value, allowed);
      const at = to.reserve(size);
      put(to.view, at, value);
    },
    decode(from: Reader): unknown {
      const at = from.take(size);
      return get(from.view, at);
    },
  };
}

const parts = [
  number('u8', Uint8Array),
  number('i8', Int8Array),
  number('u16', Uint16Array),
  number('i16', Int16Array),
  number('u32', Uint32Array),
  number('i32', Int32Array),
  number('f32', Float32Array),
  number('f64', Float64Array),
  number('u64', BigUint64Array),
  number('i64', BigInt64Array),
  flag as Parts<unknown>,
  none as Parts<unknown>,
];

function build(each: Parts<unknown>, made: (Functions<unknown> & Loops) | undefined): BuiltIn<unknown> {
  const { id, size, allowed, inline, numeric } = each;
  const { encode, decode } = made ?? plainly(each);
  return new BuiltIn({
    ...{ id, spec: id, size, minimum: size, allowed, inline: inline as Inline, encode, decode },
    ...(size > 0 && made && { loops: made }),
    ...(numeric && { numeric }),
  });
}

const compiled = compileScalars(parts);
const scalars = parts.map((each, i) => build(each, compiled?.[i]));
const [U8, I8, U16, I16, U32, I32, F32, F64, U64, I64, BOOL, VOID] = scalars;

export const u8 = U8 as BuiltIn<number>;
export const i8 = I8 as BuiltIn<number>;
export const u16 = U16 as BuiltIn<number>;
export const i16 = I16 as BuiltIn<number>;
export const u32 = U32 as BuiltIn<number>;
export const i32 = I32 as BuiltIn<number>;
/** The nearest 32-bit float is sent; a finite number that has none but Infinity does not fit. */
export const f32 = F32 as BuiltIn<number>;
export const f64 = F64 as BuiltIn<number>;
export const u64 = U64 as BuiltIn<bigint>;
export const i64 = I64 as BuiltIn<bigint>;
export const bool = BOOL as BuiltIn<boolean>;
export const nothing = VOID as BuiltIn<undefined>;

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

function blob<T extends Uint8Array>(id: string, allowed: string, decode: (from: Reader) => T): BuiltIn<T> {
  return new BuiltIn<T>({
    ...{ id, spec: id, minimum: 1, allowed, decode },
    encode(value: unknown, to) {
      if (kindOf(value) !== 'Uint8Array') throw misfit(id, value, allowed);
      to.blob(value as Uint8Array);
    },
  });
}

export const bytes: BuiltIn<Uint8Array> = blob<Uint8Array>('bytes', 'a Uint8Array', (from) => from.blob());

/** The host's Buffer, where it has one. */
export type HostBuffer = typeof globalThis extends { Buffer: { isBuffer(value: unknown): value is infer B } } ? B : Uint8Array;

export const buffer: BuiltIn<HostBuffer> = blob('buffer', 'a Buffer or Uint8Array', (from) => from.buffer() as HostBuffer);

/** Every scalar by its id. */
export const SCALARS: ReadonlyMap<string, BuiltIn<unknown>> = new Map(
  [...scalars, ...([string, bytes, buffer] as BuiltIn<unknown>[])].map((made) => [made.id, made]),
);
