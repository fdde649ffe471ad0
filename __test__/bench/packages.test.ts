import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Rival, run, type Scenario, scenarios } from 'hchan/bench';
import { afterAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { packages } = (await import(new URL('../../bench/packages/index.mjs', import.meta.url).href)) as { packages: Rival[] };

const measured = async (rivals: readonly Rival[], asked: readonly Scenario[]) =>
  run({ scenarios: asked, contestants: [], rivals, rounds: 1, sampleMs: 1 });

const everyPattern = scenarios({}).filter(({ capacity, payload, mode }) => {
  return capacity === 1024 && payload === 'number' && mode === 'awaiting';
});

describe('packages from npm', () => {
  test('all that are asked for in package.json are found', () => {
    expect(packages.map(({ name }) => name).sort()).toEqual(
      [
        '@ayonli/jsext',
        '@nodeguy/channel',
        'async-channel',
        'effect',
        'js-csp',
        'multithreading',
        'ringbuf.js',
        'ts-chan',
      ].sort(),
    );
  });

  test.each(packages.map((rival) => [rival.name, rival] as const))(
    '%s carries what it says it can, each message once, in every pattern',
    async (_, rival) => {
      const { entries } = await measured([rival], everyPattern);
      for (const { results, absent } of entries) {
        expect(absent.filter(({ failed }) => failed)).toEqual([]);
        expect(results.length + absent.length).toBe(1);
      }
      // What it cannot do is said without starting it.
      expect(entries.some(({ results }) => results.length === 1)).toBe(true);
    },
  );

  test('each says why it cannot take part in what it cannot do', () => {
    const centre = { pattern: 'spsc', capacity: 64, payload: 'number', mode: 'awaiting' } as const;
    const why = (name: string, change: Partial<Scenario>) =>
      packages.find((rival) => rival.name === name)?.unable({ ...centre, ...change });
    expect(why('ts-chan', { mode: 'blocking' })).toBe('one thread cannot wait for itself');
    expect(why('effect', { capacity: 0 })).toBe('has no capacity 0');
    expect(why('multithreading', { payload: 'bytes1k' })).toBe('carries JSON values only');
    expect(why('ringbuf.js', { pattern: 'mpmc' })).toBe('has one sender and one receiver');
    for (const { name, unable } of packages) expect([name, unable(centre)]).toEqual([name, undefined]);
  });
});

describe('what npm would install', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hchan-packed-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  for (const each of ['dist', 'package.json']) cpSync(join(root, each), join(folder, each), { recursive: true });
  const hchan = (...args: string[]) =>
    new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      execFile(process.execPath, [join(folder, 'dist/cli/main.js'), ...args], { cwd: folder }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });

  test('has no packages to compare with, and measures without a word about them', async () => {
    const { code, stdout, stderr } = await hchan('bench', '--rounds', '1', '--sample', '1', '--capacity', '16', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { entries, notes } = JSON.parse(stdout) as { entries: { results: { contestant: string }[] }[]; notes: string[] };
    expect(entries[0]?.results.map(({ contestant }) => contestant)).toEqual(
      expect.arrayContaining(['shared', 'local', 'MessagePort', 'BroadcastChannel']),
    );
    expect(stdout).not.toContain('ts-chan');
    expect(notes).toEqual([]);
  });

  test('knows a package by name only where it is installed', async () => {
    const { code, stderr } = await hchan('bench', '--contestant', 'ts-chan');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^hchan: --contestant knows crossbeam, [^\n]*\n$/);
  });
});
