#!/usr/bin/env node
/**
 * Runs the code in the documentation. Every block fenced as `ts` in README.md and docs/ is type-checked, and run unless
 * it is fenced as `ts no-run`; where lines end in `// prints …`, what the block writes to stdout must be just those
 * texts. A block fenced as `ts continued` goes on from the one before it. A block fenced as `js run` is run as it stands;
 * one fenced as `js NAME` becomes the file NAME beside the blocks of its page, for code that starts a worker. A block that
 * does not run says why: `ts no-run: it needs a server`. Links between the pages must lead somewhere.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { filesUnder, root } from './inputs.mjs';

const RUN_LIMIT = 30_000;
/** Inside the package and outside node_modules, so that `import 'hchan'` means this package. */
const work = join(root, '.cache', 'docs');
const pages = ['README.md', ...filesUnder('docs').filter((file) => file.endsWith('.md'))].filter((page) =>
  existsSync(join(root, page)),
);

/** The fenced blocks of a page, with the line each begins on. */
function blocksOf(page) {
  const lines = readFileSync(join(root, page), 'utf8').split('\n');
  const blocks = [];
  for (let at = 0; at < lines.length; at++) {
    const fence = /^```(ts|js)(?: (.*))?$/.exec(lines[at]);
    if (fence === null) continue;
    const end = lines.indexOf('```', at);
    if (end < 0) throw new Error(`${page}:${at + 1}: this block has no end`);
    blocks.push({ page, line: at + 1, language: fence[1], mode: fence[2] ?? '', code: lines.slice(at + 1, end).join('\n') });
    at = end;
  }
  return blocks;
}

/** Links to files that are not there; `docs/api` is made on demand. */
function brokenLinks(page) {
  const text = readFileSync(join(root, page), 'utf8').replace(/^```[\s\S]*?^```/gm, '');
  return Array.from(text.matchAll(/\]\((?!https?:)([^)#\s]+)/g), ([, target]) => target)
    .filter((target) => !existsSync(join(root, dirname(page), target)))
    .map((target) => `${page}: there is no ${target}`);
}

/** Writes a page's blocks as modules and returns those that are to be run. */
function writePage(page) {
  const folder = page.replace(/[^a-z0-9]+/gi, '-');
  mkdirSync(join(work, folder), { recursive: true });
  const programs = [];
  for (const block of blocksOf(page)) {
    const previous = programs.at(-1);
    if (block.language === 'js' && block.mode === 'run')
      programs.push({ ...block, path: join(folder, `line-${block.line}.mjs`) });
    else if (block.language === 'js') writeFileSync(join(work, folder, basename(block.mode)), block.code);
    else if (block.mode === 'continued' && previous !== undefined) previous.code += `\n${block.code}`;
    else programs.push({ ...block, path: join(folder, `line-${block.line}.mts`) });
  }
  for (const { path, code } of programs) writeFileSync(join(work, path), `${code}\nexport {};\n`);
  return programs;
}

function typeCheck() {
  const options = {
    target: 'es2022',
    module: 'nodenext',
    strict: true,
    types: ['node'],
    lib: ['es2023', 'esnext.disposable', 'dom'],
  };
  const compilerOptions = { ...options, rootDir: '.', outDir: 'out', skipLibCheck: true };
  writeFileSync(join(work, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*/*.mts'] }));
  const tsc = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', work, '--pretty', 'false'], {
    encoding: 'utf8',
  });
  return tsc.status === 0 ? [] : [tsc.stdout + tsc.stderr];
}

/** Runs one program and returns what is wrong with it, or undefined. */
function runProgram({ page, line, path, code }) {
  const result = spawnSync(process.execPath, [join(work, 'out', path.replace(/\.mts$/, '.mjs'))], {
    encoding: 'utf8',
    timeout: RUN_LIMIT,
    cwd: join(work, 'out'),
  });
  if (result.status !== 0) return `${page}:${line}: ${result.error?.message ?? `exit code ${result.status}`}\n${result.stderr}`;
  const expected = Array.from(code.matchAll(/\/\/ prints (.*)$/gm), (match) => match[1].trim());
  const printed = result.stdout.split('\n').map((text) => text.trim());
  if (expected.length === 0 || expected.join('\n') === printed.join('\n').trim()) return undefined;
  return `${page}:${line}: printed\n${result.stdout}instead of\n${expected.join('\n')}`;
}

rmSync(work, { recursive: true, force: true });
const programs = pages.flatMap(writePage);
const problems = [...pages.concat('ARCHITECTURE.md', 'CONTRIBUTING.md', 'npm/README.md').flatMap(brokenLinks), ...typeCheck()];
if (problems.length === 0) {
  for (const page of filesUnder('.cache/docs').filter(
    (file) => /\.(js|mjs)$/.test(file) && !file.startsWith('.cache/docs/out/'),
  )) {
    const inside = page.slice('.cache/docs/'.length);
    cpSync(join(work, inside), join(work, 'out', inside));
  }
  const toRun = programs.filter(({ mode }) => !mode.startsWith('no-run'));
  problems.push(...toRun.map(runProgram).filter((problem) => problem !== undefined));
}
for (const problem of problems) process.stderr.write(`docs: ${problem}\n`);
if (problems.length > 0) process.exitCode = 1;
else console.log(`${programs.length} blocks of code in ${pages.length} pages hold`);
