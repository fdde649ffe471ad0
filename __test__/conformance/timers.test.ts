/** SEMANTICS "Iteration, batches, timers", 74 and 75. */
import { after, chan, select, send, ticker, trySelect } from 'hchan';
import { expect, test } from 'vitest';
import { DONE, failure } from './actors.js';

test('74 after fires once, not before its time, and then is never ready again', async () => {
  const before = Date.now();
  const late = after(20);
  expect(trySelect({ late })).toBeNull();
  const got = await late.recv();
  expect(got.ok).toBe(true);
  expect(got.value).toBeGreaterThanOrEqual(before + 19);
  expect(got.value).toBeLessThanOrEqual(Date.now() + 1);
  expect(late.tryRecv()).toBeNull();
  expect(late.closed).toBe(false);
  const again = late.recv({ signal: AbortSignal.timeout(30) });
  expect(await failure(again)).toMatchObject({ name: 'TimeoutError' });
});

test('74 after(0) fires, after(2^31) and after(Infinity) do not fire at once', async () => {
  expect((await after(0).recv()).ok).toBe(true);
  for (const ms of [2 ** 31, 2 ** 40, Number.POSITIVE_INFINITY]) {
    expect((await select({ far: after(ms), near: after(10) })).key).toBe('near');
  }
});

test('74 one after shared by two receivers fires in only one of them', async () => {
  const late = after(5);
  const signal = AbortSignal.timeout(40);
  const results = await Promise.allSettled([late.recv({ signal }), late.recv({ signal })]);
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('74 ticker fires repeatedly, without a burst for a slow reader, until stopped', async () => {
  const ticks = ticker(5);
  const times: number[] = [];
  for (let i = 0; i < 3; i++) times.push((await ticks.recv()).value as number);
  expect([...times].sort((a, b) => a - b)).toEqual(times);
  await new Promise((resolve) => setTimeout(resolve, 60));
  let burst = 0;
  while (ticks.tryRecv()?.ok) burst += 1;
  expect(burst).toBeLessThanOrEqual(1);
  ticks.stop();
  expect(await failure(ticks.recv({ signal: AbortSignal.timeout(25) }))).toMatchObject({ name: 'TimeoutError' });
  ticks.reset(2);
  expect((await ticks.recv()).ok).toBe(true);
  ticks[Symbol.dispose]();
});

test('75 after and ticker in select leave no timer behind', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const channel = chan<number>(1, { engine: 'local' });
  const before = timers();
  for (let i = 0; i < 200; i++) {
    channel.trySend(i);
    const got = await select({ channel, late: after(60_000), out: send(chan<number>(0, { engine: 'local' }), 1) });
    expect(got.key).toBe('channel');
    const waiting = select({ channel, late: after(60_000) });
    channel.trySend(i);
    expect((await waiting).key).toBe('channel');
  }
  const ticks = ticker(60_000);
  channel.trySend(1);
  await select({ channel, ticks });
  ticks[Symbol.dispose]();
  channel.close();
  expect(await channel.recv()).toEqual(DONE);
  await new Promise((resolve) => setImmediate(resolve));
  expect(timers()).toBeLessThanOrEqual(before);
});
