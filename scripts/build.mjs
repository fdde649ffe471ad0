#!/usr/bin/env node
/**
 * Everything a fresh clone needs, and nothing twice: `node scripts/build.mjs [packages] [addon] [typescript]`, by default all.
 *
 * Each step compares what it would build from with what it last built from (contents, never times), so a second run
 * does no work. Without `cargo` the addon is left out with one line, and all that is pure TypeScript still runs.
 * Needs nothing but Node, because it is what installs the rest. Quiet unless stderr is a terminal or a step fails.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contentHash, filesUnder, packagesInstalled, root } from './inputs.mjs';
import { available, run, StepError } from './step.mjs';

const stamps = join(root, 'node_modules', '.cache', 'hchan');
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** What a step returns that could not be done here, and must be tried again next time. */
const SKIPPED = Symbol('skipped');

/** Runs `work` unless the step was last done from the same inputs and its outputs are still there. */
async function unlessDone(name, inputs, outputs, work) {
  const stamp = join(stamps, `${name}.sha256`);
  const now = contentHash(inputs);
  const done = existsSync(stamp) && readFileSync(stamp, 'utf8') === now;
  if (done && outputs().every((output) => existsSync(output))) return;
  // A step that fails half-way leaves outputs of neither inputs.
  rmSync(stamp, { force: true });
  if ((await work()) === SKIPPED) return;
  mkdirSync(stamps, { recursive: true });
  writeFileSync(stamp, now);
}

async function packages() {
  if (packagesInstalled()) return;
  await run('installing packages', npm, ['ci', '--no-fund', '--no-audit', '--loglevel=error']);
}

/** The addon is built whole (fat LTO), so one changed crate file means one full link. */
async function addon() {
  const inputs = ['crates/core', 'crates/node', 'Cargo.toml', 'Cargo.lock'];
  const output = () => filesUnder('.', { depth: 0 }).filter((file) => /^hchan\..*\.node$/.test(file));
  const outputs = () => (output().length > 0 ? output() : ['hchan.node is missing']).map((file) => join(root, file));
  await unlessDone('addon', inputs, outputs, async () => {
    if (!(await available('cargo'))) {
      process.stderr.write(
        'build: cargo was not found, so the native engines are left out (engines `shared` and `local` work)\n',
      );
      return SKIPPED;
    }
    return run('building the addon', process.execPath, [
      join(root, 'node_modules/@napi-rs/cli/dist/cli.js'),
      ...['build', '--release', '--platform', '--no-js', '--manifest-path', 'crates/node/Cargo.toml'],
      ...['--package-json-path', 'package.json', '--output-dir', '.', '--', '--locked'],
    ]);
  });
}

/** What the sources no longer make is taken out of build, so that a deleted file cannot go on being imported. */
function prune() {
  const wanted = new Set(filesUnder('src').map((file) => file.slice('src/'.length).replace(/\.ts$/, '')));
  for (const file of filesUnder('build')) {
    const stem = file.slice('build/'.length).replace(/(\.d\.ts|\.js)(\.map)?$/, '');
    if (!wanted.has(stem)) rmSync(join(root, file));
  }
}

async function typescript() {
  const inputs = ['src', 'tsconfig.json', 'package-lock.json', 'scripts/bundle.mjs'];
  const outputs = () => ['build/index.js', 'dist/index.js', 'dist/index.d.ts'].map((file) => join(root, file));
  await unlessDone('typescript', inputs, outputs, async () => {
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    await run('compiling TypeScript', process.execPath, [compiler, '-p', root, '--pretty', 'false']);
    prune();
    // Imported late: it is this script that installs the bundler.
    const { bundleAll } = await import('./bundle.mjs');
    await bundleAll();
  });
}

const STEPS = { packages, addon, typescript };

/** The steps that were asked for, in their order; all of them if none was named. */
function askedFor(names) {
  const unknown = names.find((name) => !Object.hasOwn(STEPS, name));
  if (unknown !== undefined) throw new StepError(`there is no step '${unknown}', only ${Object.keys(STEPS).join(', ')}`, 2);
  return Object.entries(STEPS).flatMap(([name, step]) => (names.length === 0 || names.includes(name) ? [step] : []));
}

try {
  for (const step of askedFor(process.argv.slice(2))) await step();
} catch (error) {
  if (!(error instanceof StepError)) throw error;
  process.stderr.write(`build: ${error.message}\n`);
  process.exitCode = error.exitCode;
}
