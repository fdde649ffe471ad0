/**
 * What a codec is, and what a built-in one knows about itself besides.
 *
 * All built-in codecs are objects of one class and so of one shape: the engines' hot paths read `size`, `encode` and
 * `decode` of any of them at the same offsets. `encode` and `decode` do not use `this`.
 */

import { checkFunction, unfit } from '../arguments.js';
import { MAX_MESSAGE, type Reader, type Writer } from './bytes.js';
import type { Loops } from './loops.js';

/**
 * How values of `T` become bytes and come back.
 *
 * `encode` throws CodecError for a value that does not fit, and nothing is sent then. It writes exactly `size` bytes if
 * there is a `size`. `decode` reads exactly what `encode` wrote, also when other things follow.
 *
 * @example
 * import { pack, unpack } from 'msgpackr';
 * const msgpack: Codec<unknown> = {
 *   id: 'msgpack',
 *   encode: (value, to) => to.blob(pack(value)),
 *   decode: (from) => unpack(from.blob()),
 * };
 */
export interface Codec<T> {
  /** Says what the bytes mean. Both ends of a channel must have the same. */
  readonly id: string;
  /** Length of every message, if they all have the same. */
  readonly size?: number;
  encode(value: T, to: Writer): void;
  decode(from: Reader): T;
}

/** What the values of a codec are. */
export type Infer<C> = C extends Codec<infer T> ? T : never;

/** A codec that also takes `undefined`, and makes a field of a struct one that may be left out. */
export interface OptionalCodec<T> extends Codec<T | undefined> {
  readonly optional: true;
}

/** The typed arrays that numeric codecs match. */
export type NumericConstructor =
  | Uint8ArrayConstructor
  | Int8ArrayConstructor
  | Uint16ArrayConstructor
  | Int16ArrayConstructor
  | Uint32ArrayConstructor
  | Int32ArrayConstructor
  | Float32ArrayConstructor
  | Float64ArrayConstructor
  | BigUint64ArrayConstructor
  | BigInt64ArrayConstructor;

/** A scalar as source text, for the code that `compile` makes. `v`, `view` and `at` are JavaScript expressions. */
export interface Inline {
  fits(v: string): string;
  write(v: string, view: string, at: string): string;
  read(view: string, at: string): string;
}

/** What a built-in codec is made from. */
export interface BuiltInParts<T> {
  readonly id: string;
  readonly encode: (value: T, to: Writer) => void;
  readonly decode: (from: Reader) => T;
  readonly size?: number | undefined;
  /** JSON from which `codecFromSpec` builds it again; undefined if custom code is inside. */
  readonly spec: unknown;
  /** No message is shorter. */
  readonly minimum: number;
  readonly fallible?: boolean;
  readonly allowed?: string;
  readonly inline?: Inline;
  readonly loops?: Loops;
  readonly numeric?: NumericConstructor;
  /** An optional's inner codec. */
  readonly inner?: Codec<unknown>;
  /** A struct's fields. */
  readonly fields?: readonly Field[];
}

/** A member of a struct. */
export interface Field {
  readonly name: string;
  readonly codec: Codec<unknown>;
}

/** A codec of this package. */
export class BuiltIn<T> implements Codec<T> {
  readonly id: string;
  declare readonly size?: number;
  readonly encode: (value: T, to: Writer) => void;
  readonly decode: (from: Reader) => T;
  readonly #spec: unknown;
  readonly minimum: number;
  /** Runs user code when it decodes. */
  readonly fallible: boolean;
  /** The values that fit, in words. */
  readonly allowed: string;
  readonly inline: Inline | undefined;
  readonly numeric: NumericConstructor | undefined;
  readonly inner: Codec<unknown> | undefined;
  readonly fields: readonly Field[] | undefined;
  readonly optional: boolean;
  /** What moves many values of a scalar at once, if this is one and the host allows it. */
  readonly loops: Loops | undefined;

  constructor(parts: BuiltInParts<T>) {
    this.id = parts.id;
    (this as { size?: number | undefined }).size = parts.size;
    this.encode = parts.encode;
    this.decode = parts.decode;
    this.#spec = frozen(parts.spec);
    this.minimum = parts.minimum;
    this.fallible = parts.fallible ?? false;
    this.allowed = parts.allowed ?? '';
    this.inline = parts.inline;
    this.loops = parts.loops;
    this.numeric = parts.numeric;
    this.inner = parts.inner;
    this.fields = parts.fields;
    this.optional = parts.inner !== undefined;
    Object.freeze(this); // one may serve many channels
  }

  /** JSON from which `codecFromSpec` builds `codec` again; undefined if it is none of this package, or custom code is inside. */
  static specOf(codec: Codec<unknown>): unknown {
    return codec instanceof BuiltIn ? codec.#spec : undefined;
  }

  /** False for what is only derived from a codec of ours (`Object.create`, a Proxy), whose methods may be a user's. */
  static [Symbol.hasInstance](codec: unknown): boolean {
    return typeof codec === 'object' && codec !== null && #spec in codec;
  }
}

/** Deeply frozen: tokens show it to users, and codecs share it. */
function frozen(spec: unknown): unknown {
  if (typeof spec === 'object' && !Object.isFrozen(spec)) Object.values(Object.freeze(spec) as object).forEach(frozen);
  return spec;
}

/** How a codec stands in another one's id. */
export function idOf(codec: Codec<unknown>): string {
  return codec instanceof BuiltIn ? codec.id : `<${JSON.stringify(codec.id)}>`;
}

/** Bytes that each message has at least. */
export function minimumOf(codec: Codec<unknown>): number {
  return codec instanceof BuiltIn ? codec.minimum : (codec.size ?? 0);
}

/** Whether decoding runs code that is not of this package: it may throw, take long and use channels. */
export function runsUserCode(codec: Codec<unknown>): boolean {
  return codec instanceof BuiltIn ? codec.fallible : true;
}

/** The specs of all members, or undefined if one has none. */
export function specsOf(codecs: readonly Codec<unknown>[]): unknown[] | undefined {
  const specs = codecs.map(BuiltIn.specOf);
  return specs.includes(undefined) ? undefined : specs;
}

/** Codecs that are made of built-in ones alone, by their ids, which say all of them; last is the one last asked for. */
const known = new Map<string, BuiltIn<unknown>>();
const MOST_KNOWN = 256;
/** Longer ids, and what they stand for, are not kept. */
const LONGEST_KNOWN = 4096;

/**
 * The codec of that `id` and `spec`, which `make` makes unless it is known: so all channels of a thread that carry the same
 * run the same code. Else V8 compiles the code of each `attach` anew, which takes some 9 ms of other threads for a small struct.
 */
export function once(id: string, spec: unknown, make: () => BuiltIn<unknown>): BuiltIn<unknown> {
  if (spec === undefined || id.length > LONGEST_KNOWN) return make();
  const codec = known.get(id) ?? make();
  known.delete(id);
  known.set(id, codec);
  if (known.size > MOST_KNOWN) known.delete(known.keys().next().value as string);
  return codec;
}

/** The size of all members together, or undefined if one is not fixed. */
export function sizeOf(codecs: readonly Codec<unknown>[]): number | undefined {
  let size = 0;
  for (const codec of codecs) {
    if (codec.size === undefined) return undefined;
    size += codec.size;
  }
  return size;
}

/** `value` as a codec; TypeError if it is none. */
export function checkCodec(value: unknown): Codec<unknown> {
  if (value instanceof BuiltIn) return value as Codec<unknown>;
  const made = value as Partial<Record<keyof Codec<unknown>, unknown>> | null;
  if (typeof made !== 'object' || made === null) throw unfit('codec', 'a codec', value);
  const { id, size } = made;
  if (typeof id !== 'string' || id === '') throw unfit('codec.id', 'a string that says what the bytes mean', id);
  for (const method of ['encode', 'decode'] as const) checkFunction(`codec.${method}`, made[method]);
  if (size !== undefined && !(Number.isInteger(size) && (size as number) >= 0 && (size as number) <= MAX_MESSAGE)) {
    throw unfit('codec.size', 'the length of every message in bytes, or undefined', size);
  }
  return made as Codec<unknown>;
}
