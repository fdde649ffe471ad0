/** What is in the tarballs: nothing that runs on install, types and maps that resolve, and no more bytes than promised. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, inject, test } from 'vitest';
import { obstacles, pack, platforms } from '../../scripts/pack.mjs';
import { run } from './project.js';
import { requireTool, root, toolPath } from './tools.js';

const ADDON_LIMIT = 700_000;
const JAVASCRIPT_LIMIT = 61_000;

const stage = (name: string) => join(inject('packed'), 'stage', name);
const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const manifestOf = (name: string) => json(join(stage(name), 'package.json')) as Record<string, unknown>;
const filesOf = (name: string) =>
  readdirSync(stage(name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

test('is not packed into a folder with anything else in it, of which nothing is taken away', () => {
  const out = mkdtempSync(join(tmpdir(), 'hchan-pack-'));
  for (const mine of ['mine.txt', 'stage/mine.txt']) {
    mkdirSync(dirname(join(out, mine)), { recursive: true });
    writeFileSync(join(out, mine), 'mine');
    expect(() => pack(out)).toThrow(`holds 'mine.txt'`);
    expect(readFileSync(join(out, mine), 'utf8')).toBe('mine');
    rmSync(join(out, mine));
  }
  rmSync(out, { recursive: true });
});

test('the crates, the code and the changelog know the version', () => {
  expect(obstacles().filter((obstacle) => !obstacle.endsWith('has no addon'))).toEqual([]);
});

describe('hchan', () => {
  test('depends on nothing, runs nothing on install, and has each platform as an optional dependency of its own version', () => {
    const { dependencies, peerDependencies, scripts, optionalDependencies } = manifestOf('hchan');
    expect({ dependencies, peerDependencies, scripts }).toEqual({});
    const version = inject('version');
    expect(optionalDependencies).toEqual(Object.fromEntries(platforms.map((platform) => [`@hchan/${platform}`, version])));
  });

  test('has nothing that publint would change', async () => {
    const { publint } = (await import(
      pathToFileURL(toolPath('publint', 'src', 'index-node.js')).href
    )) as typeof import('publint');
    const { messages } = await publint({ pkgDir: stage('hchan'), strict: true });
    expect(messages).toEqual([]);
  });

  test('has types that every resolver of modules finds, as arethetypeswrong sees it', async () => {
    const attw = toolPath('@arethetypeswrong', 'cli', 'dist', 'index.js');
    const tarball = join(inject('packed'), `hchan-${inject('version')}.tgz`);
    const { code, stdout } = await run(process.execPath, [attw, tarball, '--profile', 'esm-only', '--format', 'json']);
    expect({ code, stdout: code === 0 ? '' : stdout }).toEqual({ code: 0, stdout: '' });
  });

  test('has maps whose sources are in the package, for all but files that only name others', () => {
    const files = filesOf('hchan');
    const maps = files.filter((file) => file.endsWith('.map'));
    const code = files
      .filter((file) => /dist\/.*(\.js|\.d\.ts)$/.test(file.replaceAll('\\', '/')))
      .filter((file) => !/^(?:(?:im|ex)port [^;]*;\s*)+$/.test(readFileSync(file, 'utf8')));
    expect(maps).toHaveLength(code.length);
    const lost = maps.flatMap((map) =>
      (json(map).sources as string[]).map((source) => join(dirname(map), source)).filter((source) => !existsSync(source)),
    );
    expect(lost).toEqual([]);
    for (const file of code) expect(readFileSync(file, 'utf8')).toContain('//# sourceMappingURL=');
  });

  test('has nothing that a source no longer makes, the library in one file for Node, and in modules for browsers', () => {
    const files = filesOf('hchan')
      .map((file) => relative(stage('hchan'), file).replaceAll('\\', '/'))
      .filter((file) => file.startsWith('dist/') && !file.endsWith('.map'));
    const ofSource = files.filter((file) => file.endsWith('.d.ts') || file.startsWith('dist/web/'));
    const sourceOf = (file: string) => file.replace(/^dist\/(web\/)?/, 'src/').replace(/(\.d\.ts|\.js)$/, '.ts');
    expect(ofSource.filter((file) => !existsSync(join(root, sourceOf(file))))).toEqual([]);
    const bench = ['harness', 'index', 'process', 'worker'].map((name) => `dist/bench/${name}.js`);
    const code = [...bench, 'dist/cli/main.js', 'dist/context.js', 'dist/index.js', 'dist/node/hchan.js'];
    expect(files.filter((file) => !ofSource.includes(file)).sort()).toEqual(code);
  });

  test('has every page that its pages link to', () => {
    const pages = filesOf('hchan').filter((file) => file.endsWith('.md'));
    expect(pages.length).toBeGreaterThan(10);
    const lost = pages.flatMap((page) =>
      Array.from(readFileSync(page, 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)/g), ([, target]) =>
        join(dirname(page), target as string),
      )
        .filter((target) => !existsSync(target))
        .map((target) => `${relative(stage('hchan'), page)}: ${relative(stage('hchan'), target)}`),
    );
    expect(lost).toEqual([]);
  });

  test('leaves what is not used out of a bundle for browsers', async () => {
    const { build } = requireTool('esbuild') as typeof import('esbuild');
    const { outputFiles } = await build({
      stdin: {
        contents: "import { ClosedError } from './dist/web/index.js'; console.log(ClosedError);",
        resolveDir: stage('hchan'),
      },
      bundle: true,
      minify: true,
      format: 'esm',
      write: false,
      logLevel: 'silent',
    });
    expect(outputFiles[0]?.contents.length).toBeLessThan(5_000);
  });

  test(`is at most ${JAVASCRIPT_LIMIT} bytes of JavaScript, minified and gzipped`, async () => {
    const { build } = requireTool('esbuild') as typeof import('esbuild');
    const { exports, bin } = manifestOf('hchan') as {
      exports: Record<string, { node?: string; default: string } | string>;
      bin: Record<string, string>;
    };
    const modules = Object.values(exports).flatMap((entry) => (typeof entry === 'string' ? [] : [entry.node ?? entry.default]));
    const { outputFiles } = await build({
      absWorkingDir: stage('hchan'),
      entryPoints: [...modules, ...Object.values(bin)],
      outdir: 'out',
      bundle: true,
      splitting: true,
      minify: true,
      platform: 'node',
      format: 'esm',
      write: false,
      logLevel: 'silent',
    });
    const bytes = outputFiles.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
    expect(bytes).toBeGreaterThan(1_000);
    expect(bytes).toBeLessThanOrEqual(JAVASCRIPT_LIMIT);
  });
});

describe.each(platforms)('@hchan/%s', (platform) => {
  test('is for that platform only, holds one addon and runs nothing on install', () => {
    const [os, cpu, abi] = platform.split('-');
    const { os: systems, cpu: processors, libc, main, files, scripts, dependencies } = manifestOf(platform);
    const file = `hchan.${platform}.node`;
    expect({ systems, processors, main, files }).toEqual({ systems: [os], processors: [cpu], main: file, files: [file] });
    expect(libc).toEqual(os === 'linux' ? [abi === 'musl' ? 'musl' : 'glibc'] : undefined);
    expect({ scripts, dependencies }).toEqual({});
  });

  const addon = join(root, `hchan.${platform}.node`);
  test.skipIf(!existsSync(addon))(`has an addon of at most ${ADDON_LIMIT} bytes`, () => {
    const { size } = statSync(join(stage(platform), `hchan.${platform}.node`));
    expect(size).toBeGreaterThan(50_000);
    expect(size).toBeLessThanOrEqual(ADDON_LIMIT);
  });
});
