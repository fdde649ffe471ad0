/**
 * The suite in a page: bundled as a user's bundler would, from the package's own `exports` and `imports`, and served with
 * the headers that make the page cross-origin isolated.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** What a Chromium without a screen and a network needs to be told. */
export const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
];
const ISOLATED = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

async function bundle(project) {
  const { rolldown } = await import('rolldown');
  const build = await rolldown({ cwd: project, input: ['web.mjs', 'web-worker.mjs'], platform: 'browser', logLevel: 'silent' });
  const { output } = await build.generate({ format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' });
  await build.close();
  for (const { code, fileName } of output) {
    // Asking whether there is a module is no import.
    if (/(?:from|import)\s*\(?\s*['"]node:/.test(code ?? ''))
      throw new Error(`${fileName} imports modules of Node: #platform resolves wrongly`);
  }
  return new Map(output.map(({ fileName, code }) => [fileName, code]));
}

async function serve(files) {
  const server = createServer(({ url }, response) => {
    const file = basename(new URL(url, 'http://host').pathname);
    const isPage = file === '';
    const body = isPage ? '<!doctype html><script type="module" src="web.mjs"></script>' : files.get(file);
    response.writeHead(body === undefined ? 404 : 200, { ...ISOLATED, 'Content-Type': isPage ? 'text/html' : 'text/javascript' });
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** Runs the suite in a browser and returns the lines that the page prints. */
export async function inPage(browsers, executablePath, project, limitMs) {
  const server = await serve(await bundle(project));
  const profile = mkdtempSync(join(tmpdir(), 'hchan-browser-'));
  const context = await browsers.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    chromiumSandbox: false,
    args: FLAGS,
  });
  try {
    const page = await context.newPage();
    const lines = [];
    const ended = new Promise((resolve) => {
      page.on('console', (message) => {
        lines.push(message.text());
        if (message.text().startsWith('{"ended"')) resolve(undefined);
      });
      page.on('pageerror', (error) => resolve(`${error}`));
      setTimeout(() => resolve('the page does not come to an end'), limitMs).unref();
    });
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    const isolated = await page.evaluate('crossOriginIsolated');
    return { lines, failure: isolated ? await ended : 'the page is not cross-origin isolated' };
  } finally {
    await context.close();
    server.close();
    server.closeAllConnections();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
