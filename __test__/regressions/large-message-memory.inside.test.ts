/** A thread that had once met a large message kept memory of its length for ever. */
import { codec } from 'hchan';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { scratch } from '../../build/scratch.js';
import { CROSSING, forEngines } from '../conformance/engines.js';

const LARGE = 20 << 20;

// Before the package is loaded, which keeps to the timers that it finds then.
vi.hoisted(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => {
  vi.advanceTimersByTime(2000);
});
afterAll(() => {
  vi.useRealTimers();
});

forEngines(CROSSING, (engine) => {
  test('the memory for a large message is let go of after a second', () => {
    const channel = engine.make<Uint8Array>(2, { codec: codec.bytes });
    for (const length of [LARGE, LARGE * 2]) {
      channel.trySend(new Uint8Array(length).fill(7));
      expect(channel.tryRecv()?.value?.at(-1)).toBe(7);
      expect(scratch.bytes.length).toBeGreaterThan(length);
      vi.advanceTimersByTime(500);
      expect(scratch.bytes.length).toBeGreaterThan(length);
      vi.advanceTimersByTime(600);
      expect(scratch.bytes.length).toBe(65_536);
      channel.trySend(Uint8Array.of(1, 2, 3));
      expect(channel.tryRecv()?.value).toEqual(Uint8Array.of(1, 2, 3));
    }
  });

  test('but not while something is encoded', () => {
    const channel = engine.make<unknown>(2, { codec: codec.json() });
    const text = 'x'.repeat(LARGE);
    channel.trySend(text);
    const value = {
      first: 'first',
      get second() {
        vi.advanceTimersByTime(2000);
        return 'second';
      },
    };
    const outer = engine.make<unknown>(2, { codec: codec.structuredClone() });
    outer.trySend(value);
    expect(channel.tryRecv()?.value).toBe(text);
    expect(outer.tryRecv()?.value).toEqual({ first: 'first', second: 'second' });
  });
});
