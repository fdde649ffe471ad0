/**
 * The bytes of `codec.structuredClone`. A value is a tag and what the table says; objects are numbered in the order in which
 * the decoder makes them, from 0, and `REF` names one that was met before, so shared references and cycles come back.
 *
 * ```
 * UNDEFINED NULL TRUE FALSE        INT     varint zigzag, 32 bits        NUMBER   f64
 * BIGINT64  i64                    BIGINT  varint bytes * 2 + negative, magnitude, most significant byte first
 * STRING    string                 REF     varint number of the object
 * OBJECT    properties             ARRAY   varint length, values         SPARSE   u32 length, properties (holes, extra keys)
 * DATE      f64                    REGEXP  string source, string flags
 * MAP       varint count, key, value …    SET varint count, values
 * ERROR     u8 type, u8 parts (1 message, 2 stack, 4 cause), string message, string stack, value cause
 * BUFFER    varint length, bytes   VIEW    u8 type, value buffer, varint offset, varint length in elements
 * PART      varint length, bytes: a Uint8Array with a buffer of its own
 * SHARED    varint number given by the shared buffer hook
 * BOOLEAN_OBJECT u8                NUMBER_OBJECT f64   STRING_OBJECT string   BIGINT_OBJECT value
 * properties = varint count, then key string and value each; GONE instead of a value: the property has vanished meanwhile
 * ```
 * A VIEW is numbered after its buffer, everything else before what is in it.
 */
export const Tag = {
  UNDEFINED: 0,
  NULL: 1,
  TRUE: 2,
  FALSE: 3,
  INT: 4,
  NUMBER: 5,
  BIGINT64: 6,
  BIGINT: 7,
  STRING: 8,
  REF: 9,
  OBJECT: 10,
  ARRAY: 11,
  SPARSE: 12,
  DATE: 13,
  REGEXP: 14,
  MAP: 15,
  SET: 16,
  ERROR: 17,
  BUFFER: 18,
  VIEW: 19,
  PART: 20,
  SHARED: 21,
  BOOLEAN_OBJECT: 22,
  NUMBER_OBJECT: 23,
  STRING_OBJECT: 24,
  BIGINT_OBJECT: 25,
  GONE: 26,
} as const;

/** Bits of ERROR's parts. */
export const Part = { MESSAGE: 1, STACK: 2, CAUSE: 4 } as const;

/** Error classes by type; any other class travels as the first. */
export const ERRORS = [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError] as const;

type ViewConstructor = new (buffer: ArrayBufferLike, offset: number, length: number) => ArrayBufferView;

const float16 = (globalThis as { Float16Array?: ViewConstructor }).Float16Array;

/** View classes by type; the last one is missing in older hosts. */
export const VIEWS: readonly (ViewConstructor | undefined)[] = [
  DataView,
  Uint8Array,
  Int8Array,
  Uint8ClampedArray,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
  BigUint64Array,
  BigInt64Array,
  float16,
];

/** The type of a view by what `%TypedArray%.prototype[Symbol.toStringTag]` says. */
export const VIEW_TYPES: ReadonlyMap<string | undefined, number> = new Map(
  VIEWS.flatMap((view, i) => (view === undefined ? [] : [[i === 0 ? undefined : view.name, i] as const])),
);

/** Containers within containers, at most. Both ends refuse more, whatever their stacks would allow. */
export const MAX_DEPTH = 1000;

/** Lets shared memory travel by number inside messages, for the engine that keeps track of it. */
export interface SharedBufferHook {
  /** A number for the buffer, or undefined to refuse it. */
  encode(buffer: SharedArrayBuffer): number | undefined;
  /** The buffer of that number, or undefined if it is gone. */
  decode(id: number): SharedArrayBuffer | undefined;
}

let sharedBufferHook: SharedBufferHook | undefined;

/** Until a hook is set, a SharedArrayBuffer in a value is a CodecError. */
export function setSharedBufferHook(hook: SharedBufferHook | undefined): void {
  sharedBufferHook = hook;
}

export function sharedBuffers(): SharedBufferHook | undefined {
  return sharedBufferHook;
}
