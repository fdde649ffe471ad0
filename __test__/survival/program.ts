/** Runs a program of `programs/` in a process of its own, bounded by a watchdog, and gives what it said and how it ended. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

export interface Ended {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The JSON lines of its standard output. */
  readonly said: readonly Record<string, unknown>[];
  readonly stderr: string;
  /** When it ended, ms since 1970. */
  readonly at: number;
  /** The watchdog had to kill it. */
  readonly hung: boolean;
}

/** Runs `programs/<name>.mjs` with arguments. */
export function runProgram(name: string, args: readonly (string | number)[] = [], limitMs = 30_000): Promise<Ended> {
  const file = fileURLToPath(new URL(`./programs/${name}.mjs`, import.meta.url));
  const child = spawn(process.execPath, ['--expose-gc', file, ...args.map(String)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr, hung] = ['', '', false];
  let at = 0;
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const watchdog = setTimeout(() => {
    hung = true;
    child.kill('SIGKILL');
  }, limitMs);
  child.once('exit', () => {
    at = Date.now();
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(watchdog);
      const said = stdout.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
      resolve({ code, signal, said, stderr, at, hung });
    });
  });
}

/** Runs a program that must end by itself with `code`, and gives the last thing it said. */
export async function outcome(
  name: string,
  args: readonly (string | number)[] = [],
  code = 0,
  limitMs = 30_000,
): Promise<Record<string, unknown>> {
  const ended = await runProgram(name, args, limitMs);
  const { said, stderr, hung, signal } = ended;
  expect({ hung, signal, code: ended.code, stderr: code === 0 ? stderr : '' }, `${name} ${args.join(' ')}\n${stderr}`).toEqual({
    hung: false,
    signal: null,
    code,
    stderr: '',
  });
  return said.at(-1) ?? {};
}
