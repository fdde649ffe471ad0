/** Builds the Go rivals beside this file. */
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const sources = fileURLToPath(new URL('.', import.meta.url));
const folder = fileURLToPath(new URL('../../node_modules/.cache/hchan/', import.meta.url));

/** Where the program is put. */
export const goBinary = `${folder}go-rivals`;

/** Returns the toolchain's version. Null: there is no Go here. */
export async function buildGo() {
  mkdirSync(folder, { recursive: true });
  try {
    await execute('go', ['build', '-o', goBinary, '.'], { cwd: sources });
    return (await execute('go', ['env', 'GOVERSION'])).stdout.trim();
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw new Error(`the Go rivals do not build: ${error.stderr?.trim() ?? error.message}`);
  }
}
