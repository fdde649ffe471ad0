/** SEMANTICS 68: many deaths at random moments, with a seed, in processes of their own. */
import { expect, test } from 'vitest';
import { CROSSING, forEngines, scaled } from '../conformance/engines.js';
import { outcome } from './program.js';

forEngines(CROSSING, (engine) => {
  test('68 a storm: workers terminated at random moments lose no message and receive none twice', async () => {
    const seed = Number(process.env['HCHAN_TEST_SEED'] ?? Date.now() % 1_000_000_000);
    const workers = scaled(200, 40);
    const result = await outcome('storm', [engine.name, seed, workers], 0, 120_000 * Math.max(1, workers / 200));
    console.log(`68 ${engine.name}: ${workers} workers, HCHAN_TEST_SEED=${seed}: ${JSON.stringify(result)}`);
    expect(result['gone']).toBeGreaterThan(workers);
  }, 600_000);

  test('68 60 workers load, use and are terminated at random points: no crash, no hang', async () => {
    const seed = Date.now() % 1_000_000_000;
    expect(await outcome('load', [engine.name, seed, scaled(60)], 0, 60_000), `seed ${seed}`).toEqual({
      started: expect.any(Number),
    });
  });
});
