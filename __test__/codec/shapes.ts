/** Codecs of every kind and nesting, each with the values that it takes. */

import fc from 'fast-check';
import { type Codec, codec } from 'hchan';

export interface Shape {
  readonly codec: Codec<unknown>;
  readonly values: fc.Arbitrary<unknown>;
  /** May be left out of a struct. */
  readonly optional?: boolean;
}

export interface Sample {
  readonly codec: Codec<unknown>;
  readonly value: unknown;
}

/** Any string: Latin-1, all planes, lone surrogates, long ones. */
export const strings: fc.Arbitrary<string> = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }).map((units) => String.fromCharCode(...units)),
  fc.tuple(fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }), fc.nat(3000)).map(([unit, times]) => unit.repeat(times)),
);

export const names: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'toString', 'length', 'a', 'b c', '0', '7', '', "'", '\u2028', '\ud800'),
  fc.string({ maxLength: 5 }),
);

function object(entries: readonly (readonly [string, unknown])[]): object {
  const made = {};
  for (const [name, value] of entries)
    Object.defineProperty(made, name, { value, writable: true, enumerable: true, configurable: true });
  return made;
}

const leaf = (made: Codec<never>, values: fc.Arbitrary<unknown>): Shape => ({ codec: made as Codec<unknown>, values });
const integers = (min: number, max: number) => fc.oneof(fc.integer({ min, max }), fc.constantFrom(min, max));

/** What a structured clone carries; its own tests compare it with the platform's. */
export const clonable: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  any: fc.oneof({ depthSize: 'small', maxDepth: 4 }, tie('leaf'), tie('list'), tie('object'), tie('map'), tie('set')),
  leaf: fc.oneof(
    strings,
    fc.double(),
    fc.maxSafeInteger(),
    fc.bigInt(),
    fc.boolean(),
    fc.constantFrom(undefined, null, -0, 2 ** 31, -(2 ** 31)),
    fc.date({ noInvalidDate: true }),
    fc.uint8Array(),
    fc.float64Array(),
    fc.constant(/a+/giu),
  ),
  list: fc.oneof(fc.array(tie('any'), { maxLength: 5 }), fc.sparseArray(tie('any'), { maxNumElements: 5 })),
  object: fc.array(fc.tuple(names, tie('any')), { maxLength: 5 }).map(object),
  map: fc.array(fc.tuple(tie('any'), tie('any')), { maxLength: 4 }).map((entries) => new Map(entries as [unknown, unknown][])),
  set: fc.array(tie('any'), { maxLength: 4 }).map((values) => new Set(values)),
})).any;

const jsonValues = fc.jsonValue({ noUnicodeString: false }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);

const leaves: readonly Shape[] = [
  leaf(codec.u8, integers(0, 255)),
  leaf(codec.i8, integers(-128, 127)),
  leaf(codec.u16, integers(0, 65_535)),
  leaf(codec.i16, integers(-32_768, 32_767)),
  leaf(codec.u32, integers(0, 2 ** 32 - 1)),
  leaf(codec.i32, integers(-(2 ** 31), 2 ** 31 - 1)),
  leaf(codec.f32, fc.float()),
  leaf(codec.f64, fc.double()),
  leaf(codec.u64, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
  leaf(codec.i64, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  leaf(codec.bool, fc.boolean()),
  leaf(codec.void, fc.constant(undefined)),
  leaf(codec.string, strings),
  leaf(codec.bytes, fc.uint8Array({ maxLength: 100 })),
  leaf(
    codec.buffer,
    fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
  ),
  leaf(codec.json(), jsonValues),
  leaf(codec.structuredClone(), clonable),
  leaf(codec.literals('a', '__proto__', 3, false, null), fc.constantFrom('a', '__proto__', 3, false, null)),
];

function structOf(fields: readonly (readonly [string, Shape])[]): Shape {
  const entries = fields.map(([name, shape]) => {
    const there = shape.values.map((value): [string, unknown][] => [[name, value]]);
    return shape.optional === true ? fc.oneof(there, fc.constant([])) : there;
  });
  return {
    codec: codec.struct(
      object(fields.map(([name, shape]) => [name, shape.codec])) as Record<string, Codec<unknown>>,
    ) as Codec<unknown>,
    values: fc.tuple(...entries).map((parts) => object(parts.flat())),
  };
}

function unionOf(variants: readonly (readonly [string, readonly (readonly [string, Shape])[]])[]): Shape {
  const made = variants.map(([name, fields]) => [name, structOf(fields)] as const);
  const values = made.map(([name, shape]) =>
    shape.values.map((value) => object([['kind', name], ...Object.entries(value as object)])),
  );
  const codecs = object(made.map(([name, shape]) => [name, shape.codec])) as Record<string, Codec<object>>;
  return { codec: codec.union('kind', codecs) as Codec<unknown>, values: fc.oneof(...values) };
}

/** Every codec, in every nesting. */
export const shapes: fc.Arbitrary<Shape> = fc.letrec<{ any: Shape; fields: (readonly [string, Shape])[] }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(...leaves),
    tie('fields').map(structOf),
    fc.array(tie('any'), { maxLength: 4 }).map((all) => ({
      codec: codec.tuple(...all.map((shape) => shape.codec)) as Codec<unknown>,
      values: fc.tuple(...all.map((shape) => shape.values)),
    })),
    tie('any').map((shape) => ({
      codec: codec.array(shape.codec) as Codec<unknown>,
      values: fc.array(shape.values, { maxLength: 6 }),
    })),
    tie('any').map((shape) => ({
      codec: codec.optional(shape.codec) as Codec<unknown>,
      values: fc.option(shape.values, { nil: undefined }),
      optional: true,
    })),
    fc
      .uniqueArray(
        fc.tuple(
          names,
          tie('fields').map((all) => all.filter(([name]) => name !== 'kind')),
        ),
        { selector: ([name]) => name, minLength: 1, maxLength: 3 },
      )
      .map(unionOf),
  ),
  fields: fc.uniqueArray(fc.tuple(names, tie('any')), { selector: ([name]) => name, maxLength: 5 }),
})).any;

/** A codec and a value that fits it. */
export const samples: fc.Arbitrary<Sample> = shapes.chain((shape) =>
  shape.values.map((value) => ({ codec: shape.codec, value })),
);
