/** What works after `npm install hchan` in an empty project, for every kind of user. */
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { platform } from '../../build/native/loader.js';
import { Project } from './project.js';
import { requireTool, root, toolPath } from './tools.js';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const requiresModules = major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19);
const native = 'crossbeam';
let user: Project;

beforeAll(async () => {
  user = new Project();
  await user.install(inject('registry'), `hchan@${inject('version')}`);
  for (const program of readdirSync(new URL('users', import.meta.url))) user.use(program);
});
afterAll(() => user.remove());

async function answerOf(...args: string[]): Promise<unknown> {
  const { code, signal, stdout, stderr } = await user.node(args);
  expect({ code, signal, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, signal: null, stderr: '' });
  return JSON.parse(stdout);
}

test('two packages are installed: hchan and the one for this platform', () => {
  expect(user.installed()).toEqual([`@hchan/${platform()}`, 'hchan']);
});

test('an ES module has the native engine', async () => {
  expect(await answerOf('esm.mjs')).toEqual({ engine: native, received: [1, 4, 9], aborted: true });
});

test('code that is given to node --eval, which has a global __filename that is no file, has it too', async () => {
  const code = "import('hchan').then(({ chan }) => console.log(JSON.stringify({ engine: chan(1).engine })))";
  expect(await answerOf('--eval', code)).toEqual({ engine: native });
});

test.skipIf(!requiresModules)('CommonJS requires it', async () => {
  expect(await answerOf('cjs.cjs')).toEqual({ engine: native, received: [42] });
});

test('a worker and its maker exchange messages', async () => {
  expect(await answerOf('pool.mjs')).toEqual({ engine: native, received: [1, 4, 9] });
});

describe.each([
  ['7', `${root}/node_modules/typescript/bin/tsc`],
  ['5.9', toolPath('typescript-5', 'bin', 'tsc')],
])('TypeScript %s', (version, tsc) => {
  test.each([
    ['nodenext', 'nodenext'],
    ['bundler', 'esnext'],
  ])('compiles a user under %s, checking the types that are shipped', async (moduleResolution, module) => {
    const out = `out-${version}-${moduleResolution}`;
    const shared = {
      target: 'es2022',
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmitOnError: true,
      skipLibCheck: false,
      declaration: true,
    };
    const lib = ['es2023', 'esnext.disposable', 'dom'];
    // Not even the types of Node are asked of a user.
    const compilerOptions = { ...shared, lib, types: [], module, moduleResolution, rootDir: '.', outDir: out };
    user.write('package.json', JSON.stringify({ name: 'user', type: 'module' }));
    user.write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['typed.ts'] }));
    const { code, stdout } = await user.node([tsc, '-p', '.', '--pretty', 'false']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(await answerOf(`${out}/typed.js`)).toEqual({ id: 1 });
  });
});

describe('bundled by esbuild', () => {
  const { build } = requireTool('esbuild') as typeof import('esbuild');

  test.each([
    ['esm', 'bundle.mjs'],
    ['cjs', 'bundle.cjs'],
  ] as const)('as %s, the native engine is found from beside the bundle', async (format, name) => {
    const entry = user.path('bundled.mjs');
    const { warnings } = await build({
      absWorkingDir: user.folder,
      entryPoints: [entry],
      outfile: user.path(name),
      bundle: true,
      minify: true,
      platform: 'node',
      format,
      logLevel: 'silent',
      logOverride: { 'empty-import-meta': 'silent' },
    });
    expect(warnings).toEqual([]);
    expect(await answerOf(name)).toEqual({ engine: native, received: [1, 4, 9] });
  });
});

describe('bundled by rolldown, with the conditions', () => {
  test.each([
    ['of Node', ['node', 'import'], native],
    ['of browsers', ['browser', 'import'], 'shared'],
    ['that a plugin of Rollup has unless told otherwise', ['default', 'module', 'import'], native],
  ])('%s, it has the right engine, and ends by itself in Node', async (_, conditionNames, engine) => {
    const { build } = await import('rolldown');
    const name = `rolled-${conditionNames[0]}.mjs`;
    await build({
      cwd: user.folder,
      input: user.path('bundled.mjs'),
      platform: 'neutral',
      external: /^node:/,
      resolve: { conditionNames },
      output: { file: user.path(name) },
      logLevel: 'silent',
    });
    expect(await answerOf(name)).toEqual({ engine, received: [1, 4, 9] });
  });
});

test('npx hchan info says that the addon is loaded', async () => {
  const { run } = await import('./project.js');
  const { code, stdout } = await run('npx', ['--no-install', 'hchan', 'info'], user.folder);
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`^hchan +${inject('version').replaceAll('.', '\\.')}$`, 'm'));
  expect(stdout).toMatch(/^addon +loaded/m);
});
