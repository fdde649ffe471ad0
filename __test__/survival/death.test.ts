/** SEMANTICS 57, 58, 62 to 64 and 68: what the death of a thread leaves behind, each case in a process of its own. */
import { expect, test } from 'vitest';
import { CROSSING, forEngines, scaled } from '../conformance/engines.js';
import { outcome, runProgram } from './program.js';

const RECEIVING = ['recv', 'recvMany', 'iterate', 'consume', 'select'];
const SENDING = ['send', 'sendMany', 'selectSend'];
const BLOCKING = ['recvSync', 'recvManySync', 'valuesSync', 'selectSync', 'sendSync', 'sendManySync', 'selectSend'];
/** What SEMANTICS promises, and what a machine busy with other tests may add to every single attempt. */
const PROMISED_MS = 100;
const HUNG_MS = 3000;

forEngines(CROSSING, (engine) => {
  for (const end of ['terminate', 'exit', 'throw', 'return', 'idle']) {
    test(`57 58 the last handle of a direction lost with its thread, by ${end}, closes or disconnects`, async () => {
      for (const capacity of end === 'terminate' ? [0, 1, 4] : [1]) {
        expect(await outcome('last', [engine.name, end, capacity])).toEqual({ fine: true });
      }
    });
  }

  test('62 a worker terminated while it waits to receive, in any way: others unaffected, no waiter left behind', async () => {
    for (const [i, kind] of RECEIVING.entries()) expect(await outcome('parked', [engine.name, kind, i % 2]), kind).toEqual({ fine: true });
  });

  test('62 a worker terminated while it waits to send, in any way: others unaffected, no waiter left behind', async () => {
    for (const [i, kind] of SENDING.entries()) {
      expect(await outcome('parked', [engine.name, kind, i]), kind).toEqual({ fine: true });
      expect(await outcome('parked', [engine.name, kind, 0]), kind).toEqual({ fine: true });
    }
  });

  test('62 a worker terminated from inside a handler of its own message', async () => {
    expect(await outcome('handler', [engine.name])).toEqual({ fine: true });
  });

  test('63 a worker terminated with a message handed over but not taken: another receiver gets it, in order', async () => {
    for (const capacity of [0, 1, 5]) expect(await outcome('handed', [engine.name, capacity]), `capacity ${capacity}`).toEqual({ fine: true });
  });

  for (const kind of BLOCKING) {
    test(`64 a worker terminated inside ${kind} ends within 100 ms, also in a warmed-up loop`, async () => {
      let best = Number.POSITIVE_INFINITY;
      for (let attempt = 0; attempt < 4 && best > PROMISED_MS; attempt++) {
        const ms = (await outcome('blocked', [engine.name, kind, 'terminate']))['ms'] as number;
        expect(ms).toBeLessThan(HUNG_MS);
        best = Math.min(best, ms);
      }
      expect(best).toBeLessThanOrEqual(PROMISED_MS);
    });
  }

  test('64 process.exit with a worker inside a blocking call ends within 100 ms', async () => {
    for (const kind of ['recvSync', 'sendSync', 'selectSync']) {
      let best = Number.POSITIVE_INFINITY;
      for (let attempt = 0; attempt < 5 && best > PROMISED_MS; attempt++) {
        const ended = await runProgram('blocked', [engine.name, kind, 'exit'], 20_000);
        expect(ended, ended.stderr).toMatchObject({ code: 7, signal: null, hung: false });
        const ms = ended.at - (ended.said.at(-1)?.['at'] as number);
        expect(ms).toBeLessThan(HUNG_MS);
        best = Math.min(best, ms);
      }
      expect(best, kind).toBeLessThanOrEqual(PROMISED_MS);
    }
  });

  test('68 a storm: workers terminated at random moments lose no message and receive none twice', async () => {
    const seed = Number(process.env['HCHAN_TEST_SEED'] ?? Date.now() % 1_000_000_000);
    const workers = scaled(100, 40);
    const result = await outcome('storm', [engine.name, seed, workers], 0, 120_000 * Math.max(1, workers / 200));
    console.log(`68 ${engine.name}: ${workers} workers, HCHAN_TEST_SEED=${seed}: ${JSON.stringify(result)}`);
    expect(result['gone']).toBeGreaterThan(workers);
  }, 600_000);

  test('68 60 workers load, use and are terminated at random points: no crash, no hang', async () => {
    const seed = Date.now() % 1_000_000_000;
    expect(await outcome('load', [engine.name, seed, scaled(60)], 0, 60_000), `seed ${seed}`).toEqual({ started: expect.any(Number) });
  });
});
