/** Batches of strings, of what holds strings, and of scalars arrive as they were sent, whatever is among them. */
import fc from 'fast-check';
import { attach, type Channel, type Codec, CodecError, codec, type Receiver } from 'hchan';
import { expect, test } from 'vitest';
import { decodeMessage, encodeMessage, Reader, Writer } from '../../build/codec/codec.js';
import { strings } from '../codec/shapes.js';
import { CROSSING, ENGINES, type EngineCase, forEngines, scaled } from './engines.js';

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

  test('70 a receive takes all that is there, however many, unless it is to take fewer', async () => {
    const count = 30_000;
    const values = Float64Array.from({ length: count }, (_, i) => i);
    const words = Array.from(values, (i) => `a word of some length, number ${i}`);
    const numbers = engine.make<number>(count, { codec: codec.f64 });
    const strings = engine.make<string>(count, { codec: codec.string });
    for (const max of [count, count + 1, 20_000]) {
      for (const [channel, all] of [[numbers, [...values]] as const, [strings, words] as const]) {
        for (let from = 0; from < count; ) from += (channel as Channel<unknown>).trySendMany(all.slice(from));
        expect(channel.tryRecvMany(max)).toEqual(all.slice(0, max));
        if (max < count) expect(await channel.recvMany(count)).toEqual(all.slice(max));
        expect(channel.length).toBe(0);
      }
    }
  });

  arrival(engine, 'strings', codec.string, texts);
  arrival(engine, 'structs of strings', person, people);

  arrival(engine, 'numbers', codec.f64, fc.array(fc.double(), { maxLength: 100 }));
  arrival(engine, 'large integers', codec.u32, fc.array(fc.nat({ max: 2 ** 32 - 1 }), { maxLength: 100 }));
  arrival(engine, 'bigints', codec.i64, fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { maxLength: 100 }));
  arrival(engine, 'booleans', codec.bool, fc.array(fc.boolean(), { maxLength: 100 }));
  arrival(engine, 'nothing', codec.void, fc.array(fc.constant(undefined), { maxLength: 100 }));

  spoilt(engine, 'strings', codec.string, (i) => `${i} ${TEXT}`, 7);
  spoilt(engine, 'numbers', codec.f64, (i) => i + 0.5, 'seven');
  spoilt(engine, 'booleans', codec.bool, (i) => i % 3 === 0, 1);

  test('recvMany appends what is there to the number that it waited for', async () => {
    const channel = engine.make<number>(8, { codec: codec.f64 });
    const received = channel.recvMany(3);
    expect(channel.trySendMany([0.5, 1.5, 2.5, 3.5])).toBe(4);
    expect(await received).toEqual([0.5, 1.5, 2.5]);
    expect(channel.tryRecvMany(8)).toEqual([3.5]);
    channel[Symbol.dispose]();
  });
});

/** Values that do not fit, and getters, in the middle of a batch. */
function spoilt<T>(engine: EngineCase, what: string, made: Codec<T>, value: (i: number) => T, wrong: unknown): void {
  const batch = () => Array.from({ length: 90 }, (_, i) => value(i));

  test.each([0, 3, 20, 70])(
    `among ${what}, a value of another type, number %d, is a CodecError after those before it`,
    (place) => {
      const channel = engine.make<T>(128, { codec: made });
      const values: unknown[] = batch();
      values[place] = wrong;
      const error = thrown(() => channel.trySendMany(values as T[]));
      expect(error).toBeInstanceOf(CodecError);
      expect(error).toMatchObject({ sent: place });
      expect(channel.tryRecvMany(128)).toEqual(values.slice(0, place));
      channel[Symbol.dispose]();
    },
  );

  test.each([0, 3, 20, 70])(
    `among ${what}, a getter that throws, number %d, throws its own error after those before it`,
    (place) => {
      const channel = engine.make<T>(128, { codec: made });
      const values = batch();
      const before = values.slice(0, place);
      Object.defineProperty(values, place, {
        get() {
          throw new Error('not readable');
        },
      });
      expect(thrown(() => channel.trySendMany(values))).toMatchObject({ message: 'not readable' });
      expect(channel.tryRecvMany(128)).toEqual(before);
      channel[Symbol.dispose]();
    },
  );

  test(`of ${what}, the first one's getter that throws is heard, though it would not throw again`, () => {
    const channel = engine.make<T>(128, { codec: made });
    const values = batch();
    let reads = 0;
    Object.defineProperty(values, 0, {
      get() {
        if (reads++ === 0) throw new Error('once');
        return value(0);
      },
    });
    expect(thrown(() => channel.trySendMany(values))).toMatchObject({ message: 'once' });
    expect(channel.length).toBe(0);
    channel[Symbol.dispose]();
  });

  test(`among ${what}, a getter may itself send and receive in batches, and much`, () => {
    const channel = engine.make<T>(128, { codec: made });
    const [other, long] = [engine.make<T>(128, { codec: made }), engine.make<string>(1, { codec: codec.string })];
    const inner = batch().slice(0, 30);
    const values = batch();
    const expected = [...values];
    // More than the scratch holds, which so is replaced.
    const text = 'x'.repeat(1 << 20);
    const received: unknown[] = [];
    let reads = 0;
    Object.defineProperty(values, 40, {
      get() {
        reads++;
        if (other.trySendMany(inner) > 0 && long.trySend(text)) received.push(...other.tryRecvMany(128), long.tryRecv()?.value);
        return expected[40];
      },
    });
    expect(channel.trySendMany(values)).toBe(90);
    expect(channel.tryRecvMany(128)).toEqual(expected);
    expect(received).toEqual([...inner, text]);
    expect(reads).toBe(1);
    for (const made of [channel, other, long]) made[Symbol.dispose]();
  });
}

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

forEngines(ENGINES, (engine) => {
  test.each([20, 20_000])(
    '71 a typed array of %d that is given away while its sendMany waits is not said to have gone',
    async (length) => {
      const channel = engine.make<number>(4, { codec: codec.f64 });
      const values = Float64Array.from({ length }, (_, i) => i);
      const sending = channel.sendMany(values);
      structuredClone(values, { transfer: [values.buffer] });
      const first = await channel.recv();
      const error: unknown = await sending.catch((thrown) => thrown);
      expect(error).toBeInstanceOf(CodecError);
      const { sent, message } = error as CodecError;
      expect(message).toContain(`were detached or cut short: ${sent} of ${length} went`);
      expect([first.value, ...channel.tryRecvMany(100)]).toEqual(Array.from({ length: sent as number }, (_, i) => i));
    },
  );
});

/** Sends any bytes as messages of `codec.string`. */
const raw: Codec<Uint8Array> = { id: 'string', encode: (bytes, to) => to.raw(bytes), decode: (from) => from.raw(from.remaining) };

function bytesOf(text: string): Uint8Array {
  const to = new Writer(64);
  encodeMessage(codec.string, text, to);
  return to.finish();
}

/** A head of a string, and so many characters, which need not be as many as it says. */
const forged = (head: readonly number[], length: number) => Uint8Array.from([...head, ...new Array<number>(length).fill(65)]);

/** Heads that are longer than they must be, of other kinds or lengths than what follows, or cut short. */
const FORGED = [
  forged([], 0),
  forged([0x80], 0),
  forged([0x84, 0x00], 1),
  forged([0x88, 0x80, 0x00], 2),
  forged([0x88, 0x80, 0x00], 1),
  forged([0x80, 0x81], 32),
  forged([0x80, 0x81, 0x00], 32),
  forged([0x80, 0x80, 0x01], 4096),
  // As long as they say if the bit that says that a third byte follows is taken for part of the length.
  forged([0x80, 0x80], 4096),
  forged([0x80, 0x80], 4095),
  forged([0x05], 1),
  forged([0x0a], 2),
  forged([0x0a], 1),
  forged([0x07], 1),
  forged([0xff, 0xff, 0xff, 0xff, 0x0f], 5),
];
const lengths = fc.constantFrom(0, 1, 31, 32, 33, 127, 128, 129, 4092, 4093, 4094, 4095, 4096, 4097, 8191, 8192, 16_383, 16_384);
const anyHead = fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 6 });
const message = fc.oneof(
  { weight: 4, arbitrary: fc.oneof(ascii, strings).map(bytesOf) },
  { weight: 2, arbitrary: fc.tuple(anyHead, fc.nat({ max: 70 })).map(([head, length]) => forged(head, length)) },
  { weight: 1, arbitrary: lengths.map((length) => bytesOf('b'.repeat(length))) },
  { weight: 1, arbitrary: fc.constantFrom(...FORGED) },
);

/** The values among `messages`, and what the others come to. */
function alone(messages: readonly Uint8Array[]): { values: string[]; errors: Set<string> } {
  const values: string[] = [];
  const errors = new Set<string>();
  for (const bytes of messages) {
    try {
      values.push(decodeMessage(codec.string, new Reader(bytes)) as string);
    } catch (error) {
      errors.add((error as CodecError).message);
    }
  }
  return { values, errors };
}

forEngines(CROSSING, (engine) => {
  const check = (messages: readonly Uint8Array[]): void => {
    using sender = engine.make(64, { codec: raw });
    using receiver = attach<Receiver<string>>(sender.receiver().share(), { codec: codec.string });
    expect(sender.trySendMany(messages)).toBe(messages.length);
    const { values, errors } = alone(messages);
    const got: string[] = [];
    const complaints: string[] = [];
    for (let quiet = false; !quiet; ) {
      try {
        const some = receiver.tryRecvMany(1000);
        got.push(...some);
        quiet = some.length === 0;
      } catch (error) {
        complaints.push((error as CodecError).message.replace(/^.*?: /, ''));
      }
    }
    expect(got).toEqual(values);
    for (const complaint of complaints) expect(errors).toContain(complaint);
    expect(complaints.length > 0).toBe(errors.size > 0);
  };

  test.each(FORGED)('a message that no codec makes is in a batch what it is alone: %#', (bytes) => {
    const others = ['a'.repeat(40), 'b', 'c'.repeat(200)].map(bytesOf);
    check([bytes]);
    check([...others, bytes, ...others]);
  });

  test('strings of a batch are what each is alone, whatever their bytes', () => {
    fc.assert(fc.property(fc.array(message, { maxLength: 60 }), check), { numRuns: scaled(200) });
  });

  test('71 an array that grows while its sendMany waits is sent without a gap', async () => {
    const channel = engine.make<string>(4, { codec: codec.string });
    const all = Array.from({ length: 300 }, (_, i) => `${i}`);
    const values = all.slice(0, 100);
    const sending = channel.sendMany(values).finally(() => channel.close());
    const got: string[] = [];
    for await (const value of channel) if (got.push(value) === 80) values.push(...all.slice(100));
    await sending;
    expect(got).toEqual(all);
  });
});
