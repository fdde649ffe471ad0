/** Structs, tuples, arrays, optionals, literals and unions: what they take, what they name, what arrives. */
import { deepStrictEqual } from 'node:assert/strict';
import { type Codec, CodecError, codec, type Reader, type StandardSchemaV1 } from 'hchan';
import { describe, expect, it } from 'vitest';
import { codecFromSpec, codecSpec } from '../../build/codec/codec.js';
import { carried, decoded, encoded } from './message.js';

const job = codec.struct({
  id: codec.u32,
  name: codec.string,
  tags: codec.array(codec.u8),
  at: codec.tuple(codec.f64, codec.bool),
});

function message(made: Codec<never>, value: unknown): string {
  try {
    encoded(made, value);
  } catch (error) {
    expect(error).toBeInstanceOf(CodecError);
    return (error as CodecError).message;
  }
  throw new Error('it fits');
}

describe('a value that does not fit', () => {
  const fits = { id: 1, name: 'a', tags: [1, 2, 3, 4], at: [1, true] };

  it.each([
    ['.id', { id: -1 }, 'value at .id does not fit u32: got -1, allowed integers 0 to 4294967295'],
    ['.id, left out', { id: undefined }, 'value at .id does not fit u32: got undefined, allowed integers 0 to 4294967295'],
    ['.name', { name: 7 }, 'value at .name does not fit string: got 7, allowed a string'],
    ['.tags', { tags: 'abc' }, 'value at .tags does not fit array(u8): got "abc", allowed an array'],
    ['.tags[3]', { tags: [0, 1, 2, 300] }, 'value at .tags[3] does not fit u8: got 300, allowed integers 0 to 255'],
    ['.at', { at: [1] }, 'value at .at does not fit tuple(f64,bool): got an array of 1, allowed an array of 2'],
    ['.at[1]', { at: [1, 'x'] }, 'value at .at[1] does not fit bool: got "x", allowed true or false'],
  ])('is named by its path: %s', (_, change, text) => {
    expect(message(job as Codec<never>, { ...fits, ...change })).toBe(text);
  });

  it('is named also where the name is no identifier', () => {
    expect(message(codec.struct({ 'a b': codec.u8 }) as Codec<never>, {})).toContain('value at ["a b"] does not fit u8');
  });

  it('is named at the top', () => {
    for (const value of [null, undefined, 3, 'x']) expect(message(job as Codec<never>, value)).toContain('allowed an object');
    expect(message(codec.struct({}) as Codec<never>, null)).toContain('allowed an object');
  });

  it('is described in a few words, however large', () => {
    expect(message(codec.u8 as Codec<never>, 'x'.repeat(1e6)).length).toBeLessThan(200);
    expect(message(codec.literals('a', 'b') as Codec<never>, 'c')).toBe('value does not fit literals: got "c", allowed "a", "b"');
  });

  it('carries what a getter threw as its cause', () => {
    const cause = new Error('no');
    const value = {
      ...fits,
      get name(): string {
        throw cause;
      },
    };
    expect(() => encoded(job as Codec<never>, value)).toThrow(expect.objectContaining({ name: 'CodecError', cause }));
    expect(message(job as Codec<never>, value)).toBe('value at .name cannot be encoded: no');
  });
});

describe('struct', () => {
  it('sends its fields and no others, inherited ones and getters too', () => {
    class Point {
      x = 1;
      other = 'secret';
      get y() {
        return 2;
      }
    }
    const point = codec.struct({ x: codec.u8, y: codec.u8 });
    deepStrictEqual(carried(point, new Point()), { x: 1, y: 2 });
  });

  it('keeps a field left out apart from one that is undefined, and the order of its fields', () => {
    const made = codec.struct({ a: codec.optional(codec.u8), b: codec.u8, c: codec.optional(codec.string) });
    deepStrictEqual(carried(made, { b: 1 }), { b: 1 });
    deepStrictEqual(carried(made, { a: undefined, b: 1 } as never), { a: undefined, b: 1 });
    expect(Object.keys(carried(made, { c: 'x', b: 1, a: 2 }))).toEqual(['a', 'b', 'c']);
  });

  it('treats __proto__, constructor and toString as data', () => {
    const names = { ['__proto__']: codec.optional(codec.json()), constructor: codec.u8, toString: codec.optional(codec.u8) };
    const made = codec.struct(names as unknown as Record<string, Codec<unknown>>) as Codec<never>;
    const value = JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}');
    const back = decoded(made, encoded(made, value)) as object;
    deepStrictEqual(back, value);
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    expect('polluted' in back).toBe(false);
    expect(message(made, {})).toContain('.constructor does not fit u8: got undefined');
  });

  it('has a size when all its fields have one', () => {
    expect(codec.struct({ a: codec.u8, b: codec.tuple(codec.f64, codec.void), c: codec.literals('x') }).size).toBe(10);
    expect(codec.struct({ a: codec.u8, b: codec.string }).size).toBeUndefined();
  });

  it('has an id that tells any two structures apart', () => {
    const custom = { id: 'u8', encode: () => {}, decode: () => 0 };
    const made = [
      codec.struct({ a: codec.u8, b: codec.u8 }),
      codec.struct({ b: codec.u8, a: codec.u8 }),
      codec.struct({ 'a":u8,"b': codec.u8 }),
      codec.struct({ a: codec.u8, b: custom }),
      codec.tuple(codec.u8, codec.u8),
      codec.array(codec.tuple(codec.u8)),
      codec.union('k', { a: codec.struct({ b: codec.u8 }) }),
      codec.literals('1'),
      codec.literals(1),
      codec.optional(codec.u8),
    ];
    expect(new Set(made.map((each) => each.id)).size).toBe(made.length);
    expect(codec.struct({ a: codec.u8 }).id).toBe(codec.struct({ a: codec.u8 }).id);
  });

  it('refuses fields that are no codecs', () => {
    expect(() => codec.struct({ a: 'u8' } as never)).toThrow(TypeError);
    expect(() => codec.struct(null as never)).toThrow(TypeError);
    expect(() => codec.array(undefined as never)).toThrow('codec must be a codec, not undefined');
  });
});

describe('array', () => {
  it('of scalars carries any number of them, and names the one that does not fit', () => {
    for (const length of [0, 1, 1023, 1024, 1025, 5000]) {
      const all = Array.from({ length }, (_, i) => i);
      deepStrictEqual(carried(codec.array(codec.u16), all), all);
      deepStrictEqual(carried(codec.array(codec.bool), all.map((i) => i % 3 === 0)), all.map((i) => i % 3 === 0)); // biome-ignore format: one line
      expect(message(codec.array(codec.u16) as Codec<never>, [...all, -1])).toContain(
        `value at [${length}] does not fit u16: got -1`,
      );
    }
  });

  it('of elements without bytes still pays for each of them', () => {
    const made = codec.array(codec.void);
    expect(carried(made, new Array(1000).fill(undefined))).toHaveLength(1000);
    expect(encoded(made as Codec<never>, new Array(1000).fill(undefined)).length).toBeGreaterThan(1000);
  });

  it('takes arrays only', () => {
    for (const value of [{ length: 0 }, new Uint8Array(2), 'ab', null])
      expect(message(codec.array(codec.u8) as Codec<never>, value)).toContain('allowed an array');
  });
});

describe('literals', () => {
  it('carries more than 256 of them in two bytes', () => {
    const all = Array.from({ length: 300 }, (_, i) => `l${i}`) as [string, ...string[]];
    const made = codec.literals(...all);
    expect(made.size).toBe(2);
    expect(carried(made, 'l299')).toBe('l299');
  });

  it('refuses lists that make no sense', () => {
    expect(() => codec.literals('a', 'a')).toThrow(TypeError);
    expect(() => codec.literals(...([] as unknown as ['a']))).toThrow(RangeError);
    expect(() => codec.literals({} as never)).toThrow(TypeError);
    expect(() => codec.literals(Number.NaN)).toThrow(TypeError);
  });
});

describe('union', () => {
  const made = codec.union('kind', {
    circle: codec.struct({ r: codec.f64 }),
    square: codec.struct({ side: codec.f64, at: codec.optional(codec.u8) }),
  });

  it('carries its variants, discriminator first', () => {
    deepStrictEqual(carried(made, { kind: 'circle', r: 1 }), { kind: 'circle', r: 1 });
    expect(Object.keys(carried(made, { side: 2, kind: 'square', at: 1 }))).toEqual(['kind', 'side', 'at']);
  });

  it('names what is wrong with the discriminator and with the fields', () => {
    expect(message(made as Codec<never>, { kind: 'line' })).toContain(
      'value at .kind does not fit discriminator: got "line", allowed "circle", "square"',
    );
    expect(message(made as Codec<never>, { kind: 'circle', r: '1' })).toContain('value at .r does not fit f64');
    expect(message(made as Codec<never>, null)).toContain('allowed an object');
  });

  it('refuses variants that are no structs, or have the discriminator as a field', () => {
    expect(() => codec.union('kind', { a: codec.u8 } as never)).toThrow('must be a codec.struct');
    expect(() => codec.union('kind', { a: codec.struct({ kind: codec.u8 }) })).toThrow('which is the discriminator');
    expect(() => codec.union('kind', {})).toThrow(TypeError);
  });
});

describe('a codec that is described twice', () => {
  const person = () => codec.struct({ id: codec.u32, tags: codec.array(codec.string) });
  const twice: readonly (readonly [string, () => Codec<never>])[] = [
    ['struct', person],
    ['tuple', () => codec.tuple(codec.u8, codec.optional(codec.string))],
    ['array', () => codec.array(codec.struct({ at: codec.f64 }))],
    ['union', () => codec.union('kind', { a: codec.struct({ id: codec.u8 }), b: codec.struct({}) })],
  ];

  it.each(twice)('runs the code that was made for it before, from its description too: %s', (_, make) => {
    const made = make();
    expect(make()).toBe(made);
    expect(codecFromSpec(structuredClone(codecSpec(made)))).toBe(made);
  });

  it('comes back from its description however deep it is', () => {
    let deep: Codec<unknown> = codec.string as Codec<unknown>;
    for (let level = 0; level < 200; level++) deep = codec.array(codec.optional(deep)) as Codec<unknown>;
    expect(codecFromSpec(structuredClone(codecSpec(deep))).id).toBe(deep.id);
  });

  it('has code of its own where a schema or a custom codec is in it, or what is derived from one of ours', () => {
    const own = (word: string): Codec<string> => ({
      id: 'same',
      encode: (_, to) => to.string(word),
      decode: (from) => from.string(),
    });
    const [a, b] = ['a', 'b'].map((word) => codec.struct({ word: own(word) }));
    expect(carried(a as Codec<{ word: string }>, { word: '' })).toEqual({ word: 'a' });
    expect(carried(b as Codec<{ word: string }>, { word: '' })).toEqual({ word: 'b' });
    const answering = (value: string): StandardSchemaV1<unknown, string> => ({
      '~standard': { version: 1, vendor: 'test', validate: () => ({ value }) },
    });
    const [c, d] = ['c', 'd'].map((answer) => codec.array(codec.json(answering(answer))));
    expect([carried(c as Codec<string[]>, ['']), carried(d as Codec<string[]>, [''])]).toEqual([['c'], ['d']]);
    const derived: Codec<unknown> = Object.create(codec.json(), {
      decode: { value: (from: Reader) => `derived ${from.string()}` },
    });
    for (const inner of [codec.json(), derived, new Proxy(codec.json(), {}), codec.json()])
      expect(carried(codec.array(inner), [1])).toEqual([inner === derived ? 'derived 1' : 1]);
  });

  it('is told from others that differ in an order, a name or an element only', () => {
    const different = [
      codec.struct({ a: codec.u8, b: codec.u8 }),
      codec.struct({ b: codec.u8, a: codec.u8 }),
      codec.struct({ 'a":u8,"b': codec.u8 }),
      codec.tuple(codec.u8, codec.u8),
      codec.array(codec.u8),
      codec.array(codec.array(codec.u8)),
      codec.union('a', { b: codec.struct({ c: codec.u8 }) }),
      codec.union('b', { a: codec.struct({ c: codec.u8 }) }),
    ];
    expect(new Set(different.map(({ encode }) => encode)).size).toBe(different.length);
  });

  it('is not changed by what is done to it, or to a token', () => {
    const made = person();
    expect(() => {
      (made as { encode: unknown }).encode = () => {};
    }).toThrow(TypeError);
    const spec = codecSpec(made) as { struct: [string, unknown][] };
    for (const spoil of [() => (spec.struct[0] = ['id', 'f64']), () => spec.struct[0]?.push(1), () => (spec.struct.length = 0)])
      expect(spoil).toThrow(TypeError);
    expect(codecFromSpec(codecSpec(person()))).toBe(made);
  });

  it('is kept while it is among the last that were asked for, unless its description is long', () => {
    const first = codec.struct({ first: codec.u8 });
    const others = (from: number, count: number) => {
      for (let i = from; i < from + count; i++) codec.struct({ [`field ${i}`]: codec.u8 });
    };
    others(0, 200);
    expect(codec.struct({ first: codec.u8 })).toBe(first);
    others(200, 200);
    expect(codec.struct({ first: codec.u8 })).toBe(first);
    others(400, 300);
    const again = codec.struct({ first: codec.u8 });
    expect(again).not.toBe(first);
    expect(carried(again, { first: 7 })).toEqual({ first: 7 });
    const long = () => codec.array(codec.literals('a'.repeat(5000), 'b'));
    expect(long()).not.toBe(long());
    expect(carried(long(), ['b'])).toEqual(['b']);
  });
});
