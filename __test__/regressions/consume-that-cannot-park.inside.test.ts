/** A consume whose receive could not be parked never settled. */
import { expect, test, vi } from 'vitest';
import { PORT } from '../../build/handle/endpoint.js';
import { CROSSING, forEngines } from '../conformance/engines.js';

forEngines(CROSSING, (engine) => {
  test('consume rejects with what parking throws', async () => {
    const channel = engine.make<number>(1);
    const { engine: parks } = (channel as unknown as { [PORT]: { engine: { park(): void } } })[PORT];
    vi.spyOn(parks, 'park').mockImplementation(() => {
      throw new RangeError('no stack');
    });
    try {
      await expect(channel.consume(() => {})).rejects.toThrow('no stack');
      await expect(channel.recv()).rejects.toThrow('no stack');
    } finally {
      vi.restoreAllMocks();
    }
    channel.trySend(1);
    expect((await channel.recv()).value).toBe(1);
  });
});
