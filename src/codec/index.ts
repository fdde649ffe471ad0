/**
 * `codec`: how values become bytes. Every name of it is a codec or makes one.
 */
import { literals, optional } from './choice.js';
import { structuredClone } from './clone/clone.js';
import type { Codec } from './codec.js';
import { json } from './json.js';
import {
  bool,
  buffer,
  bytes,
  f32,
  f64,
  type HostBuffer,
  i8,
  i16,
  i32,
  i64,
  nothing,
  string,
  u8,
  u16,
  u32,
  u64,
} from './scalars.js';
import { array } from './sequence.js';
import { struct, tuple, union } from './struct.js';

export type { Codec, Infer, OptionalCodec, Reader, StandardSchemaV1, Writer } from './codec.js';

/** What `codec` holds. */
export interface Codecs {
  readonly u8: Codec<number>;
  readonly i8: Codec<number>;
  readonly u16: Codec<number>;
  readonly i16: Codec<number>;
  readonly u32: Codec<number>;
  readonly i32: Codec<number>;
  /** The nearest 32-bit float is sent. */
  readonly f32: Codec<number>;
  readonly f64: Codec<number>;
  readonly u64: Codec<bigint>;
  readonly i64: Codec<bigint>;
  readonly bool: Codec<boolean>;
  readonly string: Codec<string>;
  /** A `Uint8Array`, or a Buffer; what arrives is a `Uint8Array` of its own. */
  readonly bytes: Codec<Uint8Array>;
  /**
   * A Buffer, or a `Uint8Array`; what arrives is a Buffer, up to 4 KiB a part of memory that others share, as Buffers share Node's
   * pool, which takes a quarter of the time of memory of its own. Where there is no Buffer it is `bytes` under another name.
   */
  readonly buffer: Codec<HostBuffer>;
  /** Only `undefined`: a signal without data. */
  readonly void: Codec<undefined>;
  readonly json: typeof json;
  readonly structuredClone: typeof structuredClone;
  readonly struct: typeof struct;
  readonly tuple: typeof tuple;
  readonly array: typeof array;
  readonly optional: typeof optional;
  readonly literals: typeof literals;
  readonly union: typeof union;
}

export const codec: Codecs = Object.freeze({
  u8,
  i8,
  u16,
  i16,
  u32,
  i32,
  f32,
  f64,
  u64,
  i64,
  bool,
  string,
  bytes,
  buffer,
  void: nothing,
  json,
  structuredClone,
  struct,
  tuple,
  array,
  optional,
  literals,
  union,
});
