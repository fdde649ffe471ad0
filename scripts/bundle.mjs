/**
 * Makes what is published and run, `dist`, from the sources: for Node the library in one file, because a worker that loads
 * it waits for each, and the benchmark and the command beside it; for browsers a module for each source, because who bundles
 * for them leaves out what is not used. Declarations are copied from `build`, where the compiler has put them with modules
 * over which the tests that look inside run.
 *
 * ```
 * dist/index.js  context.js                    the library's names, from dist/node/hchan.js
 * dist/web/index.js  context.js  …             for browsers
 * dist/bench/index.js  worker.js  process.js   from dist/bench/harness.js
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

/** Builds `entries` for a host into `folder`, as `output` says, and returns the files it has written. */
async function bundle(host, entries, folder, output) {
  const build = await rolldown({
    input: Object.fromEntries(entries.map((name) => [name, source(name)])),
    external: /^node:/,
    resolve: { alias: { '#platform': source(`platform/${host}`) } },
    tsconfig: join(root, 'tsconfig.json'),
  });
  const written = await build.write({
    dir: join(root, folder),
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    sourcemap: true,
    sourcemapExcludeSources: true,
    comments: { legal: true, annotation: true, jsdoc: false },
    minifyInternalExports: false,
    ...output,
  });
  await build.close();
  return written.output.map(({ fileName }) => `${folder}/${fileName}`);
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
  const parts = {
    groups: [
      { name: 'node/hchan', test: isLibrary },
      { name: 'bench/harness', test: isBench },
    ],
  };
  const written = [
    ...(await bundle('node', [...LIBRARY, 'bench/index', ...PROGRAMS], 'dist', { codeSplitting: parts })),
    ...(await bundle('web', LIBRARY, 'dist/web', { preserveModules: true, preserveModulesRoot: join(root, 'src') })),
    ...declarations(),
  ];
  for (const file of filesUnder('dist')) if (!written.includes(file)) rmSync(join(root, file));
  chmodSync(join(root, 'dist/cli/main.js'), 0o755);
}
