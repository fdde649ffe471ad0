/**
 * Frames, offsets, counts, handles, select descriptions and tokens that nobody made, straight into the addon: it answers
 * with codes, writes nowhere but from base on, keeps nothing, and the process lives.
 *
 * `HCHAN_FUZZ_MS` says for how long (default 3000), `HCHAN_TEST_SEED` with which seed. A script that ended the process is
 * printed; kept in `corpus/`, it is played first.
 */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { nativeEngine } from '../../build/native/engine.js';

const MS = Number(process.env['HCHAN_FUZZ_MS'] ?? 3000);
const SEED = Number(process.env['HCHAN_TEST_SEED'] ?? Date.now() % 1_000_000_000);
const CORPUS = new URL('./corpus/', import.meta.url);
const PROGRAM = fileURLToPath(new URL('./program.mjs', import.meta.url));
const engine = nativeEngine();
const title = engine instanceof Error ? `the addon (not here: ${engine.message})` : 'the addon';

function program(...args: string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [PROGRAM, ...args], { encoding: 'utf8', timeout: MS * 2 + 60_000 });
}

/** What the scripts were that were being played when the process ended. */
function last(file: string): string {
  const played = [file, `${file}.worker`].filter((each) => existsSync(each));
  return played.map((each) => readFileSync(each, 'utf8').trim()).join('\n');
}

describe.skipIf(engine instanceof Error)(title, () => {
  test.each(readdirSync(CORPUS).filter((file) => file.endsWith('.json')))('plays %s', (file) => {
    const { status, signal, stderr } = program('replay', fileURLToPath(new URL(file, CORPUS)));
    expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
  });

  test(
    'survives random calls in two threads, and answers each',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'hchan-fuzz-'));
      const file = join(folder, 'script');
      try {
        const { status, signal, stdout, stderr } = program(String(SEED), String(MS), file);
        const ended = `HCHAN_TEST_SEED=${SEED}: status ${status}, signal ${signal}\n${stderr}`;
        expect(status, status === 0 ? ended : `${ended}\n${last(file)}`).toBe(0);
        const said = JSON.parse(stdout);
        console.log(`fuzz: ${said.scripts} scripts, ${said.calls} calls in ${MS} ms, HCHAN_TEST_SEED=${SEED}`);
        expect(said.untouched).toBe(true);
        expect(said.calls).toBeGreaterThan(1000);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
    MS * 2 + 90_000,
  );
});
