/** Waiting a moment for a peer that has lately been quick, where an operation is parked, or has several cases. */
import { Worker } from 'node:worker_threads';
import { type Channel, codec, never, select } from 'hchan';
import { afterAll, afterEach, beforeAll, expect, type MockInstance, test, vi } from 'vitest';
import { PORT } from '../../build/handle/endpoint.js';
import { native } from '../../build/native/binding.js';
import type { Ends } from '../../build/patience.js';
import { ArenaEngine } from '../../build/shared/arena-engine.js';
import { Waiting } from '../../build/shared/waiting.js';
import { CROSSING, forEngines } from '../conformance/engines.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

let peer: Worker;
beforeAll(() => {
  peer = new Worker(new URL('./linger-peer.mjs', import.meta.url));
});
afterAll(() => peer.terminate());
afterEach(() => void vi.restoreAllMocks());

/** Has the peer send each message, to the channel named with it, as soon as somebody waits there. */
function send(...messages: [to: Channel<number>, value: number, count?: number][]): void {
  peer.postMessage(messages.map(([to, ...what]) => [to.sender().share(), ...what]));
}

const endsOf = (channel: Channel<number>): Ends => (channel as unknown as { [PORT]: { ends: Ends } })[PORT].ends;

forEngines(CROSSING, (engine) => {
  const isShared = engine.name === 'shared';
  /** What looks after an operation that has parked, and after the channels of a select. */
  const settled = (): MockInstance => (isShared ? vi.spyOn(Waiting.prototype, 'settled') : vi.spyOn(native, 'settled'));
  const looks = (): MockInstance => (isShared ? vi.spyOn(ArenaEngine.prototype, 'linger') : vi.spyOn(native, 'lingerAny'));
  const make = (capacity: number): Channel<number> => engine.make<number>(capacity, { codec: codec.f64 });

  /** Has receives from `channel` expect the peer to be quick, as they do after some that ended soon. */
  function warm(channel: Channel<number>): void {
    for (let i = 0; i < 3; i++) endsOf(channel).of(false).parked(0);
  }

  test('a receive that ends while this thread looks has its value at once, and what it waited beside is told too', async () => {
    const quick = make(0);
    for (let round = 0; round < 200; round++) {
      warm(quick);
      const other = make(0);
      if (round % 2 === 0) send([other, 1], [quick, 2]);
      else send([quick, 2], [other, 1]);
      const [first, second] = [other.recv(), quick.recv()];
      expect(await second).toEqual({ ok: true, value: 2 });
      expect(await first).toEqual({ ok: true, value: 1 });
    }
  });

  test('two receives hear in the order in which they came', async () => {
    const quick = make(0);
    for (let round = 0; round < 200; round++) {
      warm(quick);
      const heard: unknown[] = [];
      send([quick, 1], [quick, 2]);
      await Promise.all([1, 2].map((place) => quick.recv().then(({ value }) => heard.push([place, value]))));
      expect(heard).toEqual([
        [1, 1],
        [2, 2],
      ]);
    }
  });

  test('a receive in the midst of telling others hears after them', async () => {
    const quick = make(0);
    let handler: () => void = () => {};
    const consuming = quick.consume(() => handler());
    for (let round = 0; round < 50; round++) {
      // Once it has had a turn of the loop, the consumption waits, before the receive beside it.
      await turn();
      await turn();
      const heard: string[] = [];
      const within = new Promise<void>((resolve) => {
        handler = () => {
          handler = () => {};
          heard.push('handler');
          quick.recv().then(() => heard.push('within') && resolve());
        };
      });
      warm(quick);
      send([quick, 1, 3]);
      await Promise.all([quick.recv().then(() => heard.push('beside')), within]);
      expect(heard).toEqual(['handler', 'beside', 'within']);
    }
    quick.close();
    await consuming;
  });

  test.each(['recv', 'for await', 'recvMany', 'select'])(
    '80 %s that is always met while this thread looks lets a timer fire',
    async (how) => {
      const [quick, other] = [make(0), make(0)];
      const end = performance.now() + 400;
      const real = isShared ? Waiting.prototype.settled : native.settled;
      // Looks for longer than it should take, so that no operation waits for a turn of the loop; but who has to share a core does not look.
      settled().mockImplementation(function (this: unknown, ...args: unknown[]) {
        for (const last = performance.now() + 3; ; ) {
          const ended = Reflect.apply(real, this, args);
          if (ended !== 0 || performance.now() > last) return ended;
        }
      });
      let fired = 0;
      const timer = setInterval(() => fired++, 5);
      warm(quick);
      send([quick, 0, Infinity]);
      const ways = {
        recv: () => quick.recv(),
        recvMany: () => quick.recvMany(8),
        select: () => select({ quick, other }),
        'for await': async () => {
          for await (const _ of quick) if (performance.now() > end) break;
        },
      };
      while (performance.now() < end) await ways[how as keyof typeof ways]();
      clearInterval(timer);
      quick.close();
      expect(fired).toBeGreaterThan(5);
    },
  );

  test('a select looks at all of its channels before it waits, and takes what has come', async () => {
    const [jobs, quit] = [make(4), make(4)];
    const linger = looks();
    for (let round = 0; round < 50; round++) {
      warm(jobs);
      send([jobs, 7]);
      expect(await select({ quit, jobs, none: never<number>() })).toEqual({ key: 'jobs', ok: true, value: 7 });
    }
    expect(linger.mock.calls.length).toBeGreaterThan(0);
    expect(quit.trySend(8)).toBe(true);
    expect(await select({ quit, jobs })).toEqual({ key: 'quit', ok: true, value: 8 });
  });

  test('of a peer that is slow, or in this thread, nobody expects anything', async () => {
    const [looked, linger] = [settled(), looks()];
    const [here, there] = [make(0), make(4)];
    for (let i = 0; i < 20; i++) {
      const got = [here.recv(), select({ here, there }), select({ there, none: never() })];
      await new Promise((resolve) => setTimeout(resolve, i < 10 ? 2 : 0));
      await Promise.all([here.send(1), here.send(2), there.send(3), ...got]);
    }
    expect([looked.mock.calls, linger.mock.results.filter(({ value }) => Number(value) === 1)]).toEqual([[], []]);
  });

  test('two consumptions in this thread that answer each other wait for nobody', async () => {
    const [here, back] = [make(16), make(16)];
    let expecting = 0;
    const over = Promise.all([
      here.consume((n) => (n < 1000 ? void back.trySend(n + 1) : (here.close(), back.close()))),
      back.consume((n) => {
        here.trySend(n + 1);
        if (endsOf(here).of(false).hot || endsOf(back).of(false).hot) expecting++;
      }),
    ]);
    here.trySend(0);
    await over;
    expect(expecting).toBe(0);
  });
});
