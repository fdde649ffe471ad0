/** SEMANTICS "Order and fairness", 18 to 26. */
import { type Channel, type Receiver, select, selectSync, send, trySelect } from 'hchan';
import { expect, test } from 'vitest';
import { breathe, failure, numbers, ok, type Place, pairings, Stage, state, until } from './actors.js';
import { CROSSING, ENGINES, type EngineCase, forEngines } from './engines.js';

const stage = new Stage();

forEngines(ENGINES, (engine) => {
  fifo(engine);
  waiters(engine);
  fairness(engine);
  biased(engine);
});

forEngines(CROSSING, (engine) => {
  daisyAcross(engine);
  servedAcross(engine);
  fairnessAcross(engine);
  sharedWork(engine);
});

/** Keeps the loop from turning until operations that happen at once await a turn. What is told from then on is noted in order. */
function beyondBudget(channel: Channel<number>): { told: string[]; tell: (what: string) => () => void } {
  for (const end = performance.now() + 40; performance.now() < end; ) {
    void channel.send(0);
    channel.tryRecv();
  }
  const told: string[] = [];
  return { told, tell: (what) => () => void told.push(what) };
}

function fifo(engine: EngineCase): void {
  for (const pairing of pairings(engine)) {
    for (const how of ['one', 'many'] as const) {
      test(`18 buffered FIFO, ${how} at a time (${pairing.title})`, async () => {
        for (const capacity of [1, 2, 7, 64, Number.POSITIVE_INFINITY]) {
          const channel = engine.make<number>(capacity);
          const { sender, receiver } = await stage.pair(pairing, channel);
          const received = receiver.one('drain', 'c', Number.POSITIVE_INFINITY, how);
          expect(await sender.one('produce', 'c', 0, 500, how)).toBe(500);
          channel.close();
          expect(await received).toEqual(numbers(0, 500));
        }
      });
    }
  }

  test('19 rendezvous FIFO through a daisy chain of receivers', async () => {
    const channel = engine.make<number>(0);
    const order: unknown[] = [];
    const link = async (before: Receiver<number>, after: Channel<number>): Promise<void> => {
      await before.recv();
      order.push((await channel.recv()).value);
      await after.send(0);
    };
    const first = engine.make<number>(0);
    let last = first;
    const links = numbers(0, 100).map(() => {
      const next = engine.make<number>(0);
      const running = link(last, next);
      last = next;
      return running;
    });
    const finish = last.recv();
    await first.send(0);
    for (const value of numbers(0, 100)) await channel.send(value);
    await Promise.all(links);
    expect((await finish).ok).toBe(true);
    expect(order).toEqual(numbers(0, 100));
  });
}

function waiters(engine: EngineCase): void {
  const capacities = [0, 1, 2, 5, Number.POSITIVE_INFINITY];

  test('20 waiting receivers are served in the order they came', async () => {
    for (const capacity of capacities) {
      const channel = engine.make<number>(capacity);
      const settled: number[] = [];
      const received = [0, 1, 2].map((i) =>
        channel.recv().then((got) => {
          settled.push(i);
          return got;
        }),
      );
      for (const value of [10, 11, 12]) expect(channel.trySend(value)).toBe(true);
      expect(await Promise.all(received)).toEqual([ok(10), ok(11), ok(12)]);
      expect(settled).toEqual([0, 1, 2]);
    }
  });

  test('20 a select, a batch and an iteration wait in the same queue', async () => {
    for (const capacity of [0, 5]) {
      const channel = engine.make<number>(capacity);
      const first = channel.recv();
      const second = select({ it: channel });
      const third = channel.recvMany(1);
      const fourth = channel[Symbol.asyncIterator]().next();
      for (const value of [1, 2, 3, 4]) await channel.send(value);
      expect(await first).toEqual(ok(1));
      expect(await second).toEqual({ key: 'it', ok: true, value: 2 });
      expect(await third).toEqual([3]);
      expect(await fourth).toEqual({ done: false, value: 4 });
    }
  });

  test("21 waiting senders' messages come out in the order they came, also across the buffer's edge", async () => {
    for (const capacity of [0, 1, 3]) {
      const channel = engine.make<number>(capacity);
      const settled: number[] = [];
      const sends = numbers(0, capacity + 2).map((i) => channel.send(i).then(() => settled.push(i)));
      expect(channel.length).toBe(capacity);
      for (const i of numbers(0, capacity + 2)) expect(channel.tryRecv(), `capacity ${capacity}`).toEqual(ok(i));
      await Promise.all(sends);
      expect(settled).toEqual(numbers(0, capacity + 2));
    }
  });

  test('20, 21 operations are told in the order they happened when some await a turn of the loop', async () => {
    const channel = engine.make<number>(3);
    const { told, tell } = beyondBudget(channel);
    const operations = numbers(0, 5).map((i) => channel.send(i).then(tell(`sent ${i}`)));
    const selected = select({ it: send(channel, 5) }).then(tell('sent 5'));
    for (const i of numbers(0, 3)) expect(channel.tryRecv()).toEqual(ok(i));
    operations.push(selected, channel.send(6).then(tell('sent 6')));
    for (const i of numbers(3, 4)) operations.push(channel.recv().then(tell(`received ${i}`)));
    await Promise.all(operations);
    expect(told.filter((what) => what.startsWith('sent'))).toEqual(numbers(0, 7).map((i) => `sent ${i}`));
    expect(told.filter((what) => what.startsWith('received'))).toEqual(numbers(3, 4).map((i) => `received ${i}`));
  });

  test('20, 21 ends and failures are told in their turn, too', async () => {
    const channel = engine.make<number>(3);
    const { told, tell } = beyondBudget(channel);
    const first = [0, 1, 2].map((i) => channel.send(i).then(tell(`sent ${i}`)));
    channel.close();
    const refused = channel.send(3).catch(tell('refused'));
    const values = channel[Symbol.asyncIterator]();
    const taken = numbers(0, 4).map((i) => values.next().then(({ done }) => tell(done ? 'end' : `took ${i}`)()));
    const selected = select({ it: send(channel, 4) }).catch(tell('refused'));
    await Promise.all([...first, refused, ...taken, selected]);
    expect(told).toEqual(['sent 0', 'sent 1', 'sent 2', 'refused', 'took 0', 'took 1', 'took 2', 'end', 'refused']);
  });

  test('21 a select send and a batch wait in the same queue as plain sends', async () => {
    for (const capacity of [0, 1]) {
      const channel = engine.make<number>(capacity);
      for (let i = 0; i < capacity; i++) channel.trySend(-1);
      const sends = [channel.send(1), select({ it: send(channel, 2) }), channel.send(3)];
      const values: unknown[] = [];
      for (let i = 0; i < capacity + 3; i++) values.push((await channel.recv()).value);
      expect(values.filter((value) => value !== -1)).toEqual([1, 2, 3]);
      await Promise.all(sends);
    }
  });

  test("21 a newcomer's trySend cannot overtake waiting senders when room appears", async () => {
    for (const capacity of [1, 2]) {
      const channel = engine.make<number>(capacity);
      const sends = numbers(0, capacity + 2).map((i) => channel.send(i));
      expect(channel.tryRecv()).toEqual(ok(0));
      expect(channel.trySend(99)).toBe(false);
      expect(channel.tryRecvMany(99)).toEqual(numbers(1, capacity + 1));
      await Promise.all(sends);
    }
  });

  test("22 a newcomer's tryRecv cannot take a message promised to a waiter", async () => {
    for (const capacity of capacities) {
      const channel = engine.make<number>(capacity);
      const waiting = channel.recv();
      expect(channel.trySend(1)).toBe(true);
      expect(channel.tryRecv()).toBeNull();
      expect(channel.tryRecvMany(9)).toEqual([]);
      expect(trySelect({ it: channel })).toBeNull();
      expect(channel.length).toBe(0);
      expect(await waiting).toEqual(ok(1));
    }
  });
}

function daisyAcross(engine: EngineCase): void {
  for (const mode of ['loop', 'blocking'] as const) {
    test(`19 rendezvous FIFO through a daisy chain of receivers in four workers, ${mode}`, async () => {
      const places: Place[] = ['A', 'B', 'C', 'D'];
      const peers = await Promise.all(places.map((place) => stage.end(place, mode)));
      const channel = engine.make<number>(0);
      const links = peers.map(() => engine.make<number>(0)).concat(engine.make<number>(0));
      for (const [i, peer] of peers.entries()) {
        await peer.give('before', links[i]);
        await peer.give('after', links[i + 1]);
        await peer.give('c', channel);
      }
      for (let round = 0; round < 20; round++) {
        const results = peers.map((peer) => peer.run(['recv', 'before'], ['recv', 'c'], ['send', 'after', 0]));
        await links[0]?.send(0);
        for (let i = 0; i < 4; i++) await channel.send(round * 4 + i);
        expect(await links[4]?.recv()).toEqual(ok(0));
        for (const [i, result] of (await Promise.all(results)).entries()) expect(result[1]).toEqual(ok(round * 4 + i));
      }
    });
  }
}

function servedAcross(engine: EngineCase): void {
  test('20 waiting receivers of several workers are served in the order they came', async () => {
    const places: Place[] = ['C', 'A', 'B'];
    for (const capacity of [0, 1, 5, Number.POSITIVE_INFINITY]) {
      const channel = engine.make<number>(capacity);
      const ends = await Promise.all(places.map((place) => stage.end(place, 'loop')));
      for (const end of ends) await end.give('c', channel);
      for (const end of ends) expect(await end.one('begin', 'r', ['recv', 'c'])).toBe('begun');
      const late = channel.recv();
      for (const [i, end] of ends.entries()) {
        const taking = end.one('end', 'r');
        expect(await state(late)).toBe('pending');
        expect(channel.trySend(i)).toBe(true);
        expect(await taking).toEqual(ok(i));
      }
      channel.trySend(9);
      expect(await late).toEqual(ok(9));
    }
  });

  test('20 all at once: every waiter is served, the first come first where the engine is exact', async () => {
    const places: Place[] = ['C', 'A', 'B'];
    const channel = engine.make<number>(5);
    const ends = await Promise.all(places.map((place) => stage.end(place, 'loop')));
    for (const end of ends) await end.give('c', channel);
    for (let round = 0; round < 50; round++) {
      for (const end of ends) await end.one('begin', 'r', ['recv', 'c']);
      expect(channel.trySendMany([0, 1, 2])).toBe(3);
      const values = (await Promise.all(ends.map((end) => end.one('end', 'r')))).map((got) => got.value);
      if (engine.exactAcross) expect(values).toEqual([0, 1, 2]);
      else expect([...values].sort()).toEqual([0, 1, 2]);
    }
  });

  test('21 waiting senders of several workers come out in the order they came', async () => {
    const places: Place[] = ['C', 'A', 'B'];
    for (const capacity of [0, 1]) {
      const channel = engine.make<number>(capacity);
      for (let i = 0; i < capacity; i++) channel.trySend(-1);
      const ends = await Promise.all(places.map((place) => stage.end(place, 'loop')));
      for (const end of ends) await end.give('c', channel);
      for (const [i, end] of ends.entries()) await end.one('begin', 's', ['send', 'c', i]);
      const values = [];
      while (values.length < 3 + capacity) values.push((await channel.recv()).value);
      expect(values.filter((value) => value !== -1)).toEqual([0, 1, 2]);
      for (const end of ends) expect(await end.one('end', 's')).toBeUndefined();
    }
  });
}

function fairness(engine: EngineCase): void {
  test('23 two receivers on one channel both make progress', async () => {
    for (const capacity of [0, 1, 10]) {
      const channel = engine.make<number>(capacity);
      const counts = [0, 0];
      const receivers = [0, 1].map(async (i) => {
        for await (const _ of channel) counts[i] = (counts[i] ?? 0) + 1;
      });
      for (let i = 0; i < 10_000; i++) await channel.send(i);
      channel.close();
      await Promise.all(receivers);
      expect((counts[0] ?? 0) + (counts[1] ?? 0)).toBe(10_000);
      expect(Math.min(...counts), `capacity ${capacity}`).toBeGreaterThanOrEqual(2500);
    }
  });

  test('24 select over two always-ready channels is fair: |p − 0.5| < 4.4172 / (2√n)', async () => {
    const n = 10_000;
    const pair = [engine.make<number>(n), engine.make<number>(n)] as const;
    for (const channel of pair) for (let i = 0; i < n; i++) channel.trySend(i);
    let first = 0;
    for (let i = 0; i < n; i++) if ((await select({ a: pair[0], b: pair[1] })).key === 'a') first += 1;
    expect(Math.abs(first / n - 0.5)).toBeLessThan(4.4172 / (2 * Math.sqrt(n)));
  });

  test('24 trySelect and selectSync and sends are fair too', () => {
    const n = 10_000;
    const [a, b] = [engine.make<number>(Number.POSITIVE_INFINITY), engine.make<number>(Number.POSITIVE_INFINITY)];
    let first = 0;
    for (let i = 0; i < n; i++) {
      const cases = { a: send(a, i), b: send(b, i) };
      const got = i % 2 === 0 ? trySelect(cases) : selectSync(cases, { timeout: 0, allowMainThread: true });
      if (got?.key === 'a') first += 1;
    }
    expect(a.length + b.length).toBe(n);
    expect(a.length).toBe(first);
    expect(Math.abs(first / n - 0.5)).toBeLessThan(4.4172 / (2 * Math.sqrt(n)));
  });

  test('25 five cases on the same channel in one select each get at least a tenth', async () => {
    const channel = engine.make<number>(5000);
    for (let i = 0; i < 5000; i++) channel.trySend(i);
    const counts: Record<string, number> = { a: 0, b: 0, c: 0, d: 0, e: 0 };
    for (let i = 0; i < 5000; i++) {
      const got = await select({ a: channel, b: channel, c: channel, d: channel, e: channel });
      expect(got.ok && got.value).toBe(i);
      counts[got.key] = (counts[got.key] ?? 0) + 1;
    }
    expect(Math.min(...Object.values(counts))).toBeGreaterThanOrEqual(500);
  });

  test('25 five cases that wait on the same channel each get at least a tenth, receiving or sending', async () => {
    for (const capacity of [0, 1]) {
      const [empty, full] = [engine.make<number>(capacity), engine.make<number>(capacity)];
      for (let i = 0; i < capacity; i++) full.trySend(-1);
      const [received, sent] = [new Array<number>(5).fill(0), new Array<number>(5).fill(0)];
      for (let i = 0; i < 2000; i++) {
        const receiving = select({ 0: empty, 1: empty, 2: empty, 3: empty.receiver(), 4: empty });
        expect(empty.trySend(i)).toBe(true);
        const got = await receiving;
        expect(got.ok && got.value).toBe(i);
        count(received, got.key);
        const sending = select({
          0: send(full, 0),
          1: send(full, 1),
          2: send(full, 2),
          3: send(full, 3),
          4: send(full.sender(), 4),
        });
        const values = capacity === 0 ? [full.tryRecv()] : [full.tryRecv(), full.tryRecv()];
        if (capacity > 0) full.trySend(-1);
        const { key } = await sending;
        expect(values.at(-1)).toEqual(ok(Number(key)));
        count(sent, key);
      }
      for (const each of [...received, ...sent]) expect(each).toBeGreaterThanOrEqual(200);
    }
  });
}

function count(counts: number[], key: string): void {
  counts[Number(key)] = (counts[Number(key)] ?? 0) + 1;
}

function fairnessAcross(engine: EngineCase): void {
  test('25 five cases on the same channel in a selectSync that sleeps each get their share', async () => {
    const peer = await stage.end('A', 'blocking');
    const channel = engine.make<number>(0);
    await peer.give('c', channel);
    const receives = ['recv', 'c'] as const;
    const counts = new Array<number>(5).fill(0);
    for (let i = 0; i < 200; i++) {
      const before = peer.steps();
      const selected = peer.one('select', { 0: receives, 1: receives, 2: receives, 3: receives, 4: receives });
      await until(() => peer.steps() > before);
      await breathe();
      await channel.send(i);
      const got = await selected;
      expect(got).toMatchObject(ok(i));
      count(counts, got.key);
    }
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(10);
  });
}

function biased(engine: EngineCase): void {
  test('26 biased always takes the first ready case in key order', async () => {
    const [a, b, c] = [engine.make<number>(1), engine.make<number>(200), engine.make<number>(200)];
    for (let i = 0; i < 200; i++) expect(b.trySend(i) && c.trySend(i)).toBe(true);
    const options = { biased: true } as const;
    for (let i = 0; i < 60; i++) {
      expect((await select({ a, b, c }, options)).key).toBe('b');
      expect(trySelect({ c, a, b }, options)?.key).toBe('c');
      expect(selectSync({ a, b, c }, { ...options, timeout: 5, allowMainThread: true }).key).toBe('b');
    }
    const got = await select({ out: send(a, 7), b, c }, options);
    expect(got.key).toBe('out');
    expect(a.tryRecv()).toEqual(ok(7));
    b.close();
    while (b.tryRecv()?.ok);
    expect((await select({ a, b, c }, options)).key).toBe('b');
  });

  test('26 biased with an aborted signal rejects, however ready the first case is', async () => {
    const a = engine.make<number>(1);
    a.trySend(1);
    const reason = new Error('no more');
    expect(await failure(select({ a }, { biased: true, signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(a.length).toBe(1);
  });
}

function sharedWork(engine: EngineCase): void {
  for (const modes of [
    ['loop', 'loop'],
    ['loop', 'blocking'],
    ['blocking', 'blocking'],
  ] as const) {
    test(`23 two receivers in two workers both make progress (${modes.join(' and ')})`, async () => {
      const ends = [await stage.end('A', modes[0]), await stage.end('B', modes[1])] as const;
      for (const capacity of [0, 1, 16]) {
        const channel = engine.make<number>(capacity);
        for (const end of ends) await end.give('c', channel);
        const before = ends.map((end) => end.steps());
        const received = ends.map((end) => end.one('drain', 'c'));
        await until(() => ends.every((end, i) => end.steps() > (before[i] ?? 0)));
        await breathe();
        for (let i = 0; i < 10_000; i++) {
          await channel.send(i);
          // Three threads on two cores: a receiver that has been served must be let run to be served again.
          if (i % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
        }
        channel.close();
        const values = await Promise.all(received);
        expect(values.flat().sort((x, y) => x - y)).toEqual(numbers(0, 10_000));
        // How many each gets is up to the machine, which lets now one run and now the other; none is left out.
        expect(Math.min(...values.map((some) => some.length)), `capacity ${capacity}`).toBeGreaterThanOrEqual(1);
      }
    });
  }
}
