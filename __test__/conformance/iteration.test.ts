/** SEMANTICS "Iteration, batches, timers", 69 to 73; the timers are in timers.test.ts. */
import { ClosedError, chan, codec } from 'hchan';
import { expect, test } from 'vitest';
import { deferred, failure, numbers, ok, pairings, Stage, state, thrown } from './actors.js';
import { CROSSING, ENGINES, type EngineCase, forEngines, scaled } from './engines.js';

const stage = new Stage();
const MAIN = { allowMainThread: true } as const;

forEngines(ENGINES, (engine) => {
  iterating(engine);
  batches(engine);
  cutShort(engine);
  consuming(engine);
});

forEngines(CROSSING, (engine) => {
  typedArrays(engine);
  everyone(engine);
});

function iterating(engine: EngineCase): void {
  for (const pairing of pairings(engine)) {
    test(`69 iteration ends on close and gives everything in order (${pairing.title})`, async () => {
      for (const capacity of [0, 1, 5, Number.POSITIVE_INFINITY]) {
        const channel = engine.make<number>(capacity);
        const { sender, receiver } = await stage.pair(pairing, channel);
        const received = receiver.one('drain', 'c', Number.POSITIVE_INFINITY, 'iterate');
        await sender.one('produce', 'c', 0, 100);
        channel.close();
        expect(await received).toEqual(numbers(0, 100));
      }
    });
  }

  test('69 break, throw and return leave the rest in the channel', async () => {
    const channel = engine.make<number>(10);
    channel.trySendMany(numbers(0, 10));
    for await (const value of channel) if (value === 2) break;
    expect(channel.length).toBe(7);
    await failure(
      (async () => {
        for await (const value of channel) throw new Error(`at ${value}`);
      })(),
    );
    expect(channel.length).toBe(6);
    for (const value of channel.valuesSync(MAIN)) if (value === 5) break;
    expect(channel.tryRecvMany(99)).toEqual([6, 7, 8, 9]);
    expect(channel.trySend(1)).toBe(true);
    expect(channel.closed).toBe(false);
  });

  test('69 break out of an iteration that is at a rendezvous leaves no receiver waiting', async () => {
    const channel = engine.make<number>(0);
    const first = channel.send(1);
    for await (const _ of channel) break;
    await first;
    expect(channel.trySend(2)).toBe(false);
  });

  test('69 an iterator that is returned while it waits takes nothing afterwards', async () => {
    const channel = engine.make<number>(2);
    const iterator = channel[Symbol.asyncIterator]();
    const waiting = iterator.next();
    await iterator.return?.();
    channel.trySend(1);
    const got = await Promise.race([waiting, Promise.resolve(undefined)]);
    expect((got?.done === false ? 1 : 0) + channel.length).toBe(1);
  });

  test('69 valuesSync ends on close and throws TimeoutError after a silent while', () => {
    const channel = engine.make<number>(5);
    channel.trySendMany([1, 2]);
    const values: number[] = [];
    const error = thrown(() => {
      for (const value of channel.valuesSync({ ...MAIN, timeout: 2 })) values.push(value);
    });
    expect(error.code).toBe('ERR_HCHAN_TIMEOUT');
    channel.trySend(3);
    channel.close();
    for (const value of channel.valuesSync(MAIN)) values.push(value);
    expect(values).toEqual([1, 2, 3]);
  });
}

function batches(engine: EngineCase): void {
  for (const pairing of pairings(engine)) {
    test(`70 recvMany: at least 1, at most max, in order (${pairing.title})`, async () => {
      for (const capacity of [0, 1, 10, Number.POSITIVE_INFINITY]) {
        const channel = engine.make<number>(capacity);
        const { sender, receiver } = await stage.pair(pairing, channel);
        const sending = sender.one('produce', 'c', 0, 60, 'many').then(() => channel.close());
        const values: number[] = [];
        for (;;) {
          const some = await receiver.one('recvMany', 'c', 7);
          if (some.length === 0) break;
          expect(some.length).toBeLessThanOrEqual(7);
          values.push(...some);
        }
        expect(values).toEqual(numbers(0, 60));
        await sending;
        expect(await receiver.one('recvMany', 'c', 7)).toEqual([]);
      }
    });
  }

  test("70 tryRecvMany and recvMany include waiting senders' values and wake them", async () => {
    for (const capacity of [0, 1, 4]) {
      for (const how of ['try', 'await', 'block'] as const) {
        const channel = engine.make<number>(capacity);
        const sends = numbers(0, capacity + 3).map((i) => channel.send(i));
        const max = capacity + 2;
        const values =
          how === 'try'
            ? channel.tryRecvMany(max)
            : how === 'await'
              ? await channel.recvMany(max)
              : channel.recvManySync(max, MAIN);
        expect(values, `${how}, capacity ${capacity}`).toEqual(numbers(0, max));
        await Promise.all(sends.slice(0, max));
        expect(await channel.recv()).toEqual(ok(max));
        await sends.at(-1);
      }
    }
  });

  test('70 a recvMany that waited resolves with what the first send brought', async () => {
    for (const capacity of [0, 5, Number.POSITIVE_INFINITY]) {
      const channel = engine.make<number>(capacity);
      const received = channel.recvMany(4);
      expect(channel.trySend(1)).toBe(true);
      const values = await received;
      expect(values).toEqual([1]);
    }
  });

  test('70 recvMany on closed: what is left, then []', async () => {
    const channel = engine.make<number>(5);
    channel.trySendMany([1, 2, 3]);
    channel.close();
    expect(await channel.recvMany(2)).toEqual([1, 2]);
    expect(await channel.recvMany(2)).toEqual([3]);
    expect(await channel.recvMany(2)).toEqual([]);
    expect(channel.recvManySync(2, MAIN)).toEqual([]);
  });

  test('71 trySendMany says how many of the first went in', () => {
    const channel = engine.make<number>(3);
    expect(channel.trySendMany([])).toBe(0);
    expect(channel.trySendMany([1, 2])).toBe(2);
    expect(channel.trySendMany([3, 4, 5])).toBe(1);
    expect(channel.trySendMany([4])).toBe(0);
    expect(channel.tryRecvMany(9)).toEqual([1, 2, 3]);
  });

  test('71 sendMany takes any iterable, and nothing more from it than there is room for', async () => {
    for (const capacity of [0, 2, 5]) {
      const channel = engine.make<number>(capacity);
      let taken = 0;
      function* endless(): Generator<number> {
        for (;;) yield taken++;
      }
      const controller = new AbortController();
      const sending = failure(channel.sendMany(endless(), { signal: controller.signal }));
      expect(await state(sending)).toBe('pending');
      expect(taken).toBeLessThanOrEqual(capacity + 1);
      controller.abort('enough');
      expect(await sending).toBe('enough');
      expect(channel.tryRecvMany(99)).toEqual(numbers(0, capacity));
      await channel.sendMany(new Set<number>());
      expect(channel.tryRecv()).toBeNull();
    }
  });
}

function cutShort(engine: EngineCase): void {
  for (const how of ['close', 'abort'] as const) {
    test(`71 sendMany cut short by ${how}: what went is a prefix, and exactly that is received`, async () => {
      for (const capacity of [0, 1, 4]) {
        const channel = engine.make<number>(capacity);
        const controller = new AbortController();
        const sending = failure(channel.sendMany(numbers(0, 50), { signal: controller.signal }));
        const values: unknown[] = [];
        for (let i = 0; i < 10; i++) values.push((await channel.recv()).value);
        if (how === 'close') channel.close();
        else controller.abort('enough');
        const error = await sending;
        values.push(...channel.tryRecvMany(99));
        expect(values).toEqual(numbers(0, values.length));
        expect(values.length).toBeGreaterThanOrEqual(10);
        if (how === 'close') {
          expect(error).toBeInstanceOf(ClosedError);
          expect(error.sent).toBe(values.length);
        } else expect(error).toBe('enough');
      }
    });
  }

  test('71 an iterable that throws rejects with its own error; what it gave before is sent', async () => {
    const channel = engine.make<number>(10);
    const own = new Error('mine');
    let cleaned = false;
    function* source(): Generator<number> {
      try {
        yield 1;
        yield 2;
        throw own;
      } finally {
        cleaned = true;
      }
    }
    expect(await failure(channel.sendMany(source()))).toBe(own);
    expect(cleaned).toBe(true);
    expect(channel.tryRecvMany(9)).toEqual([1, 2]);
    expect(thrown(() => channel.sendManySync(source(), MAIN))).toBe(own);
    expect(channel.tryRecvMany(9)).toEqual([1, 2]);
  });

  test('71 an iterable is closed when the batch is cut short', async () => {
    const channel = engine.make<number>(2);
    let closed = false;
    const source = {
      [Symbol.iterator]: () => ({
        next: () => ({ done: false as const, value: 1 }),
        return: () => {
          closed = true;
          return { done: true as const, value: undefined };
        },
      }),
    };
    const sending = failure(channel.sendMany(source));
    channel.close();
    expect(await sending).toBeInstanceOf(ClosedError);
    expect(closed).toBe(true);
  });
}

function consuming(engine: EngineCase): void {
  test('73 consume calls the handler for each value in order and resolves when closed and drained', async () => {
    for (const capacity of [0, 1, 100]) {
      const channel = engine.make<number>(capacity);
      const values: number[] = [];
      const consumed = channel.consume((value) => {
        values.push(value);
      });
      for (let i = 0; i < 500; i++) await channel.send(i);
      channel.close();
      expect(await consumed).toBeUndefined();
      expect(values).toEqual(numbers(0, 500));
    }
  });

  test('73 consume runs at most `concurrency` handlers at once, and exactly that many when there is work', async () => {
    for (const concurrency of [1, 3]) {
      const channel = engine.make<number>(50);
      channel.trySendMany(numbers(0, 20));
      let running = 0;
      let most = 0;
      const gates: (() => void)[] = [];
      const consumed = channel.consume(
        async () => {
          running += 1;
          most = Math.max(most, running);
          await new Promise<void>((resolve) => gates.push(resolve));
          running -= 1;
        },
        { concurrency },
      );
      for (let i = 0; i < 20; i++) {
        while (gates.length === 0) await new Promise((resolve) => setImmediate(resolve));
        expect(channel.length, 'a value handed to no handler stays in the channel').toBeGreaterThanOrEqual(20 - i - concurrency);
        gates.shift()?.();
      }
      channel.close();
      await consumed;
      expect(most).toBe(concurrency);
    }
  });

  test("73 consume rejects with the handler's first error after the running ones settle; the rest stays", async () => {
    for (const kind of ['throws', 'rejects'] as const) {
      const channel = engine.make<number>(20);
      channel.trySendMany(numbers(0, 10));
      const slow = deferred();
      const own = new Error('mine');
      let settled = false;
      const consumed = failure(
        channel.consume(
          (value) => {
            if (value === 0) return slow.promise;
            if (kind === 'throws') throw own;
            return Promise.reject(own);
          },
          { concurrency: 2 },
        ),
      ).finally(() => {
        settled = true;
      });
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(settled).toBe(false);
      slow.resolve(undefined);
      expect(await consumed).toBe(own);
      expect(channel.tryRecvMany(99)).toEqual(numbers(2, 8));
    }
  });

  test('73 consume rejects with signal.reason once running handlers settle, and takes nothing more', async () => {
    const channel = engine.make<number>(20);
    channel.trySendMany(numbers(0, 5));
    const slow = deferred();
    const controller = new AbortController();
    const consumed = failure(channel.consume(() => slow.promise, { signal: controller.signal }));
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort('enough');
    expect(await state(consumed)).toBe('pending');
    slow.resolve(undefined);
    expect(await consumed).toBe('enough');
    expect(channel.tryRecvMany(99)).toEqual(numbers(1, 4));
  });

  test('73 consume aborted while it waits for a value leaves no receiver behind', async () => {
    const channel = engine.make<number>(0);
    const controller = new AbortController();
    const consumed = failure(channel.consume(() => {}, { signal: controller.signal }));
    expect(await state(consumed)).toBe('pending');
    controller.abort('enough');
    expect(await consumed).toBe('enough');
    expect(channel.trySend(1)).toBe(false);
  });
}

function typedArrays(engine: EngineCase): void {
  const numeric = [
    ['f64', codec.f64, Float64Array, 1.5],
    ['f32', codec.f32, Float32Array, 1.5],
    ['i32', codec.i32, Int32Array, -7],
    ['u8', codec.u8, Uint8Array, 255],
    ['u16', codec.u16, Uint16Array, 65_535],
  ] as const;
  for (const [name, numericCodec, Class, sample] of numeric) {
    test(`70 recvManyInto fills a ${Class.name} with what sendMany took from one, codec ${name}`, async () => {
      for (const capacity of [0, 1, 8, Number.POSITIVE_INFINITY]) {
        const channel = engine.make<number>(capacity, { codec: numericCodec });
        const source = new Class(100).map((_, i) => (i % 2 === 0 ? sample : i % 100));
        const sending = channel.sendMany(source).then(() => channel.close());
        const target = new Class(16);
        const values: number[] = [];
        for (;;) {
          const count = await channel.recvManyInto(target);
          if (count === 0) break;
          expect(count).toBeLessThanOrEqual(16);
          values.push(...target.subarray(0, count));
        }
        expect(values).toEqual([...source]);
        await sending;
      }
    });
  }

  test('70 recvManyInto for 64-bit integers', async () => {
    const channel = chan<bigint>(4, { engine: engine.name, codec: codec.u64 });
    await channel.sendMany(new BigUint64Array([0n, 2n ** 64n - 1n]));
    const target = new BigUint64Array(8);
    expect(await channel.recvManyInto(target)).toBe(2);
    expect([...target.subarray(0, 2)]).toEqual([0n, 2n ** 64n - 1n]);
  });
}

function everyone(engine: EngineCase): void {
  test('72 blocking and awaiting receivers mixed on one channel, each message exactly once', async () => {
    const total = scaled(20_000, 1000);
    for (const capacity of [0, 64]) {
      const channel = engine.make<number>(capacity);
      const ends = [
        await stage.end('A', 'blocking'),
        await stage.end('B', 'loop'),
        await stage.end('C', 'blocking'),
        await stage.end('here', 'loop'),
      ];
      for (const end of ends) await end.give('c', channel);
      const hows = ['one', 'many', 'iterate', 'one'] as const;
      const received = ends.map((end, i) => end.one('drain', 'c', Number.POSITIVE_INFINITY, hows[i]));
      const source = await stage.end('D', 'blocking');
      await source.give('c', channel);
      expect(await source.one('produce', 'c', 0, total, 'many')).toBe(total);
      channel.close();
      const values = (await Promise.all(received)).flat().sort((x, y) => x - y);
      expect(values).toEqual(numbers(0, total));
    }
  });
}
