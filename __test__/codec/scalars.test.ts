/** Scalars take exactly their type and range, and say what they allow. */
import { deepStrictEqual } from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { type Codec, CodecError, codec } from 'hchan';
import { describe, expect, it } from 'vitest';
import { numericArray, Reader } from '../../build/codec/codec.js';
import { carried, decoded, encoded } from './message.js';

const INTEGERS = [
  ['u8', 0, 255],
  ['i8', -128, 127],
  ['u16', 0, 65_535],
  ['i16', -32_768, 32_767],
  ['u32', 0, 4_294_967_295],
  ['i32', -2_147_483_648, 2_147_483_647],
] as const;

describe.each(INTEGERS)('%s', (name, min, max) => {
  const made = codec[name] as Codec<never>;

  it.each([min, max, 0, 1])('carries %d', (value) => {
    expect(carried(codec[name], value)).toBe(value);
  });

  it.each([
    min - 1,
    max + 1,
    0.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '1',
    1n,
    null,
    undefined,
    true,
    [1],
    { valueOf: () => 1 },
  ])('refuses %s', (value) => {
    expect(() => encoded(made, value)).toThrow(CodecError);
    expect(() => encoded(made, value)).toThrow(`allowed integers ${min} to ${max}`);
  });
});

describe.each([
  ['u64', 0n, 2n ** 64n - 1n],
  ['i64', -(2n ** 63n), 2n ** 63n - 1n],
] as const)('%s', (name, min, max) => {
  it('carries bigints in its range and nothing else', () => {
    for (const value of [min, max, 1n]) expect(carried(codec[name], value)).toBe(value);
    for (const value of [min - 1n, max + 1n, 1, '1'])
      expect(() => encoded(codec[name] as Codec<never>, value)).toThrow(CodecError);
  });
});

describe('numbers', () => {
  it('f64 carries every number, -0 and NaN included', () => {
    for (const value of [0, -0, 1.5, Number.NaN, Number.NEGATIVE_INFINITY, Number.MIN_VALUE]) {
      expect(carried(codec.f64, value)).toBe(value);
    }
  });

  it('f32 carries the nearest float, and no number that it has none for', () => {
    expect(carried(codec.f32, 0.1)).toBe(Math.fround(0.1));
    expect(carried(codec.f32, Number.NaN)).toBe(Number.NaN);
    for (const value of [Infinity, -Infinity, (2 - 2 ** -23) * 2 ** 127, -3.4e38, 1e-50, -0]) {
      expect(carried(codec.f32, value)).toBe(Math.fround(value));
    }
    for (const value of [1e300, -1e300, 3.41e38, 2 ** 128]) {
      expect(() => encoded(codec.f32 as Codec<never>, value)).toThrow('allowed a number up to 3.4e38');
    }
  });

  it('match the typed array of the same elements, byte for byte', () => {
    for (const name of ['u8', 'i8', 'u16', 'i16', 'u32', 'i32', 'f32', 'f64', 'u64', 'i64'] as const) {
      const made = codec[name] as Codec<unknown>;
      const array = numericArray(made);
      if (array === undefined) throw new Error(`${name} has no typed array`);
      const value = array.name.startsWith('Big') ? 77n : 77;
      const bytes = encoded(made as Codec<never>, value);
      expect(new array(bytes.buffer as ArrayBuffer)[0]).toBe(value);
      expect(array.BYTES_PER_ELEMENT).toBe(made.size);
    }
    expect(numericArray(codec.bool as Codec<unknown>)).toBeUndefined();
    expect(numericArray({ ...codec.u8 } as Codec<unknown>)).toBeUndefined();
  });
});

describe('bool, void, bytes and buffer', () => {
  it('bool takes true and false only', () => {
    expect([carried(codec.bool, true), carried(codec.bool, false)]).toEqual([true, false]);
    for (const value of [0, 1, 'true', null, undefined])
      expect(() => encoded(codec.bool as Codec<never>, value)).toThrow(CodecError);
  });

  it('void takes undefined only, and no byte', () => {
    expect(encoded(codec.void as Codec<never>, undefined)).toHaveLength(0);
    expect(carried(codec.void, undefined)).toBeUndefined();
    expect(() => encoded(codec.void as Codec<never>, null)).toThrow(CodecError);
  });

  it('bytes takes Uint8Array and Buffer, and gives a Uint8Array with memory of its own', () => {
    const message = encoded(codec.bytes as Codec<never>, Buffer.from('abc'));
    const value = decoded(codec.bytes as Codec<never>, message) as Uint8Array;
    expect(value.constructor).toBe(Uint8Array);
    expect(value.buffer.byteLength).toBe(3);
    message.fill(0);
    deepStrictEqual(value, Uint8Array.of(97, 98, 99));
    for (const wrong of [[1], 'a', new ArrayBuffer(1), new Uint16Array(1)]) {
      expect(() => encoded(codec.bytes as Codec<never>, wrong)).toThrow('allowed a Uint8Array');
    }
  });

  it('buffer takes Uint8Array and Buffer, and gives a Buffer, of a slab if it is short', () => {
    for (const length of [0, 3, 100, 2000, 4096, 4097, 100_000]) {
      const sent = Uint8Array.from({ length }, (_, i) => i);
      const message = encoded(codec.buffer as Codec<never>, sent);
      const value = decoded(codec.buffer as Codec<never>, message) as Buffer;
      message.fill(0);
      expect(Buffer.isBuffer(value)).toBe(true);
      deepStrictEqual(value, Buffer.from(sent));
      expect(value.byteOffset % 8, `${length}`).toBe(0);
      if (length > 4096) expect(value.buffer.byteLength).toBe(length);
      else expect(value.buffer.byteLength).toBeLessThanOrEqual(65_536);
    }
    for (const wrong of [[1], 'a', new ArrayBuffer(1), new Uint16Array(1)]) {
      expect(() => encoded(codec.buffer as Codec<never>, wrong)).toThrow('allowed a Buffer or Uint8Array');
    }
  });

  it('buffer gives Buffers that no one else can write to, whose memory cannot be given away', () => {
    const got = Array.from({ length: 500 }, (_, i) => carried(codec.buffer, Buffer.alloc(1 + ((i * 37) % 300), i)) as Buffer);
    for (let i = 0; i < got.length; i += 2) got[i]?.fill(255);
    got.forEach((value, i) => {
      deepStrictEqual(value, Buffer.alloc(1 + ((i * 37) % 300), i % 2 === 0 ? 255 : i));
    });
    const { port1, port2 } = new MessageChannel();
    const { buffer } = got[0] as Buffer;
    try {
      port1.postMessage(0, [buffer as ArrayBuffer]);
    } catch (error) {
      expect((error as Error).name).toBe('DataCloneError');
    }
    port2.close();
    expect(buffer.byteLength).toBeGreaterThan(0);
  });

  it('decodes to copies also from a Buffer and from shared memory', () => {
    const made = codec.tuple(codec.bytes, codec.buffer, codec.string);
    const message = encoded(made as unknown as Codec<never>, [Uint8Array.of(1, 2), Buffer.of(3, 4), 'é'.repeat(40)]);
    const shared = new Uint8Array(new SharedArrayBuffer(message.length));
    shared.set(message);
    for (const memory of [Buffer.from(message), shared]) {
      const from = new Reader(memory);
      const copy = from.bytes.length > 0 ? made.decode(from) : undefined;
      for (const part of [copy?.[0], copy?.[1]]) expect(part?.buffer).toBeInstanceOf(ArrayBuffer);
      memory.fill(0);
      deepStrictEqual(copy, [Uint8Array.of(1, 2), Buffer.of(3, 4), 'é'.repeat(40)]);
    }
  });
});

describe('string', () => {
  it.each([
    ['empty', ''],
    ['ASCII', 'abc'],
    ['Latin-1', 'é'.repeat(16)],
    ['long Latin-1', 'é'.repeat(5000)],
    ['UTF-8 whose length takes more bytes than its characters', '𐀀'.repeat(8)],
    ['long UTF-8', 'aé€𐀀'.repeat(5000)],
    ['a lone surrogate', 'a\ud800b'],
    ['long with lone surrogates', '\udfff\ud800'.repeat(5000)],
    ['a byte order mark', `\ufeff${'€'.repeat(20)}`],
    ['NUL', '\0'.repeat(40)],
  ])('carries %s', (_, value) => {
    expect(carried(codec.string, value)).toBe(value);
  });

  it('carries every length around the limits of its fast paths', () => {
    for (let length = 0; length < 70; length++) {
      for (const unit of ['a', 'é', '€', '\ud800']) expect(carried(codec.string, unit.repeat(length))).toBe(unit.repeat(length));
    }
  });

  it('refuses what is no string', () => {
    for (const value of [1, null, undefined, new String('a')])
      expect(() => encoded(codec.string as Codec<never>, value)).toThrow(CodecError);
  });
});
