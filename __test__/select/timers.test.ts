/** Timers and signals as receivers: 74, 75, and what they promise about times. */
import { getEventListeners } from 'node:events';
import { after, chan, done, select, selectSync, type Ticker, ticker, trySelect } from 'hchan';
import { expect, test } from 'vitest';
import { state } from '../conformance/actors.js';
import { timeouts } from './timeouts.js';

/** Keeps this thread busy. */
function busy(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test('74 after yields the time once, not before it is over, and then is never ready again, and not closed', async () => {
  for (const ms of [0, 1, 7.5, 20]) {
    const start = Date.now();
    const clock = performance.now();
    const timer = after(ms);
    const { value } = await timer.recv();
    expect(performance.now() - clock).toBeGreaterThanOrEqual(ms);
    expect(value).toBeGreaterThanOrEqual(start + Math.floor(ms));
    expect(value).toBeLessThanOrEqual(Date.now());
    expect(Number.isInteger(value)).toBe(true);
    expect([timer.tryRecv(), timer.closed, timer.length]).toEqual([null, false, 0]);
    expect(await state(timer.recv())).toBe('pending');
    timer[Symbol.dispose]();
  }
});

test('74 after that nobody waited for gives the time at which it was due', () => {
  const start = Date.now();
  const timer = after(5);
  busy(30);
  expect(timer.length).toBe(1);
  const got = timer.tryRecv();
  expect(got?.value).toBeLessThan(start + 20);
});

test('74 shared by two receivers, a timer and a tick go to one of them, the first', async () => {
  const timer = after(5);
  const both = [timer.recv(), timer.recv()] as const;
  expect((await both[0]).ok).toBe(true);
  expect(await state(both[1])).toBe('pending');
  const ticks = ticker(5);
  const waiting = [ticks.recv(), ticks.recv()] as const;
  const [first, second] = await Promise.all(waiting);
  expect((second.value as number) - (first.value as number)).toBeGreaterThanOrEqual(4);
  for (const one of [timer, ticks]) {
    both[1].catch(() => {});
    one[Symbol.dispose]();
  }
});

test('74 a ticker ticks at its own times, however long each reading takes', async () => {
  const start = performance.now();
  const ticks = ticker(10);
  for (let tick = 1; tick <= 5; tick++) {
    await ticks.recv();
    expect(performance.now() - start).toBeGreaterThanOrEqual(tick * 10);
    busy(3);
  }
  ticks.stop();
});

test('74 a slow reader gets the first tick it missed, no burst, and then the next one in time', () => {
  const start = performance.now();
  const ticks = ticker(20);
  busy(70);
  expect(ticks.length).toBe(1);
  const got = trySelect({ tick: ticks });
  expect(got?.ok).toBe(true);
  expect(ticks.tryRecv()).toBeNull();
  expect(selectSync({ tick: ticks }, { allowMainThread: true }).ok).toBe(true);
  expect((performance.now() - start) % 20).toBeLessThan(19);
  expect(performance.now() - start).toBeGreaterThanOrEqual(80);
  ticks.stop();
});

test('a stopped ticker forgets its tick and is not closed; reset makes it tick again at its new pace', async () => {
  const ticks = ticker(1);
  busy(5);
  ticks.stop();
  expect([ticks.tryRecv(), ticks.closed]).toEqual([null, false]);
  const waiting = ticks.recv();
  expect(await state(waiting)).toBe('pending');
  const start = performance.now();
  ticks.reset(15);
  expect((await waiting).ok).toBe(true);
  expect(performance.now() - start).toBeGreaterThanOrEqual(15);
  ticks.reset(1);
  expect((await ticks.recv()).ok).toBe(true);
  ticks[Symbol.dispose]();
  await expect(ticks.recv()).rejects.toMatchObject({ code: 'ERR_HCHAN_DETACHED' });
});

test('stopping a ticker that somebody waits for leaves no timer; disposing it rejects who waits', async () => {
  const before = timeouts();
  const ticks = ticker(60_000);
  const waiting = ticks.recv();
  expect(timeouts()).toBe(before + 1);
  ticks.stop();
  expect(timeouts()).toBe(before);
  expect(await state(waiting)).toBe('pending');
  ticks.unref();
  ticks[Symbol.dispose]();
  await expect(waiting).rejects.toMatchObject({ code: 'ERR_HCHAN_DETACHED' });
  expect(timeouts()).toBe(before);
});

test('a ticker of 0 ms ticks whenever somebody looks, and one of Infinity never', async () => {
  const ticks = ticker(0);
  for (let i = 0; i < 5; i++) expect((await ticks.recv()).ok).toBe(true);
  expect(ticker(Number.POSITIVE_INFINITY).tryRecv()).toBeNull();
});

test('30 times of more than 2^31 ms do not fire early', async () => {
  for (const ms of [2 ** 31, 2 ** 31 + 5, 2 ** 40, Number.MAX_VALUE, Number.POSITIVE_INFINITY]) {
    const timer = after(ms);
    const ticks = ticker(ms);
    const got = await select({ timer, ticks, soon: after(3) });
    expect(got.key).toBe('soon');
  }
});

test('ms must be a number from 0', () => {
  for (const make of [after, ticker]) {
    expect(() => make(-1)).toThrow(RangeError);
    expect(() => make(Number.NaN)).toThrow(RangeError);
    expect(() => make('5' as never)).toThrow(RangeError);
  }
  expect(() => ticker(5).reset(-1)).toThrow(RangeError);
  expect(() => done(undefined as never)).toThrow(TypeError);
  expect(() => done({} as never)).toThrow('signal must be an AbortSignal');
});

test('done is closed once the signal aborts, before or after, and never otherwise', async () => {
  expect(await done(AbortSignal.abort()).recv()).toEqual({ ok: false, value: undefined });
  const controller = new AbortController();
  const stop = done(controller.signal);
  expect([stop.tryRecv(), stop.closed]).toEqual([null, false]);
  const waiting = [stop.recv(), stop.recv(), select({ stop, quiet: chan(0, { engine: 'local' }) })];
  controller.abort();
  expect(await Promise.all(waiting)).toEqual([
    { ok: false, value: undefined },
    { ok: false, value: undefined },
    { key: 'stop', ok: false, value: undefined },
  ]);
  expect(stop.closed).toBe(true);
});

test('done listens only while somebody waits, and many that wait listen once', async () => {
  const controller = new AbortController();
  const listeners = () => getEventListeners(controller.signal, 'abort').length;
  const jobs = chan<number>(0, { engine: 'local' });
  const stop = done(controller.signal);
  expect(listeners()).toBe(0);
  const waiting = Array.from({ length: 50 }, () =>
    select({ jobs, stop, also: done(controller.signal) }, { signal: controller.signal }),
  );
  expect(listeners()).toBe(1);
  for (let i = 0; i < 49; i++) jobs.trySend(i);
  expect(listeners()).toBe(1);
  jobs.trySend(49);
  await Promise.all(waiting);
  expect(listeners()).toBe(0);
});

test('75 after and ticker leave no timer behind in a select, chosen or not', async () => {
  const before = timeouts();
  const jobs = chan<number>(1);
  const ticks = ticker(1);
  for (let i = 0; i < 100; i++) {
    const cases = { jobs, late: after(10_000), tick: i % 2 === 0 && ticks };
    const got = select(cases);
    if (i % 2 !== 0) expect(timeouts()).toBe(before + 1);
    jobs.trySend(i);
    await got;
    jobs.tryRecv();
    expect(timeouts()).toBe(before);
  }
  expect((await select({ jobs, soon: after(2) })).key).toBe('soon');
  expect((await select({ jobs, tick: ticks })).key).toBe('tick');
  expect(timeouts()).toBe(before);
});

test('66 a pending receive from a timer keeps the process alive, an unreferenced one does not', async () => {
  const { execFileSync } = await import('node:child_process');
  const run = (code: string) =>
    execFileSync(
      process.execPath,
      ['--input-type=module', '-e', `import { after, select, ticker, chan } from 'hchan'; ${code}`],
      {
        encoding: 'utf8',
        timeout: 20_000,
      },
    );
  expect(run("after(20).recv().then(() => console.log('fired'))")).toBe('fired\n');
  expect(run("after(1e9).unref().recv(); console.log('over')")).toBe('over\n');
  expect(run('select({ a: chan(0).unref(), tick: ticker(20) }).then(({ key }) => console.log(key))')).toBe('tick\n');
  expect(run("select({ a: chan(0).unref(), b: after(1e9).unref() }); select({ c: null }); console.log('over')")).toBe('over\n');
});

/** Consumes a ticker until `handler`, which is told how many ticks came before, returns true; then gives it back. */
async function consumed(ticks: Ticker, handler: (before: number) => boolean): Promise<void> {
  let count = 0;
  await new Promise<void>((resolve, reject) => {
    ticks.consume(() => void (handler(count++) && resolve())).catch(reject);
  });
}

test('a handler may stop the ticker that calls it', async () => {
  const ticks = ticker(5);
  let calls = 0;
  await consumed(ticks, () => {
    calls++;
    ticks.stop();
    return true;
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(calls).toBe(1);
  ticks.unref();
});

test('a handler may reset the ticker that calls it: no tick comes before the new time', async () => {
  const ticks = ticker(5);
  const at: number[] = [];
  await consumed(ticks, (before) => {
    at.push(performance.now());
    if (before === 0) ticks.reset(40);
    return before === 1;
  });
  ticks.stop();
  ticks.unref();
  expect((at[1] as number) - (at[0] as number)).toBeGreaterThanOrEqual(39);
});

test('a handler that reads the ticker that calls it does not get its own tick again', async () => {
  const ticks = ticker(500);
  const again: unknown[] = [];
  await consumed(ticks, () => again.push(ticks.tryRecv()) > 0);
  ticks.stop();
  ticks.unref();
  expect(again).toEqual([null]);
});
