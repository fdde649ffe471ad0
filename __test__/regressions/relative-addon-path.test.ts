/** A relative path in HCHAN_NATIVE was looked for beside the package's own code, not where the program was started. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { platform } from '../../build/native/loader.js';

const root = join(import.meta.dirname, '../..');
const addon = `hchan.${platform()}.node`;

test.skipIf(!existsSync(join(root, addon)))('HCHAN_NATIVE names a file as any path does, from the current folder', () => {
  const code = `
    import { chan } from ${JSON.stringify(pathToFileURL(join(root, 'dist/index.js')).href)};
    console.log(chan(1, { engine: 'mutex' }).engine);`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: join(root, 'docs'),
    env: { ...process.env, HCHAN_NATIVE: join('..', addon) },
    encoding: 'utf8',
  });
  expect([stdout, stderr]).toEqual(['mutex\n', '']);
});
