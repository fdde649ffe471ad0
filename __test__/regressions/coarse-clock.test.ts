/** Where the clock is coarse, as some browsers have it, ordinary timers looked as if tests had moved them, and all others came early. */
import { setTimeout as sleep } from 'node:timers/promises';
import { after, ticker } from 'hchan';
import { background, withTimeout } from 'hchan/context';
import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => {
  vi.restoreAllMocks();
});

test('timers and contexts are not early by more than the clock is coarse', async () => {
  const fine = performance.now.bind(performance);
  const COARSE = 50;
  vi.spyOn(performance, 'now').mockImplementation(() => Math.floor(fine() / COARSE) * COARSE);
  const from = fine();
  const ticks = ticker(20);
  const ticking = ticks.consume(() => {}, { signal: AbortSignal.timeout(700) }).catch(() => {});
  const { ctx } = withTimeout(background(), 600);
  const late = after(600);
  while (late.tryRecv() === null && ctx.done.tryRecv() === null) await sleep(5);
  expect(fine() - from).toBeGreaterThanOrEqual(600 - COARSE);
  await ticking;
});
