/** codec.structuredClone against the platform's structuredClone. */
import { deepStrictEqual } from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { type Codec, CodecError, chan, codec, never } from 'hchan';
import { background, withCancel } from 'hchan/context';
import { afterEach, describe, expect, it } from 'vitest';
import { setSharedBufferHook } from '../../build/codec/clone/clone.js';
import { carried, decoded, encoded } from './message.js';
import { clonable } from './shapes.js';

const clone = codec.structuredClone<never>();
const through = <T>(value: T): T => carried(codec.structuredClone<T>(), value);

class Person {
  name = 'Ann';
  #secret = 1;
  get secret() {
    return this.#secret;
  }
}

const extra = Object.assign([1, 2], { note: 'x', [Symbol('s')]: 1 });
const holes = Object.assign(new Array<number>(5), { 0: 1, 2: 3 });
const pair = [1, 2];
const samples = [0.5, -0];

describe('as structuredClone', () => {
  it.each([
    ['class instances', new Person()],
    ['objects without prototype', Object.assign(Object.create(null), { a: 1 })],
    ['holes', holes],
    ['properties of arrays', extra],
    ['as many properties as holes', Object.assign(new Array(3), { 0: 1, 2: 3, note: 4 })],
    ['a property, and an element that is undefined', Object.assign([1, undefined, 3], { note: 4 })],
    ['elements that are undefined', [undefined, 1, undefined]],
    ['whole numbers', [0, 1, -1, 127, 128, 2 ** 31 - 1, -(2 ** 31)]],
    ['whole numbers that are more than 32 bits, or less than 0', [[2 ** 31], [-(2 ** 31) - 1], [-0], [0, -0], [1, Number.NaN]]],
    ['many numbers', Array.from({ length: 20_000 }, (_, i) => i * (i % 3 === 0 ? 1 : 0.5))],
    ['the same numbers again', [pair, samples, pair, { samples }]],
    ['numbers and something else', [1, 2, '3', 4n, null]],
    ['an element that is not enumerable', Object.defineProperty([1, 2, 3], 1, { enumerable: false })],
    [
      'an element that is not enumerable, and a property',
      Object.assign(Object.defineProperty(new Array(20).fill(1), 1, { enumerable: false }), { note: 1 }),
    ],
    ['what an array inherits', Object.setPrototypeOf(new Array(2), { 0: 'inherited', 1: 'too' })],
    ['a match of a regular expression', /(?<y>\d+)-(\d+)/.exec('on 2024-05')],
    ['an empty array', []],
    ['an empty array with a length', new Array(5)],
    ['dates', [new Date(0), new Date(-1), new Date(8.64e15)]],
    ['regular expressions', [/a\/b/giu, /(?:)/, /\n/s]],
    ['wrapped primitives', [new Boolean(false), new Number(-0), new String('abc'), Object(5n)]],
    ['bigints', [0n, -1n, 2n ** 63n, -(2n ** 63n), 2n ** 64n, -(2n ** 200n), 255n << 500n]],
    ['numbers', [0, -0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 0.5, Number.NaN, Number.NEGATIVE_INFINITY]],
    [
      'maps and sets',
      new Map<unknown, unknown>([
        [{ k: 1 }, new Set([1, 'a'])],
        [Number.NaN, [undefined, null]],
      ]),
    ],
    [
      'typed arrays',
      [
        Uint8Array,
        Int8Array,
        Uint8ClampedArray,
        Uint16Array,
        Int16Array,
        Uint32Array,
        Int32Array,
        Float32Array,
        Float64Array,
      ].map((type) => type.of(1, 2, 3)),
    ],
    ['bigint arrays', [BigUint64Array.of(1n), BigInt64Array.of(-1n)]],
    [
      'array buffers and views of parts',
      [new ArrayBuffer(3), new DataView(new ArrayBuffer(8), 2, 3), new Uint16Array(new ArrayBuffer(10), 2, 3)],
    ],
    ['keys that look like numbers', { 2: 'b', 1: 'a', x: 1 }],
    ['keys of every kind', { '': 1, é: 2, '€': 3, '\ud800': 4, ['k'.repeat(100)]: 5 }],
    ['Object.create of a built-in prototype', Object.create(Map.prototype)],
    ['a fake tag', { [Symbol.toStringTag]: 'Map', a: 1 }],
  ])('carries %s', (_, value) => {
    deepStrictEqual(through(value), structuredClone(value));
  });

  it('carries any nesting of values', () => {
    fc.assert(
      fc.property(clonable, (value) => {
        deepStrictEqual(through(value), structuredClone(value));
      }),
      { numRuns: 1000 },
    );
  });

  it('carries invalid dates', () => {
    expect(through(new Date(Number.NaN)).getTime()).toBeNaN();
  });

  it.each([Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError])(
    'carries %o with message, stack and cause',
    (type) => {
      const error = new type('boo', { cause: { deep: [1] } });
      const back = through(error);
      expect(back).toBeInstanceOf(type);
      expect(Object.getPrototypeOf(back)).toBe(type.prototype);
      expect([back.message, back.stack, back.cause]).toEqual(['boo', error.stack, { deep: [1] }]);
      expect(Object.keys(back)).toEqual([]);
    },
  );

  it('carries errors of other classes as Error, and errors without a message', () => {
    class Odd extends TypeError {
      override name = 'Odd';
    }
    expect(Object.getPrototypeOf(through(new Odd('x')))).toBe(Error.prototype);
    expect(Object.hasOwn(through(new Error()), 'message')).toBe(false);
    const ring = new Error('ring');
    ring.cause = ring;
    const back = through(ring);
    expect(back.cause).toBe(back);
  });

  it('keeps cycles and shared references, few or many', () => {
    for (const count of [1, 3, 15, 16, 17, 18, 100]) {
      const all = Array.from({ length: count }, (_, i) => ({ i, next: undefined as unknown }));
      for (const [i, each] of all.entries()) each.next = all[(i + 1) % count];
      const back = through([all, all, new Map([[all[0], all]]), new Set(all)] as const);
      expect(back[0]).toBe(back[1]);
      expect(back[2].get(back[0][0])).toBe(back[0]);
      expect([...back[3]].every((each, i) => each === back[0][i])).toBe(true);
      expect(back[0][count - 1]?.next).toBe(back[0][0]);
    }
  });

  it('keeps the memory that views share', () => {
    const buffer = new ArrayBuffer(16);
    const back = through({ a: new Uint8Array(buffer, 0, 8), b: new Float64Array(buffer), buffer, again: [buffer] });
    back.b[0] = 1.5;
    expect(back.a[7]).toBe(new Uint8Array(Float64Array.of(1.5).buffer)[7]);
    expect(back.a.buffer).toBe(back.buffer);
    expect(back.again[0]).toBe(back.buffer);
  });

  it('carries Node Buffers without their neighbours in the pool', () => {
    const back = through(Buffer.from('abc')) as Uint8Array;
    expect(back.constructor).toBe(Uint8Array);
    expect(Buffer.from(back).toString()).toBe('abc');
    expect(back.buffer.byteLength).toBe(3);
  });

  it('treats __proto__ as data', () => {
    const value = JSON.parse('{"__proto__": {"polluted": 1}, "a": {"__proto__": 2}}');
    const back = through(value);
    deepStrictEqual(back, value);
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    const onArray = Object.defineProperty([1], '__proto__', { value: { polluted: 1 }, enumerable: true });
    expect(Object.getPrototypeOf(through(onArray))).toBe(Array.prototype);
  });

  it('reads each element of an array once, when its turn comes', () => {
    for (const length of [3, 100]) {
      const asked: string[] = [];
      const getter = (name: string, give: () => unknown) => ({
        enumerable: true,
        get() {
          asked.push(name);
          return give();
        },
      });
      const dense: unknown[] = Object.defineProperties(new Array(length).fill(1), {
        1: getter('1', () => {
          dense[2] = 'changed';
          return 5;
        }),
      });
      const expected: unknown[] = new Array(length).fill(1);
      expected[1] = 5;
      expected[2] = 'changed';
      deepStrictEqual(through(dense), expected);
      const sparse = Object.defineProperties(new Array(length).fill(1), { note: getter('note', () => 'n') });
      delete sparse[1];
      const { note } = through(sparse) as unknown as { note: string };
      deepStrictEqual([note, asked], ['n', ['1', 'note']]);
    }
  });

  it('reads what an element changed, and names the element whose getter throws', () => {
    for (const length of [2, 100]) {
      const changing: unknown[] = new Array(length).fill(1);
      changing[0] = { get x() { changing[1] = 'changed'; return 1; } }; // biome-ignore format: one value
      expect((through(changing) as unknown[]).slice(0, 2)).toEqual([{ x: 1 }, 'changed']);
      const shrinking = Object.defineProperty(new Array(length).fill(1), 0, {
        enumerable: true,
        get: () => (shrinking.length = 1),
      });
      deepStrictEqual(through(shrinking), [1, ...new Array(length - 1).fill(undefined)]);
      const throwing = Object.defineProperty(new Array(length).fill(1), 1, {
        enumerable: true,
        get() {
          throw new Error('boom');
        },
      });
      expect(() => through({ list: [throwing] })).toThrow('at .list[0][1] cannot be encoded: boom');
    }
  });

  it('leaves out a property that a getter removed', () => {
    const value = {
      get a() {
        delete (this as { b?: number }).b;
        return 1;
      },
      b: 2,
    };
    deepStrictEqual(through(value), { a: 1 });
  });
});

it('a DOMException is one with its name, its code and its message', () => {
  const given = new DOMException('gone', 'AbortError');
  const made = through(given);
  expect(made).toBeInstanceOf(DOMException);
  expect([made.name, made.code, made.message, made.stack]).toEqual(['AbortError', 20, 'gone', given.stack]);
  expect(through(new Error('outer', { cause: given })).cause).toBeInstanceOf(DOMException);
});

describe('what cannot be cloned', () => {
  it.each([
    ['.a.b cannot be cloned: function', { a: { b: () => 1 } }],
    ['[1] cannot be cloned: symbol', [0, Symbol('s')]],
    ['.p cannot be cloned: Promise', { p: Promise.resolve() }],
    ['cannot be cloned: WeakMap', new WeakMap()],
    ['cannot be cloned: WeakRef', new WeakRef({})],
    ['cannot be cloned: Generator', (function* () {})()],
    ['.m{value 0} cannot be cloned: function', { m: new Map([[1, () => 1]]) }],
    ['{1} cannot be cloned: function', new Set([1, () => 1])],
    ['.cause cannot be cloned: function', new Error('x', { cause: () => 1 })],
    ['cannot be cloned: SharedArrayBuffer', { s: new SharedArrayBuffer(8) }],
    ['cannot be cloned: AbortSignal', new AbortController().signal],
    ['cannot be cloned: KeyObject', createSecretKey(Buffer.alloc(16))],
    ['cannot be cloned: URL', new URL('http://localhost')],
    ['cannot be cloned: Headers', new Headers()],
    ['cannot be cloned: Intl.NumberFormat', new Intl.NumberFormat()],
  ])('is refused: %s', (text, value) => {
    expect(() => encoded(clone as Codec<never>, value)).toThrow(CodecError);
    expect(() => encoded(clone as Codec<never>, value)).toThrow(text);
  });

  it('is also a handle or a context: each goes by its token', () => {
    const channel = chan();
    for (const shared of [channel, channel.sender(), channel.receiver(), never(), background(), withCancel(background()).ctx]) {
      expect(() => through({ a: shared })).toThrow(/^value at .a cannot be cloned: \w+, which goes by share\(\)$/);
    }
  });

  it('is refused without hurting the next value', () => {
    expect(() => through({ a: { b: [() => 1] } })).toThrow(CodecError);
    deepStrictEqual(through({ a: { b: [1] } }), { a: { b: [1] } });
  });
});

describe('depth', () => {
  const nested = (levels: number): unknown => {
    let value: unknown = 1;
    for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { value };
    return value;
  };

  it('is 1000 at most', () => {
    deepStrictEqual(through(nested(1000)), nested(1000));
    expect(() => through(nested(1001))).toThrow('more than 1000 levels');
    expect(() => through(nested(100_000))).toThrow(CodecError);
  });

  it('is checked in what arrives', () => {
    const arrays = new Uint8Array(200_000).fill(11);
    for (let i = 1; i < arrays.length; i += 2) arrays[i] = 1;
    expect(() => decoded(clone as Codec<never>, arrays)).toThrow('nested more than 1000 levels');
  });

  it('is CodecError also where the stack is nearly used up', () => {
    const value = nested(1000);
    const bytes = encoded(clone as Codec<never>, value);
    const outcomes = new Set<unknown>();
    const dive = (): void => {
      for (const attempt of [() => encoded(clone as Codec<never>, value), () => decoded(clone as Codec<never>, bytes)]) {
        try {
          attempt();
        } catch (error) {
          outcomes.add((error as Error).constructor.name);
        }
      }
      dive();
    };
    expect(dive).toThrow(RangeError);
    expect(outcomes.has('CodecError')).toBe(true);
  });
});

describe('shared memory', () => {
  afterEach(() => setSharedBufferHook(undefined));

  it('travels by number where an engine keeps track of it', () => {
    const buffer = new SharedArrayBuffer(8);
    setSharedBufferHook({
      encode: (given) => (given === buffer ? 7 : undefined),
      decode: (id) => (id === 7 ? buffer : undefined),
    });
    const back = through({ buffer, view: new Int32Array(buffer) });
    expect(back.buffer).toBe(buffer);
    expect(back.view.buffer).toBe(buffer);
    expect(() => through(new SharedArrayBuffer(8))).toThrow(CodecError);
    const bytes = encoded(clone as Codec<never>, buffer);
    setSharedBufferHook(undefined);
    expect(() => decoded(clone as Codec<never>, bytes)).toThrow('a shared buffer is gone');
  });
});
