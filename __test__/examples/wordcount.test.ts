import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const program = fileURLToPath(new URL('../../examples/wordcount/main.mjs', import.meta.url));
const tree = mkdtempSync(join(tmpdir(), 'hchan-words-'));

beforeAll(() => {
  mkdirSync(join(tree, 'deep', 'deeper'), { recursive: true });
  mkdirSync(join(tree, '.hidden'));
  mkdirSync(join(tree, 'empty'));
  writeFileSync(join(tree, 'one.txt'), 'apple banana Apple');
  writeFileSync(join(tree, 'deep', 'two.txt'), 'banana, apple! 42 x');
  writeFileSync(join(tree, 'deep', 'deeper', 'none.txt'), '');
  writeFileSync(join(tree, 'picture.png'), Buffer.from([1, 0, 2]));
  writeFileSync(join(tree, '.hidden', 'three.txt'), 'apple');
  symlinkSync(join(tree, 'one.txt'), join(tree, 'link.txt'));
});
afterAll(() => rmSync(tree, { recursive: true }));

function wordcount(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

test.each(['1', '3'])('%s workers count the same words over channels, over ports and alone', async (workers) => {
  const { code, stdout, stderr } = await wordcount(tree, '--workers', workers, '--engines', 'shared,auto');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const rows = stdout.split('\n').slice(2, 6);
  expect(rows.map((row) => row.split(/ {2,}/).slice(0, 3))).toEqual([
    ['one thread', '3', '4'],
    ['MessagePort', '3', '4'],
    ['shared', '3', '4'],
    [expect.stringMatching(/^auto \(\w+\)$/), '3', '4'],
  ]);
  expect(stdout).toContain('skipped: 1 binary, 0 unreadable\nwords: 2 different, apple 3, banana 2');
});

describe('bad usage is one line on stderr and exit code 2', () => {
  test.each([
    [['--nonsense']],
    [[join(tree, 'absent')]],
    [[program]],
    [['--workers', '0']],
    [['--workers', '-1']],
    [['--workers', 'abc']],
    [['--engines', 'nonsense']],
    [['one', 'two']],
  ])('wordcount %s', async (args) => {
    const { code, stdout, stderr } = await wordcount(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^wordcount: [^\n]+\n$/);
  });
});
