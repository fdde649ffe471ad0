/**
 * Typed arrays as the destination of numeric channels.
 */
import { unfit } from '../arguments.js';
import { numericArray } from '../codec/codec.js';
import { kindOf, plain } from '../codec/views.js';
import type { Port } from '../engine.js';
import { label } from '../errors.js';
import { type Endpoint, PORT } from './endpoint.js';

/** The typed arrays that a channel of `T` fills: those whose elements are `T`. The codec says which of them it is. */
export type NumericArray<T> = [T] extends [bigint]
  ? BigInt64Array | BigUint64Array
  : [T] extends [number]
    ? Float64Array | Float32Array | Int32Array | Uint32Array | Int16Array | Uint16Array | Int8Array | Uint8Array
    : never;

/** A typed array as this file needs it. */
export interface Fillable {
  readonly length: number;
  [index: number]: unknown;
  subarray(from: number): Fillable;
}

/** Checks that `array` is a typed array of the channel's own number type, with room for at least one value. */
export function arrayFor(endpoint: Endpoint<unknown>, array: unknown): Fillable {
  const port = endpoint[PORT];
  const wanted = numericArray(port.codec);
  if (wanted === undefined) {
    throw new TypeError(`recvManyInto needs a channel with a numeric codec; ${label(port)} has codec '${port.codec.id}'`);
  }
  if (kindOf(array) !== wanted.name) throw unfit('array', `a ${wanted.name}`, array);
  const into = plain(array) as Fillable;
  if (into.length === 0) throw new RangeError('array must have room for at least 1 value, not 0');
  return into;
}

/** Fills `into` from index `from`; returns how many, 0 for nothing there now, -1 for closed and drained. */
export function fillFrom(port: Port, into: Fillable, from: number): number {
  const room = from === 0 ? into : into.subarray(from);
  if (port.tryRecvInto !== undefined) return port.tryRecvInto(room as unknown as ArrayLike<unknown>);
  const values: unknown[] = [];
  const taken = port.tryRecvMany(values, room.length);
  for (let index = 0; index < values.length; index++) room[index] = values[index];
  return taken;
}
