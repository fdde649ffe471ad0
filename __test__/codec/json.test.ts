/** codec.json, and Standard Schemas on receive. */
import { deepStrictEqual } from 'node:assert/strict';
import { type Codec, CodecError, codec, type StandardSchemaV1 } from 'hchan';
import { describe, expect, it } from 'vitest';
import { codecSpec, isFallible } from '../../build/codec/codec.js';
import { carried, decoded, encoded } from './message.js';

function schema<T>(validate: (value: unknown) => unknown): StandardSchemaV1<unknown, T> {
  return { '~standard': { version: 1, vendor: 'test', validate: validate as never } };
}

function failure(act: () => unknown): CodecError {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(CodecError);
    return error as CodecError;
  }
  throw new Error('it did not fail');
}

describe('json', () => {
  it('carries what JSON carries, with toJSON and without undefined', () => {
    deepStrictEqual(carried(codec.json(), { a: [1, null, 'é'], d: new Date(0), u: undefined }), {
      a: [1, null, 'é'],
      d: '1970-01-01T00:00:00.000Z',
    });
    const proto = JSON.parse('{"__proto__": {"polluted": 1}}');
    deepStrictEqual(carried(codec.json(), proto), proto);
  });

  it('refuses what JSON has no text for', () => {
    for (const value of [undefined, () => 1, Symbol('s')]) failure(() => encoded(codec.json() as Codec<never>, value));
    expect(failure(() => encoded(codec.json() as Codec<never>, 1n)).cause).toBeInstanceOf(TypeError);
    const ring: { ring?: unknown } = {};
    ring.ring = ring;
    failure(() => encoded(codec.json() as Codec<never>, ring));
  });

  it('says that bytes are no JSON, and hands them over', () => {
    const bytes = encoded(codec.string as Codec<never>, '{"a":');
    const error = failure(() => decoded(codec.json() as Codec<never>, bytes));
    expect(error.message).toContain('message does not decode: not JSON');
    deepStrictEqual(error.bytes, bytes);
    expect(error.cause).toBeInstanceOf(SyntaxError);
  });
});

describe('a schema', () => {
  it('gives what it makes of the value', () => {
    expect(carried(codec.json(schema<number>((value) => ({ value: Number(value) + 1 }))), '41' as never)).toBe(42);
  });

  it('rejects with its issues and the bytes', () => {
    const issues = [{ message: 'must be positive', path: ['a', { key: 0 }] }, { message: 'other' }];
    const made = codec.json(schema(() => ({ issues })));
    const bytes = encoded(made as Codec<never>, { a: [-1] });
    const error = failure(() => decoded(made as Codec<never>, bytes));
    expect(error.message).toBe('message does not fit the schema: a.0: must be positive (and 1 more)');
    expect(error.issues).toBe(issues);
    deepStrictEqual(error.bytes, bytes);
  });

  it('rejects inside of other codecs, too', () => {
    const made = codec.struct({ x: codec.array(codec.json(schema(() => ({ issues: [{ message: 'no' }] })))) });
    expect(failure(() => carried(made, { x: [1] })).issues).toEqual([{ message: 'no' }]);
  });

  it('must be synchronous', () => {
    const made = codec.json(schema(async (value) => ({ value })));
    expect(failure(() => carried(made, 1 as never)).message).toContain('must be synchronous');
    const rejecting = codec.json(schema(() => Promise.reject(new Error('later'))));
    expect(failure(() => carried(rejecting, 1 as never)).message).toContain('must be synchronous');
  });

  it('that throws is a CodecError with its cause', () => {
    const cause = new Error('broken');
    const made = codec.json(
      schema(() => {
        throw cause;
      }),
    );
    expect(failure(() => carried(made, 1 as never)).cause).toBe(cause);
  });

  it('does not change the bytes, so it does not change the id, and does not travel', () => {
    const made = codec.json(schema((value) => ({ value }))) as Codec<unknown>;
    expect(made.id).toBe(codec.json().id);
    expect(codecSpec(made)).toBeUndefined();
    expect(isFallible(made)).toBe(true);
    expect(isFallible(codec.json() as Codec<unknown>)).toBe(false);
  });

  it('may be a function, as some libraries have it, and nothing else', () => {
    const callable = Object.assign(
      () => {},
      schema((value) => ({ value })),
    );
    expect(carried(codec.json(callable as StandardSchemaV1<unknown, number>), 3)).toBe(3);
    for (const wrong of [null, {}, { '~standard': { version: 2, validate: () => {} } }, 3]) {
      expect(() => codec.json(wrong as never)).toThrow(TypeError);
    }
  });
});
