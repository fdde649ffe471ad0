/**
 * Runs the smoke suite in every host that can be had here: `node __test__/portable/run.mjs [Node Bun Deno Chromium]`.
 *
 * The built package is copied into a project of its own, as npm would install it, with the addon of this checkout if it is
 * built. Says which hosts could not be run and why. Ends with 1 if a check failed or a run did not come to its end.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hosts } from './hosts.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const cache = join(root, 'node_modules/.cache/hchan-hosts');

function makeProject() {
  const project = mkdtempSync(join(tmpdir(), 'hchan-hosts-'));
  const installed = join(project, 'node_modules/hchan');
  mkdirSync(installed, { recursive: true });
  const addons = readdirSync(root).filter((file) => /^hchan\..*\.node$/.test(file));
  for (const each of ['dist', 'package.json', ...addons]) cpSync(join(root, each), join(installed, each), { recursive: true });
  for (const file of readdirSync(here)) cpSync(join(here, file), join(project, file));
  writeFileSync(join(project, 'package.json'), '{ "type": "module", "private": true }');
  return project;
}

/** What a run printed, as counts; prints what failed. */
function judge({ lines, failure }) {
  const told = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  const checks = told.filter(({ check }) => check !== undefined);
  const failed = checks.filter(({ error }) => error !== undefined);
  for (const { check, error } of failed) console.log(`  FAILED: ${check}\n    ${error.replaceAll('\n', '\n    ')}`);
  const whole = told.some(({ ended }) => ended > 0 && ended === checks.length);
  if (failure !== undefined || !whole) console.log(`  FAILED: the run does not end well: ${failure ?? 'it printed no end'}`);
  return { passed: checks.length - failed.length, failed: failed.length + (failure === undefined && whole ? 0 : 1) };
}

const project = makeProject();
const total = { passed: 0, failed: 0 };
try {
  for (const name of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(hosts)) {
    let runs;
    try {
      if (hosts[name] === undefined) throw new Error(`there is ${Object.keys(hosts).join(', ')}`);
      runs = hosts[name](cache);
    } catch (error) {
      console.log(`${name}: not run: ${error.message}`);
      continue;
    }
    for (const run of runs) {
      const began = performance.now();
      console.log(run.name);
      const { passed, failed } = judge(await run.run(project));
      total.passed += passed;
      total.failed += failed;
      console.log(`  ${passed} passed, ${failed} failed, ${((performance.now() - began) / 1000).toFixed(1)} s`);
    }
  }
} finally {
  rmSync(project, { recursive: true, force: true });
}
console.log(`${total.passed} passed, ${total.failed} failed`);
if (total.failed > 0 || total.passed === 0) process.exitCode = 1;
