/**
 * Of two copies of the package in one thread that share a binary, one that ended an operation of the other's did not tell it, and from then on
 * nobody did: each took a call in its thread for one of its own.
 */
import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterAll, expect, test } from 'vitest';
import { ok } from '../conformance/actors.js';
import { CROSSING, forEngines } from '../conformance/engines.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'hchan-copy-')));
afterAll(() => rmSync(folder, { recursive: true }));

async function secondCopy(): Promise<typeof import('hchan')> {
  for (const name of ['dist', 'package.json']) cpSync(join(root, name), join(folder, name), { recursive: true });
  const { platform } = await import('../../build/native/loader.js');
  process.env['HCHAN_NATIVE'] = join(root, `hchan.${platform()}.node`);
  const copy = (await import(pathToFileURL(join(folder, 'dist/index.js')).href)) as typeof import('hchan');
  copy.chan(1);
  delete process.env['HCHAN_NATIVE'];
  return copy;
}

const copy = await secondCopy();

forEngines(
  CROSSING.filter(({ name }) => name !== 'shared'),
  (engine) => {
    test('each tells the other, and other threads tell both', async () => {
      const [near, far] = [engine.make<string>(1), engine.make<string>(1)];
      const received = [copy.attach(near.share()).recv(), copy.attach(far.share()).recv()];
      near.trySend('from the other copy');
      expect(await received[0]).toEqual(ok('from the other copy'));
      const source =
        "import('hchan').then(({ attach }) => attach(require('node:worker_threads').workerData).trySend('from afar'))";
      const worker = new Worker(source, { eval: true, workerData: far.sender().share() });
      expect(await received[1]).toEqual(ok('from afar'));
      await worker.terminate();
    });
  },
);
