/** Many messages at once are the same bytes and the same values as one after the other. */
import { deepStrictEqual } from 'node:assert/strict';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { type Codec, codec } from 'hchan';
import { describe, expect, it } from 'vitest';
import { decodeMessage, encodeMessage, Reader, Writer } from '../../build/codec/codec.js';
import { writeJoined } from '../../build/native/joining.js';
import { FRAME, TEXTS } from '../../build/native/wire.js';
import { type Sample, samples, strings } from './shapes.js';

/** As in what people send: short and not so short ASCII, and anything else now and then. */
const texts: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: 'grapheme-ascii', maxLength: 70 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 340 }).map((length) => 'ascii'.repeat(68).slice(0, length)) },
  { weight: 1, arbitrary: strings },
  { weight: 1, arbitrary: fc.constantFrom('', 'é'.repeat(40), '\u{1f600}'.repeat(9), '\ud800'.repeat(20), '\0'.repeat(30)) },
);

const WHOLE = { depth: Infinity, maxArrayLength: Infinity, maxStringLength: Infinity, breakLength: Infinity };

/** What a message comes to, its value or what its error says, as text: there are values that no assertion finds equal to themselves. */
function outcome(made: Codec<unknown>, from: Reader): string {
  try {
    return inspect(decodeMessage(made, from), WHOLE);
  } catch (error) {
    return (error as Error).message;
  }
}

/** Messages back to back. */
class Batch {
  readonly #writer = new Writer(64);
  readonly #codecs: Codec<unknown>[] = [];
  readonly #ends: number[] = [];

  add({ codec: made, value }: Sample): void {
    encodeMessage(made, value, this.#writer);
    this.#codecs.push(made);
    this.#ends.push(this.#writer.position - 64);
  }

  get bytes(): Uint8Array {
    return this.#writer.finish();
  }

  /** What each message of `bytes` comes to. */
  read(bytes: Uint8Array, ahead: boolean): string[] {
    const from = new Reader(bytes);
    if (ahead) from.readAhead(bytes.length);
    const starts = [0, ...this.#ends];
    return this.#ends.map((end, i) => outcome(this.#codecs[i] as Codec<unknown>, from.reset(starts[i] as number, end)));
  }
}

function batchOf(all: readonly Sample[]): Batch {
  const batch = new Batch();
  for (const sample of all) batch.add(sample);
  return batch;
}

const person = codec.struct({ id: codec.u32, name: codec.string, tags: codec.array(codec.string) });
const people = fc.record({ id: fc.nat(), name: texts, tags: fc.array(texts, { maxLength: 6 }) });
const sample: fc.Arbitrary<Sample> = fc.oneof(
  samples,
  texts.map((value) => ({ codec: codec.string as Codec<unknown>, value })),
  people.map((value) => ({ codec: person as Codec<unknown>, value })),
);
const batches = fc.array(sample, { maxLength: 40 }).map(batchOf);

describe('text that is read ahead', () => {
  it('gives the same values', () => {
    fc.assert(
      fc.property(batches, (batch) => {
        deepStrictEqual(batch.read(batch.bytes, true), batch.read(batch.bytes, false));
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same values and errors of altered bytes, and nothing of the message behind', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(batches, changes, (batch, altered) => {
        const { bytes } = batch;
        for (const [place, byte] of altered) if (bytes.length > 0) bytes[place % bytes.length] = byte;
        deepStrictEqual(batch.read(bytes, true), batch.read(bytes, false));
      }),
      { numRuns: 300 },
    );
  });

  it('is not what is read when the memory holds other messages', () => {
    const from = new Reader(batchOf(['a', 'b'].map((unit) => ({ codec: codec.string, value: unit.repeat(40) }))).bytes);
    from.readAhead(84);
    expect(decodeMessage(codec.string, from.reset(0, 42))).toBe('a'.repeat(40));
    from.bytes.fill(99, 44);
    from.readAhead(0);
    expect(decodeMessage(codec.string, from.reset(42, 84))).toBe('c'.repeat(40));
    from.bytes.fill(100, 44);
    from.readAhead(84);
    expect(decodeMessage(codec.string, from.reset(42, 84))).toBe('d'.repeat(40));
  });
});

const ASCII = /^[\0-\x7f]*$/;

/** The texts that `writeJoined` wrote, which are all that was written. */
function textsOf(written: Uint8Array): string[] {
  if (written.length === 0) return [];
  const view = new DataView(written.buffer);
  const count = view.getUint32(0, true) - TEXTS;
  let at = FRAME + count * 2;
  const found = Array.from({ length: count }, (_, i) => {
    const length = view.getUint16(FRAME + i * 2, true);
    at += length;
    return Buffer.from(written.subarray(at - length, at)).toString('latin1');
  });
  expect(at).toBe(written.length);
  return found;
}

describe('strings that are joined', () => {
  it('are the same strings, as far as they are short; or nothing is written', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 20, arbitrary: texts }, { weight: 1, arbitrary: fc.anything() })), (values) => {
        const to = new Writer(64);
        const count = writeJoined(values, 0, values.length, to);
        deepStrictEqual(textsOf(to.finish()), values.slice(0, Math.max(0, count)));
        if (count === Number.NEGATIVE_INFINITY)
          expect(values.some((value) => typeof value === 'string' && !ASCII.test(value))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it.each(['é', '\u0080', '\u07ff', '\u0800', '\u{1f600}', '\ud800'])(
    'are all ASCII: %j anywhere leaves nothing behind',
    (odd) => {
      for (const place of [0, 20, 199]) {
        const values = Array.from({ length: 10 }, () => 'x'.repeat(20));
        const text = values.join('');
        const spoilt = text.slice(0, place) + odd + text.slice(place + 1);
        const to = new Writer(64);
        expect(writeJoined([...values, spoilt], 0, 11, to)).toBe(Number.NEGATIVE_INFINITY);
        expect(to.position).toBe(64);
      }
    },
  );

  it('end before a value whose getter throws', () => {
    const values = Array.from({ length: 10 }, () => 'x'.repeat(20));
    Object.defineProperty(values, 6, {
      get() {
        throw new Error('no');
      },
    });
    const to = new Writer(64);
    expect(writeJoined(values, 0, 10, to)).toBe(-6);
    expect(to.position).toBe(64);
  });
});
