/** Waiting a moment for a peer that has lately been quick, where an operation is parked, or has several cases. */
import { Worker } from 'node:worker_threads';
import { type Channel, codec, never, select } from 'hchan';
import { afterAll, afterEach, beforeAll, expect, type MockInstance, test, vi } from 'vitest';
import { PORT } from '../../dist/handle/endpoint.js';
import { native } from '../../dist/native/binding.js';
import type { Ends } from '../../dist/patience.js';
import { ArenaEngine } from '../../dist/shared/arena-engine.js';
import { Waiting } from '../../dist/shared/waiting.js';
import { CROSSING, forEngines } from '../conformance/engines.js';

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

forEngines(CROSSING, (engine) => {
  const isShared = engine.name === 'shared';
  /** What looks after an operation that has parked, and after the channels of a select. */
  const settled = (): MockInstance => (isShared ? vi.spyOn(Waiting.prototype, 'settled') : vi.spyOn(native, 'settled'));
  const looks = (): MockInstance => (isShared ? vi.spyOn(ArenaEngine.prototype, 'linger') : vi.spyOn(native, 'lingerAny'));
  const make = (capacity: number): Channel<number> => engine.make<number>(capacity, { codec: codec.f64 });

  /** Has receives from `channel` expect the peer to be quick, as they do after some that ended soon. */
  function warm(channel: Channel<number>): void {
    const { ends } = (channel as unknown as { [PORT]: { ends: Ends } })[PORT];
    for (let i = 0; i < 3; i++) ends.of(false).parked(0);
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
    for (let round = 0; round < 50; round++) {
      warm(quick);
      const heard: string[] = [];
      const controller = new AbortController();
      let inner: Promise<unknown> | undefined;
      const consuming = quick.consume(
        () => {
          heard.push('handler');
          inner ??= quick.recv().then(() => heard.push('within'));
        },
        { signal: controller.signal },
      );
      send([quick, 1, 3]);
      await quick.recv().then(() => heard.push('beside'));
      await inner;
      controller.abort('enough');
      await consuming.catch((reason) => expect(reason).toBe('enough'));
      expect(heard.indexOf('within'), heard.join()).toBeGreaterThan(heard.indexOf('beside'));
    }
  });

  test.each(['recv', 'for await', 'recvMany', 'select'])(
    '80 %s at a rendezvous with a peer that is always there lets timers fire',
    async (how) => {
      const [quick, other] = [make(0), make(0)];
      warm(quick);
      let [last, worst] = [performance.now(), 0];
      const timer = setInterval(() => {
        worst = Math.max(worst, performance.now() - last);
        last = performance.now();
      }, 5);
      send([quick, 0, Infinity]);
      const end = performance.now() + 400;
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
      worst = Math.max(worst, performance.now() - last);
      // 25 ms, and room for a machine that does other things.
      expect(worst).toBeLessThan(150);
      // So that the peer is free for the next test.
      quick.receiver()[Symbol.dispose]();
      quick.close();
      await peer.terminate();
      peer = new Worker(new URL('./linger-peer.mjs', import.meta.url));
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
});
