/** Objects of one shape are read by code that is made for it, once many have come: it makes the same of the same bytes. */
import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { type Codec, codec } from 'hchan';
import { describe, expect, it } from 'vitest';
import { readerOf } from '../../build/codec/clone/shapes.js';
import { decoded, encoded } from './message.js';

const clone = codec.structuredClone() as Codec<never>;
const OFTEN = 40;

const itself: object[] = [];
itself.push(itself);
const reference = encoded(clone, itself);

/** What comes of `bytes`, or why nothing does. */
function outcome(bytes: Uint8Array): unknown {
  try {
    return decoded(clone, bytes);
  } catch (error) {
    return String(error);
  }
}

/** Likewise, name by name: so are messages read after one with a reference. */
function plainOutcome(bytes: Uint8Array): unknown {
  decoded(clone, reference);
  return outcome(bytes);
}

/** Likewise, after as many messages that have no reference as it takes until it may be read by code. */
function codedOutcome(bytes: Uint8Array): unknown {
  for (let i = 0; i < 64; i++) decoded(clone, encoded(clone, 0));
  return outcome(bytes);
}

/** Has code made for what `bytes` are, unless there is enough already. */
function learn(bytes: Uint8Array): void {
  codedOutcome(bytes);
  for (let i = 0; i < OFTEN; i++) decoded(clone, bytes);
}

const name = fc.oneof(
  fc.constantFrom(
    'id',
    'ie',
    'name',
    '__proto__',
    'constructor',
    'toString',
    '',
    '0',
    '7',
    'é',
    'ÿ',
    'Ā',
    '☃',
    '"',
    '\\',
    '\u2028',
    '`',
    'a'.repeat(24),
    'a'.repeat(25),
  ),
  fc.string({ unit: 'binary', maxLength: 6 }),
);
const object = fc
  .uniqueArray(fc.tuple(name, fc.oneof(fc.integer(), fc.string(), fc.constant(undefined), fc.constant({ in: [{}] }))), {
    selector: ([key]) => key,
    minLength: 1,
    maxLength: 18,
  })
  .map((entries) => {
    const made = {};
    for (const [key, value] of entries)
      Object.defineProperty(made, key, { value, enumerable: true, writable: true, configurable: true });
    return made;
  });

describe('objects of one shape', () => {
  it('are read by code once many have come, and not before', () => {
    const bytes = encoded(clone, { subject: 1, body: 'two' });
    codedOutcome(bytes);
    expect(readerOf('subject', 2)).toBeUndefined();
    learn(bytes);
    expect(readerOf('subject', 2)).toBeTypeOf('function');
    expect(readerOf('subject', 3)).toBeUndefined();
    deepStrictEqual(codedOutcome(bytes), { subject: 1, body: 'two' });
  });

  it.each<[string, object]>([
    ['another name in a later place', { subject: 1, bodz: 'two' }],
    ['a name of which it is the beginning', { subject: 1, body2: 'two' }],
    ['a name that is the beginning', { subject: 1, bod: 'two' }],
    ['no Latin-1', { subject: 1, ʙody: 'two' }],
    ['another order', { body: 'two', subject: 1 }],
    ['more names', { subject: 1, body: 'two', more: 3 }],
  ])('are not taken for one with %s', (_, value) => {
    learn(encoded(clone, { subject: 1, body: 'two' }));
    deepStrictEqual(codedOutcome(encoded(clone, value)), value);
  });

  it('lack what went away while they were written', () => {
    const value = (gone: string) => ({
      get subject() {
        if (gone !== '') Reflect.deleteProperty(this, gone);
        return 1;
      },
      body: 'two',
    });
    learn(encoded(clone, value('')));
    deepStrictEqual(codedOutcome(encoded(clone, value('body'))), { subject: 1 });
    deepStrictEqual(codedOutcome(encoded(clone, value(''))), { subject: 1, body: 'two' });
  });

  it('may be part of a circle, after others that are not', () => {
    learn(encoded(clone, { subject: 1, body: 'two' }));
    const circle: Record<string, unknown> = { subject: 1 };
    circle.body = [circle];
    deepStrictEqual(codedOutcome(encoded(clone, circle)), circle);
  });

  it('are the same as name by name, whatever happens to the bytes', () => {
    const value = { subject: 1, body: 'two', ÿ: { subject: 2, body: [] }, last: undefined };
    const bytes = encoded(clone, value);
    learn(bytes);
    expect(readerOf('subject', 4)).toBeTypeOf('function');
    const alter = fc.array(fc.tuple(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(alter, fc.nat({ max: bytes.length }), (changes, length) => {
        const altered = bytes.slice(0, length > bytes.length / 2 ? undefined : length * 2);
        for (const [at, byte] of changes) altered[at] = byte;
        deepStrictEqual(codedOutcome(altered), plainOutcome(altered));
      }),
      { numRuns: 2000 },
    );
  });

  it('are the same as name by name, whatever the names', () => {
    fc.assert(
      fc.property(object, (value) => {
        const bytes = encoded(clone, value);
        learn(bytes);
        const coded = codedOutcome(bytes);
        deepStrictEqual(coded, value);
        deepStrictEqual(Object.keys(coded as object), Object.keys(value));
        deepStrictEqual(plainOutcome(bytes), value);
      }),
      { numRuns: 300 },
    );
  });

  it('get code for no more than 64 shapes', () => {
    const letters = [...'abcdefghijklmno'];
    const names = letters.flatMap((first) => letters.map((last) => first + last));
    for (const name of names) learn(encoded(clone, { [name]: 1 }));
    const coded = names.filter((name) => readerOf(name, 1) !== undefined);
    expect(coded.length).toBeLessThanOrEqual(64);
    for (const name of names) deepStrictEqual(codedOutcome(encoded(clone, { [name]: 2 })), { [name]: 2 });
  });
});
