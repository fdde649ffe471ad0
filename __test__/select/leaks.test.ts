/** 50, 75, 81: nothing is left behind by selects whose cases lost, timed out or were aborted. */
import { getEventListeners } from 'node:events';
import { after, done, select, send, ticker, trySelect } from 'hchan';
import { attachContext, background, withCancel, withTimeout } from 'hchan/context';
import { expect, test } from 'vitest';
import { ENGINES, forEngines, LOCAL, scaled } from '../conformance/engines.js';
import { timeouts } from './timeouts.js';

const MANY = scaled(100_000, 1_000);

function collect(): { heap: number; native: number } {
  for (let i = 0; i < 3; i++) (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
  return { heap: heapUsed + external + arrayBuffers, native: rss };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** 20 bytes for each of 100 000: less than anything that could be left behind. */
const HEAP = 2 ** 21;
const NATIVE = 2 ** 24;

interface Left {
  readonly heap: number;
  readonly native: number;
  readonly timers: number;
}

/**
 * Runs `one` many times and tells what that left behind. What is left behind is left behind every time, so a round
 * that leaves something gets a second chance: memory also grows for reasons of its own.
 */
async function left(one: (i: number) => unknown): Promise<Left> {
  const round = async (many: number): Promise<Left> => {
    const before = { ...collect(), timers: timeouts() };
    for (let i = 0; i < many; i++) await one(i);
    await turn();
    await turn();
    const now = collect();
    return { heap: now.heap - before.heap, native: now.native - before.native, timers: timeouts() - before.timers };
  };
  await round(MANY / 10);
  const found = await round(MANY);
  return found.heap < HEAP && found.native < NATIVE ? found : round(MANY);
}

function expectNothing({ heap, native, timers }: Left): void {
  expect(heap).toBeLessThan(HEAP);
  expect(native).toBeLessThan(NATIVE);
  expect(timers).toBe(0);
}

const LONG = 240_000;

test('the collector is exposed, so that these tests measure something', () => {
  expect(typeof (globalThis as { gc?: unknown }).gc).toBe('function');
});

forEngines(ENGINES, (engine) => {
  const title = `50 75 81 ${MANY} selects, won or aborted, with a dead case, a losing timer, a losing signal and a losing context`;
  test(title, { timeout: LONG }, async () => {
    const jobs = engine.make<number>(1);
    const dead = engine.make<number>(0);
    const elsewhere = LOCAL.make<number>(0);
    const { signal } = new AbortController();
    const { ctx, cancel } = withCancel(background());
    const ticks = ticker(1e6);
    const always = { jobs, dead, out: send(dead, 1), elsewhere };
    const won = async (i: number) => {
      const got = select({ ...always, late: after(1e6), ticks, stop: done(signal), over: ctx.done }, { signal });
      jobs.trySend(i);
      if ((await got).key !== 'jobs') throw new Error('another case than the one that was ready');
    };
    const aborted = async () => {
      const controller = new AbortController();
      const got = select({ ...always, late: after(1e6) }, { signal: controller.signal });
      controller.abort(null);
      if ((await got.catch((reason: unknown) => reason)) !== null) throw new Error('it was not aborted');
    };
    expectNothing(await left((i) => (i % 2 === 0 ? won(i) : aborted())));
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    expect([dead.trySend(1), dead.tryRecv(), elsewhere.trySend(1)]).toEqual([false, null, false]);
    cancel();
  });
});

forEngines(ENGINES, (engine) => {
  test('a select that waits keeps its handles, though nobody else has them', async () => {
    const jobs = engine.make<number>(0);
    const sender = jobs.sender();
    const elsewhere = LOCAL.make(0);
    const waiting = [
      select({ job: jobs.receiver() }),
      select({ job: jobs.receiver(), elsewhere: elsewhere.receiver(), late: after(1e6) }),
    ];
    jobs[Symbol.dispose]();
    for (let i = 0; i < 20; i++) {
      collect();
      await turn();
    }
    await Promise.all([sender.send(1), sender.send(2)]);
    expect((await Promise.all(waiting)).map((got) => got.ok && got.value).sort()).toEqual([1, 2]);
    expect(elsewhere.closed).toBe(false);
  });
});

test(`${MANY} timers and tickers that nobody waits for`, { timeout: LONG }, async () => {
  expectNothing(
    await left((i) => trySelect({ late: after(1e6), tick: ticker(1e6), stop: i % 100 === 0 && done(AbortSignal.timeout(1e9)) })),
  );
});

test(`${MANY} finished children of one context, with signals and timers`, { timeout: LONG }, async () => {
  const { ctx, cancel } = withTimeout(background(), 1e9);
  const found = await left((i) => {
    const child = withTimeout(ctx, 1e6);
    if (i % 2 === 0) void child.ctx.signal;
    if (i % 3 === 0) void child.ctx.done;
    child.cancel();
  });
  expectNothing(found);
  cancel();
});

test('shared contexts that ended, attached or not, alone or with one above them', { timeout: LONG }, async () => {
  const many = Math.ceil(MANY / 100);
  const { ctx } = withCancel(background());
  const timersBefore = timeouts();
  const round = async () => {
    for (let i = 0; i < many; i++) {
      const { ctx: one, cancel } = withCancel(i % 3 === 0 ? ctx : background());
      const below = withCancel(one);
      const token = (i % 2 === 0 ? one : below.ctx).share();
      cancel();
      if (i % 5 === 0) expect((attachContext(token).err() as DOMException).message).toBe((one.err() as DOMException).message);
      if (i % 50 === 0) await turn();
    }
    // What has ended is given back a little later.
    while (timeouts() > timersBefore) await turn();
    for (let i = 0; i < 5; i++) {
      collect();
      await turn();
    }
  };
  const grown = async () => {
    const before = collect();
    await round();
    const now = collect();
    return { heap: now.heap - before.heap, native: now.native - before.native };
  };
  await round();
  await round();
  let found = await grown();
  // A second chance, as in `left`.
  if (found.heap >= HEAP || found.native >= NATIVE) found = await grown();
  expect(found.heap).toBeLessThan(HEAP);
  expect(found.native).toBeLessThan(NATIVE);
});
