#!/usr/bin/env node
/**
 * Puts package.json's version everywhere that has it, and closes the changelog's section `Unreleased` under it.
 *
 * npm runs it inside `npm version`, after package.json has changed and before the commit and the tag are made; if it
 * fails, there is neither. What it writes is added to that commit.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './inputs.mjs';

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Replaces the one place that `pattern` finds in `file`. */
function edit(file, pattern, replacement) {
  const text = readFileSync(join(root, file), 'utf8');
  const found = text.match(new RegExp(pattern, `${pattern.flags}g`));
  if (found?.length !== 1) throw new Error(`${file}: expected one match of ${pattern}, found ${found?.length ?? 0}`);
  writeFileSync(join(root, file), text.replace(pattern, replacement));
}

/** What stands under `Unreleased`. */
function unreleased() {
  const [, section = ''] = readFileSync(join(root, 'CHANGELOG.md'), 'utf8').split(/^## Unreleased$/m);
  return section.split(/^## /m)[0].trim();
}

if (unreleased() === '') {
  process.stderr.write("release: CHANGELOG.md says nothing under '## Unreleased'\n");
  process.exit(1);
}
edit('CHANGELOG.md', /^## Unreleased$/m, `## ${version}`);
edit('Cargo.toml', /(?<=^\[workspace\.package\]\nversion = ").*(?="$)/m, version);
edit('src/version.ts', /(?<=VERSION = ').*(?=')/, version);
const files = ['CHANGELOG.md', 'Cargo.toml', 'Cargo.lock', 'src/version.ts'];
for (const [command, ...args] of [
  ['cargo', 'update', '--workspace', '--offline', '--quiet'],
  ['git', 'add', ...files],
]) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}
