/** SEMANTICS "Basics", 10, 11, 12 under load, and 15 to 17: values in quantity, of every kind, and what becomes of them. */
import { attach, type Channel, chan, codec } from 'hchan';
import { expect, test } from 'vitest';
import { CAPACITIES_0_TO_20, numbers, ok, pairings, Stage } from './actors.js';
import { CROSSING, ENGINES, type EngineCase, forEngines, scaled } from './engines.js';

const stage = new Stage();

forEngines(ENGINES, (engine) => {
  quantity(engine);
  kinds(engine);
  hops(engine);
});

forEngines(CROSSING, (engine) => {
  bounds(engine);
  copies(engine);
  release(engine);
});

function quantity(engine: EngineCase): void {
  for (const pairing of pairings(engine)) {
    test(`10 100 numbers, one producer, one consumer, in order, capacities 0 to 20 (${pairing.title})`, async () => {
      for (const capacity of CAPACITIES_0_TO_20) {
        const channel = engine.make<number>(capacity);
        const { sender, receiver } = await stage.pair(pairing, channel);
        const received = receiver.one('drain', 'c', 100);
        expect(await sender.one('produce', 'c', 0, 100)).toBe(100);
        expect(await received).toEqual(numbers(0, 100));
      }
    });
  }

  test('11 4×1000 sent by 4, received by 4: each value exactly as often as sent', async () => {
    for (const capacity of [0, 1, 10, Number.POSITIVE_INFINITY]) {
      const channel = engine.make<number>(capacity);
      const places = engine.crossesThreads ? (['here', 'A', 'B', 'C'] as const) : (['here', 'here', 'here', 'here'] as const);
      const ends = await Promise.all(
        places.map((place, i) => stage.end(place, i === 3 && engine.crossesThreads ? 'blocking' : 'loop')),
      );
      const sources = engine.crossesThreads
        ? [
            await stage.end('A', 'loop'),
            await stage.end('A', 'loop'),
            await stage.end('here', 'loop'),
            await stage.end('D', 'blocking'),
          ]
        : ends;
      for (const end of new Set([...ends, ...sources])) await end.give('c', channel);
      const received = ends.map((end) => end.one('drain', 'c'));
      expect(await Promise.all(sources.map((end, i) => end.one('produce', 'c', i * 1000, 1000)))).toEqual([
        1000, 1000, 1000, 1000,
      ]);
      channel.close();
      const values = (await Promise.all(received)).flat().sort((a, b) => a - b);
      expect(values).toEqual(numbers(0, 4000));
    }
  });
}

function bounds(engine: EngineCase): void {
  test('12 length is never above capacity or below 0 under load', async () => {
    const [a, b] = [await stage.end('A', 'blocking'), await stage.end('B', 'blocking')];
    for (const capacity of [0, 1, 3, 64]) {
      const channel = engine.make<number>(capacity);
      await a.give('c', channel);
      await b.give('c', channel);
      const count = scaled(20_000, 1000);
      const sent = a.one('produce', 'c', 0, count, 'many');
      const received = b.one('drain', 'c', count, 'many');
      let samples = 0;
      let running = true;
      const done = Promise.all([sent, received]).finally(() => {
        running = false;
      });
      while (running) {
        for (let i = 0; i < 100; i++, samples++) {
          const { length } = channel;
          if (length < 0 || length > capacity) expect.unreachable(`length ${length} of capacity ${capacity}`);
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect((await done)[1]).toHaveLength(count);
      expect(samples).toBeGreaterThan(0);
    }
  });
}

function kinds(engine: EngineCase): void {
  const values = [
    1.5,
    2n ** 70n,
    true,
    'grüße 🙂',
    { nested: { list: [1, { deep: null }], text: 'x' } },
    new Float64Array([1, 2, Number.NaN]),
    new Uint8Array([0, 255]),
    new Date(86_400_000),
    new Map<unknown, unknown>([['a', new Set([1, 2])]]),
    /a+/gi,
    new RangeError('as a value'),
  ];
  for (const pairing of pairings(engine)) {
    test(`15 every kind of value through the default codec (${pairing.title})`, async () => {
      const { sender, receiver } = await stage.pair(pairing, engine.make(0));
      for (const value of values) {
        const received = receiver.one('recv', 'c');
        expect(await sender.one('send', 'c', value)).toBeUndefined();
        const got = await received;
        expect(got).toEqual(ok(value));
        expect(Object.prototype.toString.call(got.value)).toBe(Object.prototype.toString.call(value));
      }
    });
  }

  test('15 cycles and shared references keep their shape', async () => {
    const channel = engine.make<{ self?: unknown; twice: unknown[] }>(1);
    const one = { x: 1 };
    const value: { self?: unknown; twice: unknown[] } = { twice: [one, one] };
    value.self = value;
    await channel.send(value);
    const got = (await channel.recv()).value;
    expect(got?.self).toBe(got);
    expect(got?.twice[0]).toBe(got?.twice[1]);
  });
}

function copies(engine: EngineCase): void {
  test('15 values travel by copy: later changes on either side are not seen on the other', async () => {
    const channel = engine.make<{ n: number; bytes: Uint8Array }>(4);
    const value = { n: 1, bytes: new Uint8Array([1]) };
    await channel.send(value);
    value.n = 2;
    value.bytes[0] = 2;
    const got = (await channel.recv()).value;
    expect(got).toEqual({ n: 1, bytes: new Uint8Array([1]) });
    const waiting = channel.recv();
    channel.trySend(value);
    value.n = 3;
    expect((await waiting).value?.n).toBe(2);
  });

  test('15 large values and many small ones between them arrive whole', async () => {
    const channel = engine.make<Uint8Array>(3, { codec: codec.bytes });
    const a = await stage.end('A', 'loop');
    const back = engine.make<Uint8Array>(3, { codec: codec.bytes });
    await a.give('c', channel);
    await a.give('back', back);
    const echoing = a.one('forward', 'c', 'back', 12);
    for (const size of [0, 1, 63, 64, 65, 4096, 65_536, 65_537, 1_000_000, 3, 9_000_000, 0]) {
      const bytes = new Uint8Array(size).map((_, i) => (i * 31) & 255);
      await channel.send(bytes);
      const got = (await back.recv()).value;
      expect(Buffer.compare(got ?? new Uint8Array(1), bytes), `${size} bytes`).toBe(0);
    }
    expect(await echoing).toBe(12);
  });
}

function hops(engine: EngineCase): void {
  for (const capacity of [0, 1, Number.POSITIVE_INFINITY]) {
    test(`16 a ${engine.crossesThreads ? "channel's token" : 'channel'} through a channel, 1000 hops, capacity ${capacity}`, async () => {
      const carried = engine.make<string>(1);
      const cargo: unknown = engine.crossesThreads ? carried.share() : carried;
      const out = engine.make<unknown>(capacity);
      const home = engine.make<unknown>(capacity);
      const far = await stage.end(engine.crossesThreads ? 'A' : 'here', 'loop');
      await far.give('out', out);
      await far.give('home', home);
      const forwarding = far.one('forward', 'out', 'home', 500);
      let token = cargo;
      for (let hop = 0; hop < 500; hop++) {
        await out.send(token);
        token = (await home.recv()).value;
      }
      expect(await forwarding).toBe(500);
      const arrived = engine.crossesThreads ? attach(token as ReturnType<Channel<string>['share']>) : (token as Channel<string>);
      await arrived.send('through the far end');
      expect(await carried.recv()).toEqual(ok('through the far end'));
    });
  }
}

function release(engine: EngineCase): void {
  test('17 values nobody receives are released when the channel goes', async () => {
    const message = new Uint8Array(64 * 1024).fill(1);
    const round = (): void => {
      for (const capacity of [64, Number.POSITIVE_INFINITY]) {
        const channel = engine.make<Uint8Array>(capacity, { codec: codec.bytes });
        for (let i = 0; i < 64; i++) channel.trySend(message);
        channel[Symbol.dispose]();
      }
    };
    for (let i = 0; i < 10; i++) round();
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 60; i++) round();
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc?.();
    // 60 rounds put in 480 MiB; what a round holds at once, 4 MiB, and the allocator's slack may stay.
    expect(process.memoryUsage().rss - before).toBeLessThan(120 * 1024 * 1024);
  });
}

test('17 local: values nobody receives are released when the channel goes', async () => {
  let released = 0;
  const registry = new FinalizationRegistry<number>(() => {
    released += 1;
  });
  (() => {
    const channel = chan<object>(100, { engine: 'local' });
    for (let i = 0; i < 100; i++) {
      const value = { i };
      registry.register(value, i);
      channel.trySend(value);
    }
    channel[Symbol.dispose]();
  })();
  for (let i = 0; i < 50 && released < 100; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect(released).toBe(100);
});
