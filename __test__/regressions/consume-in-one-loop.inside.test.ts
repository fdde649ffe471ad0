/** In one loop `consume` parked for every message of a sender that awaits each: a wake-up of the loop for what a microtask does. */
import { codec } from 'hchan';
import { afterEach, expect, test, vi } from 'vitest';
import { Pending } from '../../build/handle/pending.js';
import { CROSSING, forEngines } from '../conformance/engines.js';

afterEach(() => void vi.restoreAllMocks());

forEngines(CROSSING, (engine) => {
  test.each([1, 16, Number.POSITIVE_INFINITY])('it parks now and then, at capacity %d', async (capacity) => {
    const channel = engine.make<number>(capacity, { codec: codec.f64 });
    const parks = vi.spyOn(Pending.prototype, 'park');
    let next = 0;
    const all = channel.consume((value) => expect(value).toBe(next++));
    for (let i = 0; i < 1000; i++) await channel.send(i);
    channel.close();
    await all;
    expect(next).toBe(1000);
    expect(parks.mock.calls.length).toBeLessThan(100);
  });
});
