/**
 * Runs the conformance and survival suites on several versions of Node: `node __test__/nodes.mjs [20 22 24 26]`.
 *
 * Versions other than the running one come from the npm package `node`, installed on demand below node_modules/.cache.
 * Further arguments after `--` go to vitest. Ends with 1 if any version fails.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = join(root, 'node_modules', '.cache', 'hchan-nodes');
const DEFAULT_VERSIONS = ['20', '22', '24', '26'];
const SUITES = ['__test__/conformance', '__test__/survival'];

/** The executable of a major version. */
function executable(major) {
  if (process.versions.node.split('.')[0] === major) return process.execPath;
  const prefix = join(cache, major);
  const file = join(prefix, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(file)) {
    mkdirSync(prefix, { recursive: true });
    const options = ['--prefix', prefix, '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
    const { status } = spawnSync('npm', ['install', ...options, `node@${major}`], {
      cwd: prefix,
      stdio: 'inherit',
      shell: process.platform === 'win32',
    });
    if (status !== 0 || !existsSync(file)) throw new Error(`node@${major} could not be installed`);
  }
  return file;
}

function run(major, extra) {
  const node = executable(major);
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim();
  console.log(`\n== Node ${version}`);
  // Tests start `node` by process.execPath, so the version holds for workers and child processes as well.
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const { status } = spawnSync(node, [vitest, 'run', ...(extra.length > 0 ? extra : SUITES)], { cwd: root, stdio: 'inherit' });
  return { version, passed: status === 0 };
}

const split = process.argv.indexOf('--');
const named = process.argv.slice(2, split < 0 ? undefined : split);
const results = (named.length > 0 ? named : DEFAULT_VERSIONS).map((major) =>
  run(major, split < 0 ? [] : process.argv.slice(split + 1)),
);
for (const { version, passed } of results) console.log(`${version}\t${passed ? 'passed' : 'FAILED'}`);
if (results.some(({ passed }) => !passed)) process.exitCode = 1;
