/** Loops over many scalars are the same bytes and the same values as one after the other. */
import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { codec } from 'hchan';
import { describe, expect, it } from 'vitest';
import type { BuiltIn } from '../../build/codec/builtin.js';
import { type Loops, Reader, Writer } from '../../build/codec/codec.js';

const { f32, f64, bool } = codec;
const { u8, i8, u16, i16, u32, i32, u64, i64 } = codec;

const SCALARS = { u8, i8, u16, i16, u32, i32, f32, f64, u64, i64, bool } as unknown as Record<string, BuiltIn<unknown>>;

/** What fits, what is near its limits, and what is of another type. */
const anything = fc.oneof(
  fc.integer({ min: -300, max: 300 }),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 }),
  fc.nat({ max: 2 ** 32 }),
  fc.double(),
  fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }),
  fc.boolean(),
  fc.constantFrom(undefined, null, '', '7', -0, Number.NaN, 1.5, Number.POSITIVE_INFINITY),
);

function loopsOf(made: BuiltIn<unknown>): Loops {
  if (made.loops === undefined) throw new Error('no loops');
  return made.loops;
}

/** The first of `values` that fit, as `encode` writes them. */
function oneByOne(made: BuiltIn<unknown>, values: readonly unknown[]): Uint8Array {
  const to = new Writer(64);
  try {
    for (const value of values) made.encode(value, to);
  } catch {
    // does not fit
  }
  return to.finish();
}

function packed(made: BuiltIn<unknown>, values: readonly unknown[]): Uint8Array {
  const to = new Writer(64);
  const size = made.size as number;
  const at = to.reserve(values.length * size);
  to.position = at + loopsOf(made).pack(values, 0, values.length, to, at) * size;
  return to.finish();
}

/** What `unpack` makes of the bytes from an offset, as a batch has it that lies behind a message being encoded. */
function unpacked(made: BuiltIn<unknown>, bytes: Uint8Array, into: unknown[], offset: number): unknown[] {
  const memory = new Uint8Array(offset + bytes.length);
  memory.set(bytes, offset);
  loopsOf(made).unpack(into, new DataView(memory.buffer), offset, bytes.length / (made.size as number));
  return into;
}

describe.each(Object.entries(SCALARS))('loops of %s', (_, made) => {
  const fitting = anything.filter((value) => oneByOne(made, [value]).length > 0);

  it('write what fits, up to the first value that does not', () => {
    const batches = fc.tuple(fc.array(fitting, { maxLength: 60 }), fc.array(anything, { maxLength: 10 }));
    fc.assert(
      fc.property(batches, ([fit, rest]) => {
        const values = [...fit, ...rest];
        deepStrictEqual(packed(made, values), oneByOne(made, values));
      }),
      { numRuns: 300 },
    );
  });

  it('write to where the memory is after a getter had it replaced', () => {
    const [value] = fc.sample(fitting, { numRuns: 1, seed: 1 });
    const values = Array.from({ length: 9 }, () => value);
    const to = new Writer(64);
    const size = made.size as number;
    const at = to.reserve(9 * size);
    Object.defineProperty(values, 4, {
      get() {
        to.grow(to.capacity * 2);
        return value;
      },
    });
    expect(loopsOf(made).pack(values, 0, 9, to, at)).toBe(9);
    deepStrictEqual(to.finish(), oneByOne(made, Array(9).fill(value)));
  });

  it('read what was written, and any other bytes, behind what is there', () => {
    const size = made.size as number;
    const bytes = fc.uint8Array({ maxLength: 40 * size }).map((all) => all.slice(0, all.length - (all.length % size)));
    fc.assert(
      fc.property(bytes, fc.array(anything, { maxLength: 3 }), fc.nat(9), (all, before, offset) => {
        const from = new Reader(all);
        const expected = Array.from({ length: all.length / size }, () => made.decode(from));
        deepStrictEqual(unpacked(made, all, [...before], offset), [...before, ...expected]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('an array', () => {
  it.each([0, 1, 31, 32, 33, 65_535, 65_536, 65_537, 200_000])('of %d elements arrives whole', (length) => {
    const made = codec.array(codec.u8);
    const to = new Writer();
    const values = Array.from({ length }, (_, i) => i & 255);
    made.encode(values, to);
    deepStrictEqual(made.decode(new Reader(to.finish())), values);
  });
});

it('there are no loops for what takes no bytes, is not fixed or is no scalar', () => {
  for (const made of [codec.void, codec.string, codec.struct({ a: codec.u8 }), codec.array(codec.u8)])
    expect((made as unknown as BuiltIn<unknown>).loops).toBeUndefined();
});
