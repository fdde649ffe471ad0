/** The values that are sent. A pool of different ones, made before the clock starts; each has a number to check it by. */
import type { Codec } from '../codec/codec.js';
import { codec } from '../codec/index.js';
import type { Payload } from './scenario.js';

/** One kind of value. */
export interface Cargo {
  readonly codec: Codec<unknown>;
  /** The value of message `index`. */
  value(index: number): unknown;
  /** What is added up on both sides; the sums must be equal. */
  key(value: unknown): number;
}

interface Person {
  readonly id: number;
  readonly name: string;
  readonly tags: readonly string[];
}

const POOL = 1024;
const LARGE_POOL = 16;

function pooled<T>(size: number, make: (index: number) => T): (index: number) => T {
  let values: T[] | undefined;
  return (index) => {
    values ??= Array.from({ length: size }, (_, at) => make(at));
    return values[index & (size - 1)] as T;
  };
}

function bytes(length: number, pool: number): Cargo {
  return {
    codec: codec.bytes as Codec<unknown>,
    value: pooled(pool, (index) => new Uint8Array(length).fill(index & 0xff)),
    key: (value) => {
      const array = value as Uint8Array;
      return array.length + (array[0] ?? 0) + (array[array.length - 1] ?? 0);
    },
  };
}

const CARGO: Readonly<Record<Payload, () => Cargo>> = {
  number: () => ({ codec: codec.f64 as Codec<unknown>, value: (index) => index, key: (value) => value as number }),
  string64: () => ({
    codec: codec.string as Codec<unknown>,
    value: pooled(POOL, (index) => `${index}`.padEnd(64, ' of sixty-four letters')),
    key: (value) => (value as string).length + (value as string).charCodeAt(0),
  }),
  bytes1k: () => bytes(1024, POOL),
  bytes64k: () => bytes(65_536, LARGE_POOL),
  object: () => ({
    codec: codec.struct({ id: codec.u32, name: codec.string, tags: codec.array(codec.string) }) as unknown as Codec<unknown>,
    value: pooled(
      POOL,
      (index): Person => ({ id: index, name: `customer ${index}`, tags: ['new', `area ${index % 50}`, 'mail'] }),
    ),
    key: (value) => (value as Person).id + (value as Person).tags.length,
  }),
};

/** The values of one kind. */
export const cargoOf = (payload: Payload): Cargo => CARGO[payload]();

/** What `key` adds up to over the first `count` values. */
export function expectedSum(cargo: Cargo, count: number): number {
  let sum = 0;
  for (let index = 0; index < count; index++) sum += cargo.key(cargo.value(index));
  return sum;
}
