/** Bytes that lie about lengths get no memory for it. */
import { type Codec, CodecError, codec } from 'hchan';
import { describe, expect, it } from 'vitest';
import * as Tag from '../../build/codec/clone/tag.js';
import { codecFromSpec } from '../../build/codec/codec.js';
import { decoded } from './message.js';

const clone = codec.structuredClone() as Codec<never>;
const MANY = [0xff, 0xff, 0xff, 0xff, 0x0f];
const MEGABYTE = 2 ** 20;

function memory(): number {
  const { heapTotal, external, arrayBuffers } = process.memoryUsage();
  return heapTotal + external + arrayBuffers;
}

describe('a length that lies', () => {
  it.each<[string, Codec<never>, number[]]>([
    ['a string', codec.string as Codec<never>, MANY],
    ['bytes', codec.bytes as Codec<never>, MANY],
    ['an array', codec.array(codec.u8) as Codec<never>, MANY],
    ['an array of nothing', codec.array(codec.void) as Codec<never>, MANY],
    ['an array of empty structs', codec.array(codec.struct({})) as Codec<never>, MANY],
    [
      'an array of arrays of nothing',
      codec.array(codec.array(codec.void)) as Codec<never>,
      [100, ...Array.from({ length: 20 }, () => MANY).flat()],
    ],
    ['a cloned array', clone, [Tag.ARRAY, ...MANY]],
    ['a cloned object', clone, [Tag.OBJECT, ...MANY]],
    ['a cloned map', clone, [Tag.MAP, ...MANY]],
    ['a cloned set', clone, [Tag.SET, ...MANY]],
    ['a cloned buffer', clone, [Tag.BUFFER, ...MANY]],
    ['a cloned bigint', clone, [Tag.BIGINT, ...MANY]],
    ['a length beyond 32 bits', codec.bytes as Codec<never>, [0xff, 0xff, 0xff, 0xff, 0x1f]],
    ['a length without end', codec.bytes as Codec<never>, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ['a view beyond its buffer', clone, [Tag.VIEW, 1, Tag.BUFFER, 1, 0, 0, 5]],
    ['a view of no buffer', clone, [Tag.VIEW, 1, Tag.OBJECT, 0, 0, 0]],
    ['a reference to nothing', clone, [Tag.REF, 0]],
    ['an error of no type', clone, [Tag.ERROR, 99, 0]],
    ['a pattern that is none', clone, [Tag.REGEXP, 4, 40, 0]],
    ['a value that is gone', clone, [Tag.GONE]],
  ])('of %s is CodecError', (_, made, bytes) => {
    const before = memory();
    expect(() => decoded(made, Uint8Array.from(bytes))).toThrow(CodecError);
    expect(memory() - before).toBeLessThan(32 * MEGABYTE);
  });

  it.each([2 ** 32 - 1, 30_000_000, 1_000_000])('of a sparse array of %d takes no memory', (length) => {
    const bytes = Uint8Array.from([Tag.SPARSE, 0, 0, 0, 0, 0]);
    new DataView(bytes.buffer).setUint32(1, length, true);
    const before = memory();
    const all = Array.from({ length: 20 }, () => decoded(clone, bytes) as unknown[]);
    expect(all[0]).toHaveLength(length);
    expect(memory() - before).toBeLessThan(32 * MEGABYTE);
  });

  it('of many sparse arrays of one message takes no memory', () => {
    const count = 4000;
    const bytes = new Uint8Array(4 + count * 6);
    const view = new DataView(bytes.buffer);
    bytes.set([Tag.ARRAY, (count & 127) | 128, count >> 7]);
    for (let i = 0; i < count; i++) {
      const at = 3 + i * 6;
      bytes[at] = Tag.SPARSE;
      view.setUint32(at + 1, (bytes.length - at - 6) * 4, true);
    }
    const before = memory();
    expect(decoded(clone, bytes.subarray(0, -1))).toHaveLength(count);
    expect(memory() - before).toBeLessThan(32 * MEGABYTE);
  });

  it('of what is left over is CodecError', () => {
    expect(() => decoded(codec.u8 as Codec<never>, Uint8Array.of(1, 2))).toThrow('1 bytes are left over');
  });
});

describe('a description of a codec that is none', () => {
  it.each([
    [undefined],
    [null],
    [3],
    ['u9'],
    [{}],
    [{ array: 'u8', tuple: [] }],
    [{ array: undefined }],
    [{ struct: [['a']] }],
    [{ struct: [[3, 'u8']] }],
    [{ struct: { a: 'u8' } }],
    [{ literals: [] }],
    [{ literals: [{}] }],
    [{ union: ['k', [['a', 'u8']]] }],
    [{ union: [3, []] }],
    [{ __proto__: null, constructor: 'u8' }],
  ])('is CodecError: %j', (spec) => {
    expect(() => codecFromSpec(spec)).toThrow(CodecError);
  });

  it('is CodecError where it nests without end', () => {
    let spec: unknown = 'u8';
    for (let i = 0; i < 5000; i++) spec = { array: spec };
    expect(() => codecFromSpec(spec)).toThrow(CodecError);
  });
});
