/** Where a program's tests had put another clock in the place of `performance.now`, what waited for a time waited for ever. */
import { after, select, selectSync, TimeoutError } from 'hchan';
import { background, withTimeout } from 'hchan/context';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PORT } from '../../build/handle/endpoint.js';
import type { Ends } from '../../build/patience.js';
import { CROSSING, ENGINES, forEngines } from '../conformance/engines.js';

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
