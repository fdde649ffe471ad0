/** SEMANTICS 64: a thread inside a blocking call can be ended, in processes of their own. */
import { expect, test } from 'vitest';
import { CROSSING, forEngines } from '../conformance/engines.js';
import { outcome, runProgram } from './program.js';

const BLOCKING = ['recvSync', 'recvManySync', 'valuesSync', 'selectSync', 'sendSync', 'sendManySync', 'selectSend'];
/** What SEMANTICS promises, and what a machine busy with other tests may add to every single attempt. */
const PROMISED_MS = 100;
const HUNG_MS = 3000;

forEngines(CROSSING, (engine) => {
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
});
