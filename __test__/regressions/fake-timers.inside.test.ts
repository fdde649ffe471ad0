/**
 * Where a program's tests had put another clock in the place of `performance.now`, what waited for a time waited for ever; where they had
 * replaced timers, or microtasks, what the package does for itself stood still, was seen among their timers, or was lost for good.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { after, select, selectSync, TimeoutError, ticker } from 'hchan';
import { background, withTimeout } from 'hchan/context';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PORT } from '../../build/handle/endpoint.js';
import type { Ends } from '../../build/patience.js';
import { CROSSING, ENGINES, forEngines } from '../conformance/engines.js';

const timeIn = (ms: number) => after(ms).recv();
const MAIN = { allowMainThread: true, timeout: 30 };

beforeEach(() => {
  vi.useFakeTimers({
    toFake: [
      'setTimeout',
      'clearTimeout',
      'setInterval',
      'clearInterval',
      'setImmediate',
      'clearImmediate',
      'Date',
      'performance',
    ],
  });
});
afterEach(() => {
  vi.useRealTimers();
});

forEngines(ENGINES, (engine) => {
  test('a blocking call is over when its time is, though the clock stands still', () => {
    const channel = engine.make<number>(1);
    expect(() => channel.recvSync(MAIN)).toThrow(TimeoutError);
    channel.trySend(1);
    expect(() => channel.sendSync(2, MAIN)).toThrow(TimeoutError);
    expect(() => channel.sendManySync([2, 3], MAIN)).toThrow(TimeoutError);
    expect(() => selectSync({ other: engine.make<number>(0), late: after(1000) }, MAIN)).toThrow(TimeoutError);
  });

  test('a channel that never runs empty lets real I/O through, though the clock stands still', async () => {
    const channel = engine.make<number>(4);
    let turns = 0;
    vi.useRealTimers();
    const { setImmediate: real } = globalThis;
    vi.useFakeTimers({ toFake: ['performance'] });
    const turn = () => {
      if (++turns < 3) real(turn);
    };
    real(turn);
    channel.trySend(0);
    for await (const value of channel) {
      if (turns === 3) break;
      channel.trySend(value);
    }
    expect(turns).toBe(3);
  });
});

forEngines(CROSSING, (engine) => {
  test('a receive that looks for a quick peer before it parks does not look for ever', async () => {
    const channel = engine.make<number>(1);
    const { ends } = (channel as unknown as { [PORT]: { ends: Ends } })[PORT];
    for (let i = 0; i < 3; i++) ends.of(false).parked(0);
    const waiting = channel.recv();
    channel.trySend(1);
    expect((await waiting).value).toBe(1);
  });
});

test('after and contexts go by the clock that the tests have put there', async () => {
  const late = select({ late: after(60_000) });
  const { ctx } = withTimeout(background(), 30_000);
  await vi.advanceTimersByTimeAsync(29_999);
  expect(ctx.err()).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1);
  expect(ctx.err()).toBeDefined();
  await vi.advanceTimersByTimeAsync(30_000);
  expect((await late).key).toBe('late');
});

test('nothing of the package itself is among the timers that the tests see', async () => {
  const channels = ENGINES.map((engine) => engine.make<number>(1));
  const waiting = channels.map((channel) => channel.recv());
  await Promise.resolve();
  expect(vi.getTimerCount()).toBe(0);
  for (const channel of channels) channel.trySend(1);
  await Promise.all(waiting);
});

test('an operation that waits keeps the process alive, also if the first one did so under fake timers', async () => {
  const program = `
    import { mock } from 'node:test';
    import { chan } from 'hchan';
    import { Worker } from 'node:worker_threads';
    mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
    const channel = chan(1);
    const first = channel.recv();
    channel.trySend(1);
    await first;
    mock.timers.reset();
    const source = "const { attach } = await import('hchan'); const { workerData } = await import('node:worker_threads');" +
      "setTimeout(() => attach(workerData).trySend(2), 200)";
    new Worker(\`(async () => { \${source} })()\`, { eval: true, workerData: channel.share() }).unref();
    console.log((await channel.recv()).value);
    process.exit();`;
  const options = { cwd: import.meta.dirname };
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], options);
  expect(stdout.trim()).toBe('2');
});

describe('where the tests move the timers and not the clock', () => {
  beforeEach(() => {
    vi.useRealTimers();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });

  test('after, tickers and contexts go by the timers', async () => {
    const late = after(60_000).recv();
    const { ctx } = withTimeout(background(), 30_000);
    const ticks = ticker(10_000);
    let ticked = 0;
    const counting = new AbortController();
    const counted = ticks.consume(() => void ticked++, { signal: counting.signal }).catch((error) => error);
    await vi.advanceTimersByTimeAsync(29_900);
    expect([ctx.err(), ticked]).toEqual([undefined, 2]);
    await vi.advanceTimersByTimeAsync(200);
    expect(ctx.err()).toBeDefined();
    await vi.advanceTimersByTimeAsync(30_000);
    expect((await late).ok).toBe(true);
    expect(ticked).toBe(6);
    counting.abort('enough');
    expect(await counted).toBe('enough');
  });

  test.each([1, 2, 3])('what is due in %i ms is there once the timers have been moved by that', async (ms) => {
    for (let round = 0; round < 20; round++) {
      const late = timeIn(ms);
      const { ctx } = withTimeout(background(), ms);
      vi.advanceTimersByTime(ms);
      expect(ctx.err()).toBeDefined();
      expect((await late).ok).toBe(true);
    }
  });

  test('of two that are due one after the other, both are there', async () => {
    for (let round = 0; round < 20; round++) {
      const both = [200, 199].map(timeIn);
      for (let step = 0; step < 4; step++) vi.advanceTimersByTime(50);
      expect((await Promise.all(both)).map(({ ok }) => ok)).toEqual([true, true]);
    }
  });

  test('where the timers are the real ones in a wrapper, nothing is there before its time', async () => {
    vi.useRealTimers();
    const { setTimeout: real } = globalThis;
    vi.stubGlobal('setTimeout', (work: () => void, ms: number) => real(work, ms));
    try {
      const start = performance.now();
      const ticks = ticker(2);
      for (let tick = 1; tick <= 30; tick++) {
        await ticks.recv();
        expect(performance.now() - start).toBeGreaterThanOrEqual(tick * 2);
      }
    } finally {
      vi.unstubAllGlobals();
    }
  });

  test('a ticker of 1 ms ticks at each', async () => {
    const ticks = ticker(1);
    for (let ms = 0; ms < 20; ms++) {
      const tick = ticks.recv();
      vi.advanceTimersByTime(1);
      expect((await tick).ok).toBe(true);
    }
  });
});

forEngines(CROSSING, (engine) => {
  test('a thread is told what it has ended itself, whatever stands for queueMicrotask', async () => {
    vi.stubGlobal('queueMicrotask', () => {});
    try {
      const channel = engine.make<number>(1);
      const received = channel.recv();
      channel.trySend(1);
      expect((await received).value).toBe(1);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
