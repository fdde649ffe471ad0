/** What must not grow with the work: each measured in a process of its own, so that none inherits another's memory. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { growth } from './asked.mjs';

const execute = promisify(execFile);
const child = fileURLToPath(new URL('growing.mjs', import.meta.url));

/** Samples of each row of `growth`, by name. */
export async function measureGrowth({ engine, rounds, say }) {
  const samples = Object.fromEntries(Object.keys(growth).map((name) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const name of Object.keys(samples)) {
      say(`${growth[name].title}: round ${round} of ${rounds}`);
      const { stdout } = await execute(process.execPath, ['--expose-gc', child, name, engine]);
      samples[name].push(Number(stdout));
    }
  }
  return samples;
}
