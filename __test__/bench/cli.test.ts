import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const command = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'hchan-bench-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function hchan(...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [command, ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

const SMALL = ['bench', '--rounds', '2', '--sample', '1', '--pattern', 'spsc', '--capacity', '16'];
const PORTABLE = ['--contestant', 'shared,local,MessagePort'];

describe('bad usage is one line on stderr and exit code 2', () => {
  test.each([
    [[]],
    [['nonsense']],
    [['bench', '--nonsense']],
    [['bench', 'nonsense']],
    [['bench', '--pattern', 'nonsense']],
    [['bench', '--capacity=-1']],
    [['bench', '--capacity', '-1']],
    [['bench', '--rounds', '0']],
    [['bench', '--cases', '0']],
    [['bench', '--html', '/nowhere/at/all/report.html']],
    [['bench', '--json', '--markdown']],
    [['bench', '--format', 'perl']],
    [['diff', 'one']],
    [['diff', 'absent.json', 'absent.json']],
    [['info', 'nonsense']],
    [['non\nsense']],
  ])('hchan %s', async (args) => {
    const { code, stdout, stderr } = await hchan(...args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^hchan: [^\n]+\n$/);
  });
});

test('a file that cannot be used is named, and no help is offered that does not explain it', async () => {
  const banner = join(folder, 'banner.json');
  writeFileSync(banner, '> hchan@0.1.0 bench\n{}');
  const [absent, torn] = [await hchan('diff', 'absent.json', 'absent.json'), await hchan('diff', banner, banner)];
  expect(absent.stderr).toBe("hchan: cannot read 'absent.json' (ENOENT)\n");
  expect(torn.stderr).toBe(`hchan: '${banner}' is not JSON\n`);
  expect((await hchan('diff', 'one')).stderr).toContain('(hchan --help explains)');
});

test.each([[['--capacity', '-1']], [['--capacity=-1']]])('bench %s says what a capacity may be', async (args) => {
  const { stderr } = await hchan('bench', ...args);
  expect(stderr).toContain("--capacity takes a whole number from 0 to 2147483647 or 'unbounded', not '-1'");
});

test.each([[['--help']], [['bench', '--help']], [['diff', '-h']], [['info', '--help']], [['help']]])('%s helps', async (args) => {
  const { code, stdout, stderr } = await hchan(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^Usage: hchan/);
});

test.runIf(process.platform === 'linux')('a full disk is one line on stderr and exit code 1', () => {
  const { status, stderr } = spawnSync('sh', ['-c', '"$0" "$1" --help > /dev/full', process.execPath, command], {
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 1, stderr: 'hchan: cannot write (ENOSPC)\n' });
});

test('where no contestant can be measured the exit code is 1', async () => {
  const { code, stdout } = await hchan('bench', '--contestant', 'local', '--mode', 'blocking', '--rounds', '1', '--sample', '1');
  expect(code).toBe(1);
  expect(stdout).toContain('local: one thread cannot wait for itself');
});

test('diff refuses a damaged result, and says which', async () => {
  const { stdout } = await hchan(...SMALL, '--contestant', 'local', '--json');
  const whole = join(folder, 'whole.json');
  writeFileSync(whole, stdout);
  const good = JSON.parse(stdout);
  const damaged = [
    { ...good, entries: [null] },
    { ...good, machine: undefined },
    { ...good, machine: { node: good.machine.node } },
    { ...good, entries: [{ ...good.entries[0], results: undefined }] },
    { ...good, entries: [{ ...good.entries[0], results: [{ contestant: 'local', samples: [] }] }] },
    { ...good, entries: [{ ...good.entries[0], results: [{ contestant: 'local', samples: ['1'] }] }] },
    { ...good, format: 'another' },
    null,
  ];
  for (const [number, report] of damaged.entries()) {
    const file = join(folder, `damaged${number}.json`);
    writeFileSync(file, JSON.stringify(report));
    const { code, stderr } = await hchan('diff', whole, file);
    expect({ number, code }).toEqual({ number, code: 2 });
    expect(stderr).toContain(`'${file}' is not a result of`);
  }
});

test('info says version, platform and engine', async () => {
  const { code, stdout } = await hchan('info');
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  expect(code).toBe(0);
  expect(stdout).toContain(`hchan         ${version}`);
  expect(stdout).toMatch(/addon {9}(loaded: .+\.node|not loaded: .+)\n/);
  expect(stdout).toMatch(new RegExp(`machine {7}${availableParallelism()} of \\d+ × `));
  expect(stdout).toMatch(/engine {8}\w+ \(capacity 0\), \w+ \(capacity 1024\)/);
});

test('bench --json measures every contestant, and diff of a run with itself is all noise', async () => {
  const { code, stdout, stderr } = await hchan(...SMALL, ...PORTABLE, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const report = JSON.parse(stdout) as { entries: { results: { contestant: string; samples: number[] }[] }[] };
  expect(report.entries[0]?.results.map(({ contestant, samples }) => [contestant, samples.length])).toEqual([
    ['shared', 2],
    ['local', 2],
    ['MessagePort', 2],
  ]);
  const file = join(folder, 'run.json');
  writeFileSync(file, stdout);
  expect((await hchan('diff', file, file)).stdout).toContain('0 faster, 0 slower, 3 within the noise');
});

test.each(['0', 'unbounded'])('capacity %s is measured', async (capacity) => {
  const { stdout } = await hchan(...SMALL.slice(0, -1), capacity, '--contestant', 'shared,local', '--json');
  const report = JSON.parse(stdout) as { entries: { capacity: string; results: unknown[]; absent: unknown[] }[] };
  expect(report.entries).toEqual([expect.objectContaining({ capacity, absent: [] })]);
});

test('bench --html writes one file and names it', async () => {
  const file = join(folder, 'report.html');
  const { code, stdout } = await hchan(...SMALL, '--contestant', 'local,MessagePort', '--html', file);
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${file}\n` });
  expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>[\s\S]*<svg[\s\S]*<\/html>\n$/);
});

// Whether it has begun is read from /proc.
test.runIf(process.platform === 'linux')('Ctrl-C prints what was finished and exits with 130', async () => {
  const long = [
    'bench',
    '--rounds',
    '1000',
    '--sample',
    '5',
    '--pattern',
    'spsc',
    '--capacity',
    '16',
    '--contestant',
    'local,MessagePort',
  ];
  const child = spawn(process.execPath, [command, ...long], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  // Its first contestant's process shows that it is under way.
  await running(child.pid ?? 0);
  child.kill('SIGINT');
  expect(await ended).toBe(130);
  expect(stdout).toContain('Not a whole run: interrupted');
});

/** Resolves once the process has started one of its own. */
async function running(pid: number): Promise<void> {
  const children = () => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  while (children() === '') await new Promise((resolve) => setImmediate(resolve));
}
