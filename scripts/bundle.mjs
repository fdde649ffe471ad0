/**
 * Makes what is published and run, `dist`, from the sources: the library as one module per host, because a worker that
 * loads it waits for each file, and the benchmark and the command beside it. Declarations are copied from `build`, where
 * the compiler has put them with a module for each source, over which the tests that look inside run.
 *
 * ```
 * dist/index.js  context.js          the library's names, from   dist/node/hchan.js   Node, and what speaks its modules
 * dist/web/index.js  context.js      the same, from              dist/web/hchan.js    browsers
 * dist/bench/index.js  worker.js  process.js                     dist/bench/harness.js
 * dist/cli/main.js
 * ```
 */
import { chmodSync, cpSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { rolldown } from 'rolldown';
import { filesUnder, root } from './inputs.mjs';

/** Files that threads and processes are started with, which so cannot be part of another one. */
const PROGRAMS = ['bench/worker', 'bench/process', 'cli/main'];
const LIBRARY = ['index', 'context'];

const source = (name) => join(root, 'src', `${name}.ts`);
/** The name of a source by its path, as `source` takes it. */
const nameOf = (file) => relative(join(root, 'src'), file).replaceAll('\\', '/').replace(/\.ts$/, '');
const isBench = (file) => nameOf(file).startsWith('bench/') && !PROGRAMS.includes(nameOf(file));
const isLibrary = (file) => !/^(bench|cli)\//.test(nameOf(file));

/** Bundles `entries` for a host into `folder`, and returns the files it has written. */
async function bundle(host, entries, folder, groups) {
  const build = await rolldown({
    input: Object.fromEntries(entries.map((name) => [name, source(name)])),
    external: /^node:/,
    resolve: { alias: { '#platform': source(`platform/${host}`) } },
    tsconfig: join(root, 'tsconfig.json'),
  });
  const { output } = await build.write({
    dir: join(root, folder),
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    sourcemap: true,
    sourcemapExcludeSources: true,
    comments: { legal: true, annotation: true, jsdoc: false },
    minifyInternalExports: false,
    codeSplitting: { groups },
  });
  await build.close();
  return output.map(({ fileName }) => `${folder}/${fileName}`);
}

function declarations() {
  const files = filesUnder('build').filter((file) => /\.d\.ts(\.map)?$/.test(file));
  return files.map((file) => {
    const to = file.replace('build/', 'dist/');
    cpSync(join(root, file), join(root, to));
    return to;
  });
}

/** Makes `dist` anew; what it no longer holds is taken away last, since other programs may be loading it meanwhile. */
export async function bundleAll() {
  const parts = [
    { name: 'node/hchan', test: isLibrary },
    { name: 'bench/harness', test: isBench },
  ];
  const written = [
    ...(await bundle('node', [...LIBRARY, 'bench/index', ...PROGRAMS], 'dist', parts)),
    ...(await bundle('web', LIBRARY, 'dist/web', [{ name: 'hchan', test: isLibrary }])),
    ...declarations(),
  ];
  for (const file of filesUnder('dist')) if (!written.includes(file)) rmSync(join(root, file));
  chmodSync(join(root, 'dist/cli/main.js'), 0o755);
}
