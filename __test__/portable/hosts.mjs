/**
 * The hosts of the smoke suite: where each is found, or why it is not.
 *
 * Bun, Deno and what drives Chromium come from npm, installed on demand below node_modules/.cache; Chromium itself is
 * the system's. Each host has runs: a name, and the lines of JSON that the suite prints there.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { inPage } from './page.mjs';

const LIMIT_MS = 180_000;
const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Runs a program to its end and returns its lines; throws if it does not end by itself. */
function lines(command, args, cwd) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, NO_COLOR: '1' };
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MS, killSignal: 'SIGKILL' });
    let [output, complaints] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      complaints += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const last = complaints.trim().slice(-2000);
      resolve({ lines: output.split('\n'), failure: code === 0 ? undefined : `it ended with ${signal ?? code}: ${last}` });
    });
  });
}

const program = (name, command, args) => ({ name, run: (project) => lines(command, args, project) });

/** Installs an npm package on demand and returns where it is; throws with npm's own words. */
function installed(cache, name) {
  const prefix = join(cache, name);
  if (!existsSync(join(prefix, 'node_modules', name, 'package.json'))) {
    mkdirSync(prefix, { recursive: true });
    const args = ['install', '--prefix', prefix, '--no-save', '--no-audit', '--no-fund', '--loglevel=error', name];
    const { status, stderr } = spawnSync('npm', args, { cwd: prefix, encoding: 'utf8', shell: process.platform === 'win32' });
    if (status !== 0) throw new Error(`npm package ${name} does not install: ${stderr.trim().split('\n').at(-1)}`);
  }
  return join(prefix, 'node_modules');
}

/** The first of these files that runs, since a package's own step to put it into place may have been skipped. */
function executable(candidates) {
  for (const file of candidates) {
    if (!existsSync(file)) continue;
    const { status, stdout } = spawnSync(file, ['--version'], { encoding: 'utf8' });
    if (status === 0) return { file, version: stdout.split('\n')[0].replace(/^deno /, '') };
  }
  throw new Error(`none of ${candidates.join(', ')} runs`);
}

function node() {
  const name = `Node ${process.versions.node}`;
  return [program(name, process.execPath, ['threads.mjs'])];
}

function bun(cache) {
  const modules = installed(cache, 'bun');
  const platform = `@oven/bun-${process.platform}-${process.arch === 'arm64' ? 'aarch64' : process.arch}`;
  const { file, version } = executable([join(modules, 'bun/bin/bun.exe'), join(modules, platform, 'bin/bun')]);
  return [
    program(`Bun ${version}, worker_threads`, file, ['threads.mjs']),
    program(`Bun ${version}, Web Workers`, file, ['web.mjs']),
    program(`Bun ${version}, worker_threads, engine auto`, file, ['threads.mjs', 'auto']),
  ];
}

function deno(cache) {
  const modules = installed(cache, 'deno');
  const arch = process.arch === 'arm64' ? 'arm64' : 'x64';
  const platform = { linux: `linux-${arch}-glibc`, darwin: `darwin-${arch}`, win32: `win32-${arch}` }[process.platform];
  const { file, version } = executable([join(modules, `@deno/${platform}/deno`), join(modules, 'deno/deno')]);
  const limited = ['run', '--no-prompt', '--allow-read=.'];
  return [
    program(`Deno ${version}, worker_threads`, file, ['run', '-A', 'threads.mjs']),
    program(`Deno ${version}, Web Workers`, file, ['run', '-A', 'web.mjs']),
    program(`Deno ${version}, Web Workers, hardly any permission`, file, [...limited, 'web.mjs']),
    program(`Deno ${version}, worker_threads, engine auto`, file, ['run', '-A', 'threads.mjs', 'auto']),
  ];
}

/** The system's Chromium and what drives it; throws with the reason if one of them cannot be had. */
export function findChromium(cache) {
  const file = BROWSERS.find((browser) => existsSync(browser));
  if (file === undefined) throw new Error(`there is none of ${BROWSERS.join(', ')}`);
  const modules = installed(cache, 'playwright-core');
  return { chromium: createRequire(join(modules, 'index.js'))('playwright-core').chromium, file };
}

function chromium(cache) {
  const { chromium, file } = findChromium(cache);
  return [{ name: 'Chromium, cross-origin isolated', run: (project) => inPage(chromium, file, project, LIMIT_MS) }];
}

/** Each host by name, and what finds its runs. */
export const hosts = { Node: node, Bun: bun, Deno: deno, Chromium: chromium };
