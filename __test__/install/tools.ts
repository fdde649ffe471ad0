/**
 * Programs that only these tests need (verdaccio, esbuild, publint and others), installed on demand from their own
 * lockfile into .cache, so that nobody who only builds or tests pays for them.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');
const from = join(import.meta.dirname, 'tools');
const folder = join(root, '.cache', 'install-tools');

/** Resolves and loads what tools/package.json names. */
export const requireTool = createRequire(join(folder, 'package.json'));

/** The path of a file in one of the tools' packages. */
export const toolPath = (...names: readonly string[]) => join(folder, 'node_modules', ...names);

const same = (file: string) =>
  existsSync(join(folder, file)) && readFileSync(join(folder, file), 'utf8') === readFileSync(join(from, file), 'utf8');

/** Installs the tools unless just these are there. No install script of theirs runs. */
export function installTools(): void {
  if (same('package.json') && same('package-lock.json') && existsSync(toolPath('.package-lock.json'))) return;
  mkdirSync(folder, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(from, file), join(folder, file));
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-fund', '--no-audit', '--loglevel=error'], {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (npm.status !== 0) throw new Error(`installing the tools failed: ${npm.error?.message ?? npm.stderr}`);
}
