/** Go's `chan float64` as a rival, where there is a Go toolchain. */
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const sources = fileURLToPath(new URL('../go', import.meta.url));
const folder = fileURLToPath(new URL('../../node_modules/.cache/hchan/', import.meta.url));
const binary = `${folder}go-rival`;
const MESSAGES = 2_000_000;

/** Builds the rival. Null: there is no Go here. */
export async function buildGo() {
  mkdirSync(folder, { recursive: true });
  try {
    await execute('go', ['build', '-o', binary, '.'], { cwd: sources });
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
  const { stdout } = await execute('go', ['env', 'GOVERSION']);
  return stdout.trim();
}

/** Nanoseconds per value through a `chan float64` of `capacity`, from one goroutine to another. */
export async function sampleGo(capacity) {
  const { stdout } = await execute(binary, ['-capacity', String(capacity), '-messages', String(MESSAGES)]);
  return JSON.parse(stdout).perMessage;
}
