/** Batches of strings, and of what holds strings, arrive as they were sent, whatever is among them. */
import fc from 'fast-check';
import { type Channel, type Codec, CodecError, codec } from 'hchan';
import { expect, test } from 'vitest';
import { strings } from '../codec/shapes.js';
import { CROSSING, type EngineCase, forEngines, scaled } from './engines.js';

const ascii = fc.string({ unit: 'grapheme-ascii', maxLength: 90 });
const texts = fc.array(fc.oneof({ weight: 5, arbitrary: ascii }, { weight: 1, arbitrary: strings }), { maxLength: 100 });
const person = codec.struct({ id: codec.u32, name: codec.string, tags: codec.array(codec.string) });
const people = fc.array(fc.record({ id: fc.nat(), name: fc.oneof(ascii, strings), tags: fc.array(ascii, { maxLength: 5 }) }), {
  maxLength: 40,
});

const TEXT = 'what is sent in batches is long enough to be joined';

/** Around every length at which strings take another way. */
const EDGES = [0, 12, 13, 16, 17, 31, 32, 128, 129, 255, 256, 257, 320, 321, 512, 513, 4096];

forEngines(CROSSING, (engine) => {
  test.each(['', 'é', '€', '\u{1f600}', '\ud800', '\udc00'])('strings of every length arrive, with %j at their end', (last) => {
    const channel = engine.make<string>(EDGES.length, { codec: codec.string });
    const values = EDGES.map(
      (length) => 'characters of one byte '.repeat(200).slice(0, Math.max(0, length - last.length)) + last,
    );
    for (const many of [true, false]) {
      if (many) expect(channel.trySendMany(values)).toBe(values.length);
      else for (const value of values) expect(channel.trySend(value)).toBe(true);
      expect(channel.tryRecvMany(100)).toEqual(values);
    }
    channel[Symbol.dispose]();
  });

  arrival(engine, 'strings', codec.string, texts);
  arrival(engine, 'structs of strings', person, people);

  test.each([0, 3, 20, 70])('a value that is no string, number %d of a batch, is a CodecError after those before it', (place) => {
    const channel = engine.make<string>(128, { codec: codec.string });
    const values: unknown[] = Array.from({ length: 90 }, (_, i) => `${i} ${TEXT}`);
    values[place] = 7;
    const error = thrown(() => channel.trySendMany(values as string[]));
    expect(error).toBeInstanceOf(CodecError);
    expect(error).toMatchObject({ sent: place });
    expect(channel.tryRecvMany(128)).toEqual(values.slice(0, place));
    channel[Symbol.dispose]();
  });

  test.each([0, 3, 20, 70])('a getter that throws, number %d of a batch, throws its own error after those before it', (place) => {
    const channel = engine.make<string>(128, { codec: codec.string });
    const values = Array.from({ length: 90 }, (_, i) => `${i} ${TEXT}`);
    const before = values.slice(0, place);
    Object.defineProperty(values, place, {
      get() {
        throw new Error('not readable');
      },
    });
    expect(thrown(() => channel.trySendMany(values))).toMatchObject({ message: 'not readable' });
    expect(channel.tryRecvMany(128)).toEqual(before);
    channel[Symbol.dispose]();
  });

  test('a getter in a batch may itself send strings in batches', () => {
    const channel = engine.make<string>(128, { codec: codec.string });
    const other = engine.make<string>(128, { codec: codec.string });
    const inner = Array.from({ length: 30 }, (_, i) => `${TEXT} inside, ${i}`);
    const values = Array.from({ length: 90 }, (_, i) => `${i} ${TEXT}`);
    const expected = [...values];
    Object.defineProperty(values, 40, {
      get() {
        if (other.length === 0) other.trySendMany(inner);
        return expected[40];
      },
    });
    expect(channel.trySendMany(values)).toBe(90);
    expect(channel.tryRecvMany(128)).toEqual(expected);
    expect(other.tryRecvMany(128)).toEqual(inner);
    for (const made of [channel, other]) made[Symbol.dispose]();
  });
});

function thrown(operation: () => unknown): unknown {
  try {
    operation();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** Some are sent alone and some together, and so they are received. */
function arrival<T>(engine: EngineCase, what: string, made: Codec<T>, batches: fc.Arbitrary<T[]>): void {
  test(`batches of ${what} arrive as they were sent`, () => {
    const channel: Channel<T> = engine.make<T>(Number.POSITIVE_INFINITY, { codec: made });
    fc.assert(
      fc.property(batches, fc.nat(100), fc.nat(100), (values, alone, taken) => {
        for (const value of values.slice(0, alone)) channel.trySend(value);
        expect(channel.trySendMany(values.slice(alone))).toBe(Math.max(0, values.length - alone));
        const received = Array.from({ length: Math.min(taken, values.length) }, () => channel.tryRecv().value as T);
        received.push(...channel.tryRecvMany(1000));
        expect(received).toEqual(values);
      }),
      { numRuns: scaled(300, 50) },
    );
    channel[Symbol.dispose]();
  });
}
