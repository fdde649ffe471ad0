/**
 * Tokens: the plain objects that carry a handle to another thread.
 *
 * A token is data that any structured clone carries, so nothing in it is trusted: the engine that made it checks its
 * secret `key` before anything else. `isToken` only says that an object has the shape of one.
 */
import { type Codec, codecSpec } from './codec/codec.js';
import type * as Direction from './direction.js';
import type { EngineName, Port } from './engine.js';

/** What `share()` returns, as its user sees it: opaque, and typed by the handle that `attach` will make of it. */
export interface Shared<H> {
  readonly hchan: 'token';
  /** Exists in types only. */
  readonly __handle?: H;
}

/** What a token holds. */
export interface TokenBody {
  readonly hchan: 'token';
  /** Layout version. */
  readonly version: 1;
  readonly engine: EngineName;
  readonly id: number;
  /** The channel's secret and this token's grant, as the engine writes them. */
  readonly key: string;
  readonly direction: Direction.Direction;
  readonly capacity: number;
  readonly name: string | undefined;
  /** The codec's id, compared by both ends. */
  readonly codec: string;
  /** How to build the codec again, if it is made of built-in ones only. */
  readonly spec: unknown;
  /** Engine `shared`: the memory itself. */
  readonly buffer?: SharedArrayBuffer;
}

/** A token of `port`. */
export function tokenOf<T>({ engineName, id, direction, capacity, name, codec }: Port<T>, key: string): TokenBody {
  const spec = codecSpec(codec as Codec<unknown>);
  return { hchan: 'token', version: 1, engine: engineName, id, key, direction, capacity, name, codec: codec.id, spec };
}

const FIELDS = {
  version: 'number',
  engine: 'string',
  id: 'number',
  key: 'string',
  direction: 'number',
  capacity: 'number',
  codec: 'string',
} as const;

/** Whether `value` has the shape of a token. */
export function isToken(value: unknown): value is TokenBody {
  if (typeof value !== 'object' || value === null) return false;
  const body = value as Record<string, unknown>;
  if (body['hchan'] !== 'token' || !['string', 'undefined'].includes(typeof body['name'])) return false;
  return Object.entries(FIELDS).every(([field, type]) => typeof body[field] === type);
}
