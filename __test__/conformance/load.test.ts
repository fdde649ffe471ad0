/** SEMANTICS "Load", 76 to 78. */
import { setMaxListeners } from 'node:events';
import type { Channel, Receiver } from 'hchan';
import { expect, test } from 'vitest';
import { numbers, Peer, Stage } from './actors.js';
import { CROSSING, ENGINES, type EngineCase, forEngines, scaled } from './engines.js';

const stage = new Stage();

forEngines(ENGINES, (engine) => {
  everyValueOnce(engine);
  programs(engine);
});

forEngines(CROSSING, (engine) => {
  crowded(engine);
});

function everyValueOnce(engine: EngineCase): void {
  for (const capacity of [0, 1, 3, Number.POSITIVE_INFINITY]) {
    test(`76 4 senders, 4 receivers, capacity ${capacity}: each value once`, async () => {
      const per = scaled(25_000, 100);
      const channel = engine.make<number>(capacity);
      const crossing = engine.crossesThreads;
      // Two threads awaiting and two blocking, senders and receivers in each: only a thread that awaits can have two scripts.
      const sources = await Promise.all(
        crossing
          ? [stage.end('here', 'loop'), stage.end('A', 'loop'), stage.end('A', 'loop'), stage.end('B', 'blocking')]
          : [0, 1, 2, 3].map(() => stage.end('here', 'loop')),
      );
      const sinks = await Promise.all(
        crossing
          ? [stage.end('here', 'loop'), stage.end('A', 'loop'), stage.end('here', 'loop'), stage.end('C', 'blocking')]
          : [0, 1, 2, 3].map(() => stage.end('here', 'loop')),
      );
      for (const end of [...sources, ...sinks]) await end.give('c', channel);
      const received = sinks.map((end, i) => end.one('drain', 'c', Number.POSITIVE_INFINITY, i % 2 === 0 ? 'one' : 'many'));
      await Promise.all(sources.map((end, i) => end.one('produce', 'c', i * per, per, i % 2 === 0 ? 'one' : 'many')));
      channel.close();
      const lists: number[][] = await Promise.all(received);
      for (const list of lists) for (let s = 0; s < 4; s++) inOrder(list.filter((value) => Math.floor(value / per) === s));
      expect(lists.flat().sort((x, y) => x - y)).toEqual(numbers(0, 4 * per));
    });
  }
}

/** What one receiver gets of one sender is in the order sent. */
function inOrder(values: readonly number[]): void {
  for (let i = 1; i < values.length; i++) {
    if ((values[i - 1] ?? 0) >= (values[i] ?? 0)) expect.unreachable(`${values[i]} after ${values[i - 1]}`);
  }
}

function programs(engine: EngineCase): void {
  test('77 the prime sieve, a chain that grows by a filter for each prime', async () => {
    const source = engine.make<number>(0);
    const stop = new AbortController();
    const quiet = (running: Promise<unknown>): Promise<unknown> =>
      running.catch((error) => expect(error).toBe(stop.signal.reason));
    const running: Promise<unknown>[] = [];
    const options = { signal: stop.signal };
    setMaxListeners(0, stop.signal);
    const generate = async (): Promise<void> => {
      for (let i = 2; ; i++) await source.send(i, options);
    };
    const filter = async (from: Receiver<number>, to: Channel<number>, prime: number): Promise<void> => {
      for (;;) {
        const { value } = await from.recv(options);
        if (value !== undefined && value % prime !== 0) await to.send(value, options);
      }
    };
    running.push(quiet(generate()));
    const primes: number[] = [];
    let last = source;
    const count = scaled(engine.crossesThreads ? 60 : 120, 25);
    while (primes.length < count) {
      const prime = (await last.recv()).value as number;
      primes.push(prime);
      const next = engine.make<number>(0);
      running.push(quiet(filter(last, next, prime)));
      last = next;
    }
    stop.abort('enough');
    await Promise.all(running);
    expect(primes.slice(0, 10)).toEqual([2, 3, 5, 7, 11, 13, 17, 19, 23, 29]);
    expect(
      primes.every(
        (prime, i) => numbers(2, Math.floor(Math.sqrt(prime)) - 1).every((d) => prime % d !== 0) && prime > (primes[i - 1] ?? 1),
      ),
    ).toBe(true);
  });

  test('77 power series as channels of coefficients: 1/(1−x) squared is 1, 2, 3, …, and its derivative and product agree', async () => {
    const terms = 12;
    const series = (coefficient: (n: number) => number): Channel<number> => {
      const out = engine.make<number>(0);
      void (async () => {
        for (let n = 0; n < terms; n++) await out.send(coefficient(n));
        out.close();
      })();
      return out;
    };
    const multiply = (f: Receiver<number>, g: Receiver<number>): Channel<number> => {
      const out = engine.make<number>(0);
      void (async () => {
        const [fs, gs]: number[][] = [[], []];
        for (let n = 0; n < terms; n++) {
          const [a, b] = await Promise.all([f.recv(), g.recv()]);
          fs?.push(a.value as number);
          gs?.push(b.value as number);
          await out.send(numbers(0, n + 1).reduce((sum, k) => sum + (fs?.[k] ?? 0) * (gs?.[n - k] ?? 0), 0));
        }
        out.close();
      })();
      return out;
    };
    const take = async (f: Receiver<number>): Promise<number[]> => {
      const list: number[] = [];
      for await (const value of f) list.push(value);
      return list;
    };
    const ones = () => series(() => 1);
    expect(await take(multiply(ones(), ones()))).toEqual(numbers(1, terms));
    expect(
      await take(
        multiply(
          multiply(ones(), ones()),
          series((n) => (n === 0 ? 1 : n === 1 ? -1 : 0)),
        ),
      ),
    ).toEqual(Array(terms).fill(1));
  });

  test('77 a chain of 10 000 stages hands a number through', async () => {
    const stages = 10_000;
    const first = engine.make<number>(0);
    let last = first;
    const running: Promise<void>[] = [];
    const stageOf = async (from: Channel<number>, to: Channel<number>): Promise<void> => {
      const { value } = await from.recv();
      await to.send((value as number) + 1);
      from[Symbol.dispose]();
    };
    for (let i = 0; i < stages; i++) {
      const next = engine.make<number>(0);
      running.push(stageOf(last, next));
      last = next;
    }
    await first.send(0);
    expect((await last.recv()).value).toBe(stages);
    await Promise.all(running);
  });
}

function crowded(engine: EngineCase): void {
  test('78 workers = 4 × cores at capacity 0 still make progress', async () => {
    const count = 8;
    const peers = await Promise.all(numbers(0, count).map(() => Peer.start()));
    try {
      const channel = engine.make<number>(0);
      for (const peer of peers) await peer.give('c', channel);
      const per = scaled(500, 100);
      const sending = peers.slice(0, count / 2).map((peer, i) => peer.run([['produce', 'c', i * per, per]], 'blocking'));
      const received = peers.slice(count / 2).map((peer) => peer.run([['drain', 'c']], 'blocking'));
      await Promise.all(sending);
      channel.close();
      const values = (await Promise.all(received)).flat(2).sort((x, y) => x - y);
      expect(values).toEqual(numbers(0, per * (count / 2)));
    } finally {
      await Promise.all(peers.map((peer) => peer.worker.terminate()));
    }
  });
}
