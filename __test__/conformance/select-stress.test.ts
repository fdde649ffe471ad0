/** SEMANTICS "Select" under load, 47, 50 to 52, 55 and 56: exactly one case, always, however many take part. */
import { after, type Channel, done, type Receiver, select, send, ticker, trySelect } from 'hchan';
import { expect, test } from 'vitest';
import { numbers, ok, Stage } from './actors.js';
import { CROSSING, ENGINES, type EngineCase, forEngines, LOCAL, scaled } from './engines.js';

const stage = new Stage();

forEngines(ENGINES, (engine) => {
  exactlyOne(engine);
  oneMoment(engine);
  stress(engine);
  memory(engine);
});

forEngines(CROSSING, (engine) => {
  acrossThreads(engine);
  ring(engine);
  mixed(engine);
});

function exactlyOne(engine: EngineCase): void {
  test('47 exactly one case happens: sends over four channels by select, no value twice, none lost', async () => {
    const total = scaled(100_000, 1000);
    const channels = [0, 1, 4, 16].map((capacity) => engine.make<number>(capacity));
    const [a, b, c, d] = channels as [Channel<number>, Channel<number>, Channel<number>, Channel<number>];
    const seen = new Uint8Array(total);
    const take = async (receiver: Receiver<number>): Promise<void> => {
      for await (const value of receiver) seen[value] = (seen[value] ?? 0) + 1;
    };
    const receivers = channels.map(take);
    const source = async (from: number, step: number): Promise<void> => {
      for (let i = from; i < total; i += step) await select({ a: send(a, i), b: send(b, i), c: send(c, i), d: send(d, i) });
    };
    await Promise.all([source(0, 2), source(1, 2)]);
    for (const channel of channels) channel.close();
    await Promise.all(receivers);
    expect(seen.findIndex((times) => times !== 1)).toBe(-1);
  });
}

function oneMoment(engine: EngineCase): void {
  test('51 trySelect sees one moment: whenever one of two is ready at every instant, never null', () => {
    for (const capacity of [1, 4]) {
      const [a, b] = [engine.make<number>(capacity), engine.make<number>(capacity)];
      a.trySend(0);
      for (let i = 0; i < scaled(10_000, 100); i++) {
        (i % 2 === 0 ? b : a).trySend(i);
        const got = trySelect({ a, b });
        if (got === null) expect.unreachable(`null in run ${i}`);
        (got.key === 'a' ? a : b).trySend(i);
        (i % 2 === 0 ? a : b).tryRecv();
        if (a.length + b.length === 0) a.trySend(i);
      }
    }
  });

  if (!engine.crossesThreads) return;
  test('51 across threads: a message that is put into one channel before the other is emptied is never invisible', async () => {
    const peer = await stage.peer('A');
    for (const capacity of [2, 5, Number.POSITIVE_INFINITY]) {
      const [a, b] = [engine.make<number>(capacity), engine.make<number>(capacity)];
      await peer.give('a', a);
      await peer.give('b', b);
      a.trySend(0);
      // The peer alone moves the message; this thread looks once, at a moment that differs from round to round.
      for (let round = 0; round < scaled(300, 50); round++) {
        const moment = peer.steps() + 1 + (round % 20);
        const moving = peer.run(moveSteps(round), 'loop');
        while (peer.steps() < moment);
        const got = trySelect({ a, b });
        if (got === null) expect.unreachable(`null in round ${round}, capacity ${capacity}`);
        await moving;
        while (a.tryRecv() !== null);
        while (b.tryRecv() !== null);
        a.trySend(0);
      }
    }
  });

  test('51 across threads: a channel that is closed after the other was filled', async () => {
    const peer = await stage.end('A', 'blocking');
    for (let i = 0; i < scaled(300, 30); i++) {
      const [a, b] = [engine.make<number>(1), engine.make<number>(1)];
      await peer.give('a', a);
      await peer.give('b', b);
      a.trySend(1);
      // b becomes closed (ready) before a is emptied (not ready).
      const results = peer.run(['close', 'b'], ['tryRecv', 'a']);
      for (let look = 0; look < 20; look++) {
        const got = trySelect({ b, out: a });
        if (got === null) expect.unreachable(`null at look ${look} of run ${i}`);
        if (got.key === 'out' && got.ok) a.trySend(1);
        if (got.key === 'b') break;
      }
      await results;
      a[Symbol.dispose]();
      b[Symbol.dispose]();
    }
  });
}

/** At every instant one of a and b holds a message, as long as nobody else takes more than one. */
function moveSteps(round: number) {
  return numbers(0, 5).flatMap((i) => [
    ['trySend', 'b', round + i] as const,
    ['tryRecv', 'a'] as const,
    ['trySend', 'a', round + i] as const,
    ['tryRecv', 'b'] as const,
  ]);
}

function stress(engine: EngineCase): void {
  test('52 4 plain senders, 4 receivers, a selecting sender and a selecting receiver, cases nulled when done', async () => {
    const per = scaled(500, 50);
    const channels = [0, 1, 2, 10].map((capacity) => engine.make<number>(capacity));
    const got: number[] = [];
    const plainSends = channels.map(async (channel, c) => {
      for (let i = 0; i < per; i++) await channel.send(c * 1_000_000 + i);
    });
    const plainReceives = channels.map(async (channel) => {
      for (let i = 0; i < per; i++) got.push((await channel.recv()).value as number);
    });
    const selectingSend = (async () => {
      const left = channels.map(() => per);
      while (left.some((n) => n > 0)) {
        const cases = Object.fromEntries(
          channels.map((channel, c) => [c, (left[c] ?? 0) > 0 ? send(channel, c * 1_000_000 + 500_000 + (left[c] ?? 0)) : null]),
        );
        const { key } = await select(cases);
        left[Number(key)] = (left[Number(key)] ?? 0) - 1;
      }
    })();
    const selectingReceive = (async () => {
      const left = channels.map(() => per);
      while (left.some((n) => n > 0)) {
        const cases = Object.fromEntries(channels.map((channel, c) => [c, (left[c] ?? 0) > 0 ? channel : null]));
        const result = (await select(cases)) as { key: string; ok: boolean; value: number };
        expect(result.ok).toBe(true);
        got.push(result.value);
        left[Number(result.key)] = (left[Number(result.key)] ?? 0) - 1;
      }
    })();
    await Promise.all([...plainSends, ...plainReceives, selectingSend, selectingReceive]);
    expect(got).toHaveLength(per * 8);
    expect(new Set(got).size).toBe(per * 8);
    for (const channel of channels) expect(channel.tryRecv()).toBeNull();
  });
}

function memory(engine: EngineCase): void {
  test('50 selects with one dead case: memory flat', async () => {
    const [live, dead] = [engine.make<number>(0), engine.make<number>(0)];
    const round = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        const selected = select({ live, dead });
        live.trySend(i);
        await selected;
      }
    };
    await round(5000);
    globalThis.gc?.();
    const before = process.memoryUsage();
    await round(scaled(100_000, 1000));
    globalThis.gc?.();
    const after = process.memoryUsage();
    expect(after.heapUsed - before.heapUsed).toBeLessThan(3 * 1024 * 1024);
    expect(after.rss - before.rss).toBeLessThan(64 * 1024 * 1024);
    expect(dead.trySend(1)).toBe(false);
  });
}

function acrossThreads(engine: EngineCase): void {
  test('47 selects in two workers over shared channels: every value once', async () => {
    const [a, b] = [await stage.end('A', 'blocking'), await stage.end('B', 'loop')];
    const [c1, c2, c3] = [engine.make<number>(0), engine.make<number>(1), engine.make<number>(8)];
    for (const end of [a, b]) {
      await end.give('x', c1);
      await end.give('y', c2);
      await end.give('z', c3);
    }
    const count = scaled(1000, 100);
    const steps = (from: number) =>
      numbers(from, count).map((i) => ['select', { x: ['send', 'x', i], y: ['send', 'y', i], z: ['send', 'z', i] }] as const);
    const sending = Promise.all([a.run(...steps(0)), b.run(...steps(count))]);
    const seen = new Uint8Array(2 * count);
    for (let i = 0; i < 2 * count; i++) {
      const got = await select({ c1, c2, c3 });
      if (!got.ok) expect.unreachable();
      seen[got.value as number] = (seen[got.value as number] ?? 0) + 1;
    }
    const results = (await sending).flat();
    expect(results.some((result) => result.error !== undefined)).toBe(false);
    expect(seen.findIndex((times) => times !== 1)).toBe(-1);
    expect(trySelect({ c1, c2, c3 })).toBeNull();
  });
}

/** Each of three threads sends to the next and receives from the one before, in one select, over and over, until told to stop. */
function ring(engine: EngineCase): void {
  for (const mode of ['loop', 'blocking'] as const) {
    test(`55 crossed selects in a ring of three workers with cancellation, ${mode}`, async () => {
      const ends = await Promise.all((['A', 'B', 'C'] as const).map((place) => stage.end(place, mode)));
      const links = ends.map(() => engine.make<number>(0));
      const stop = engine.make<never>(0);
      for (const [i, end] of ends.entries()) {
        await end.give('in', links[i]);
        await end.give('out', links[(i + 1) % 3]);
        await end.give('stop', stop);
      }
      const rounds = scaled(300, 50);
      const cases = (i: number) => ({ in: ['recv', 'in'], out: ['send', 'out', i], stop: ['recv', 'stop'] });
      const running = ends.map((end, i) => end.run(...numbers(0, rounds).map((n) => ['select', cases(i * rounds + n)] as const)));
      // Whoever is last alone in the ring is let go by closing `stop`; all others have finished or do so as well.
      const timer = setTimeout(() => stop.close(), 300);
      const results = await Promise.all(running);
      clearTimeout(timer);
      const flat = results.flat();
      expect(flat.find((result) => result.error !== undefined)).toBeUndefined();
      const sent = results.flatMap((some, i) => some.flatMap((result, n) => (result.key === 'out' ? [i * rounds + n] : [])));
      const received = flat.filter((result) => result.key === 'in').map((result) => result.value);
      expect(received.sort((x: number, y: number) => x - y)).toEqual(sent.sort((x, y) => x - y));
      expect(sent.length).toBeGreaterThan(0);
    });
  }
}

function mixed(engine: EngineCase): void {
  test('56 a select mixing engines, a ticker, after and done loses no message and fires one case', async () => {
    const count = scaled(400, 50);
    const far = engine.make<number>(2);
    const rendezvous = engine.make<number>(0);
    const near = LOCAL.make<number>(0);
    const peer = await stage.end('A', 'blocking');
    await peer.give('far', far);
    await peer.give('rendezvous', rendezvous);
    const sending = peer.run(...numbers(0, count).map((i) => ['send', i % 2 === 0 ? 'far' : 'rendezvous', i] as const));
    const nearby = (async () => {
      for (let i = 0; i < count; i++) await near.send(count + i);
    })();
    const stop = new AbortController();
    const ticks = ticker(1);
    const seen = new Uint8Array(2 * count);
    let left = 2 * count;
    let ticked = 0;
    while (left > 0) {
      const got = await select({ far, rendezvous, near, tick: ticks, late: after(60_000), stop: done(stop.signal) });
      if (got.key === 'tick') ticked += 1;
      else if (got.key === 'late' || got.key === 'stop' || !got.ok) expect.unreachable(`case ${got.key}`);
      else {
        seen[got.value as number] = (seen[got.value as number] ?? 0) + 1;
        left -= 1;
      }
    }
    ticks.stop();
    await Promise.all([sending, nearby]);
    expect(seen.findIndex((times) => times !== 1)).toBe(-1);
    expect(far.length + near.length).toBe(0);
    stop.abort();
    expect(await select({ far, near, stop: done(stop.signal) })).toEqual({ key: 'stop', ok: false, value: undefined });
    expect(ticked).toBeGreaterThanOrEqual(0);
  });

  test('56 send cases on two engines in one select: exactly one is sent', async () => {
    const [far, near] = [engine.make<number>(0), LOCAL.make<number>(0)];
    for (let i = 0; i < 200; i++) {
      const selected = select({ far: send(far, i), near: send(near, i) });
      const [one, other] = i % 2 === 0 ? [far, near] : [near, far];
      expect(await one.recv()).toEqual(ok(i));
      expect((await selected).key).toBe(i % 2 === 0 ? 'far' : 'near');
      expect(other.tryRecv()).toBeNull();
    }
  });

  test('56 the watched engine wakes a mixed select: by send, by close and by abort', async () => {
    const [far, near] = [engine.make<number>(1), LOCAL.make<number>(0)];
    const selected = select({ far, near });
    await far.send(5);
    expect(await selected).toEqual({ key: 'far', ok: true, value: 5 });
    const closed = select({ far, near });
    far.close();
    expect(await closed).toEqual({ key: 'far', ok: false, value: undefined });
    expect(near.trySend(1)).toBe(false);
  });
}
