#!/usr/bin/env node
/**
 * Makes the tarballs that are published: `node scripts/pack.mjs OUT [--release]`.
 *
 * One of `hchan` and one per folder of npm/, each staged under OUT first, since what is published differs from what is
 * committed (npm/README.md says how and why). Prints the tarballs' paths as JSON, in the order in which to publish them:
 * what is depended on comes first. A platform whose addon is not here is packed without one, which only a test wants;
 * `--release` refuses it, and a changelog that has no section for the version.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './inputs.mjs';

const NOT_PUBLISHED = ['private', 'scripts', 'devDependencies', 'overrides', 'imports', 'napi'];
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
const write = (path, manifest) => writeFileSync(path, `${JSON.stringify(manifest, null, 2)}\n`);
const own = read(join(root, 'package.json'));

/** The platforms, which are the folders of npm/. */
export const platforms = readdirSync(join(root, 'npm'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

/** Where the addon of a platform is: in its folder (a release's artifacts), else in the root (built here). */
function addonOf(platform) {
  const file = `hchan.${platform}.node`;
  return [join(root, 'npm', platform, file), join(root, file)].find((path) => existsSync(path));
}

/** npm's provenance demands the repository that the workflow runs in, and nothing else knows where that is. */
function repository(directory) {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name } = process.env;
  if (server === undefined || name === undefined) return {};
  return { repository: { type: 'git', url: `git+${server}/${name}.git`, ...(directory && { directory }) } };
}

function stageOwn(stage) {
  const manifest = { ...own, ...repository() };
  for (const field of NOT_PUBLISHED) delete manifest[field];
  manifest.optionalDependencies = Object.fromEntries(platforms.map((platform) => [`@hchan/${platform}`, own.version]));
  mkdirSync(stage, { recursive: true });
  // Made on demand, from what is published anyway.
  const filter = (from) => from !== join(root, 'docs', 'api');
  for (const file of [...own.files, 'README.md', 'LICENSE'])
    cpSync(join(root, file), join(stage, file), { recursive: true, filter });
  write(join(stage, 'package.json'), manifest);
}

function stagePlatform(stage, platform) {
  const from = join(root, 'npm', platform);
  const addon = addonOf(platform);
  mkdirSync(stage, { recursive: true });
  for (const file of ['README.md', '../../LICENSE']) cpSync(join(from, file), join(stage, file.replaceAll('../', '')));
  write(join(stage, 'package.json'), {
    ...read(join(from, 'package.json')),
    version: own.version,
    ...repository(`npm/${platform}`),
  });
  if (addon !== undefined) cpSync(addon, join(stage, `hchan.${platform}.node`));
}

/** What stands in the way of publishing, one sentence each. */
export function obstacles() {
  const places = {
    'CHANGELOG.md': `\n## ${own.version}\n`,
    'Cargo.toml': `\nversion = "${own.version}"\n`,
    'src/version.ts': `VERSION = '${own.version}'`,
  };
  const missing = platforms.filter((platform) => addonOf(platform) === undefined);
  const behind = Object.keys(places).filter((file) => !readFileSync(join(root, file), 'utf8').includes(places[file]));
  return [
    ...missing.map((platform) => `npm/${platform} has no addon`),
    ...behind.map((file) => `${file} does not know version ${own.version}`),
  ];
}

const staged = [...platforms, 'hchan'];
const isTarball = (name) => /^hchan-.*\d+\.\d+\.\d+[^/]*\.tgz$/.test(name);

/** Takes away what an earlier run has left in `out`; an Error if anything else is there. */
function clear(out) {
  if (!existsSync(out)) return;
  const stage = join(out, 'stage');
  const foreign =
    readdirSync(out).find((name) => name !== 'stage' && !isTarball(name)) ??
    (existsSync(stage) ? readdirSync(stage) : []).find((name) => !staged.includes(name));
  if (foreign !== undefined)
    throw new Error(`${out} holds '${foreign}', which no earlier run has left there: name another folder`);
  rmSync(out, { recursive: true });
}

/** Stages and packs everything under `out`, a folder of its own; returns the tarballs, the platforms' first. */
export function pack(out) {
  clear(out);
  const stages = staged.map((name) => join(out, 'stage', name));
  for (const stage of stages.slice(0, -1)) stagePlatform(stage, platforms[stages.indexOf(stage)]);
  stageOwn(stages.at(-1));
  const npm = spawnSync('npm', ['pack', '--json', '--loglevel=error', `--pack-destination=${out}`, ...stages], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (npm.status !== 0) throw new Error(`npm pack failed: ${npm.error?.message ?? npm.stderr}`);
  const packed = JSON.parse(npm.stdout);
  const results = Array.isArray(packed) ? packed : Object.values(packed);
  return stages.map((stage) => {
    const { name } = read(join(stage, 'package.json'));
    return join(out, results.find((result) => result.name === name).filename);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [out, option] = process.argv.slice(2);
  const problems = option === '--release' ? obstacles() : [];
  if (out === undefined || out.startsWith('-') || (option !== undefined && option !== '--release'))
    problems.push('usage: pack.mjs OUT [--release]');
  for (const problem of problems) process.stderr.write(`pack: ${problem}\n`);
  try {
    if (problems.length > 0) process.exitCode = 1;
    else console.log(JSON.stringify(pack(resolve(out)), null, 2));
  } catch (error) {
    process.stderr.write(`pack: ${error.message}\n`);
    process.exitCode = 1;
  }
}
