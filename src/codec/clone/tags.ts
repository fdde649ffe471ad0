/** What the tags of tag.ts refer to by number. */

/** Error classes by type; the next number is DOMException, and any other class travels as the first. */
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
