/** The report as a reader sees it: in Chromium without a screen, as wide as a phone and as a desktop. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { toHtml } from 'hchan/bench';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { counts, made } from './made.js';

interface Page {
  setViewportSize(size: { width: number; height: number }): Promise<void>;
  goto(url: string): Promise<unknown>;
  setContent(html: string): Promise<void>;
  screenshot(options: { fullPage?: boolean; path?: string }): Promise<Buffer>;
  locator(selector: string): { screenshot(options: { path?: string }): Promise<Buffer> };
  evaluate<R, A>(work: string | ((argument: A) => R), argument?: A): Promise<R>;
}
interface Browser {
  newPage(): Promise<Page>;
  close(): Promise<void>;
}
interface Found {
  readonly file: string;
  readonly chromium: { launch(options: object): Promise<Browser> };
}

const hosts = (await import(new URL('../portable/hosts.mjs', import.meta.url).href)) as { findChromium(cache: string): Found };
const { FLAGS } = (await import(new URL('../portable/page.mjs', import.meta.url).href)) as { FLAGS: string[] };
const cache = fileURLToPath(new URL('../../node_modules/.cache/hchan-hosts', import.meta.url));

function find(): Found | undefined {
  try {
    return hosts.findChromium(cache);
  } catch (error) {
    console.log(`the report is not looked at: ${(error as Error).message}`);
    return undefined;
  }
}

const found = find();
const CHARTS = ['pattern', 'capacity', 'payload', 'cases', 'latency'];

/** How many pixels of a picture are not of its most frequent colour, and how many colours there are. */
const PIXELS = `async (base64) => {
  const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
  const picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
  const canvas = new OffscreenCanvas(picture.width, picture.height).getContext('2d');
  canvas.drawImage(picture, 0, 0);
  const { data } = canvas.getImageData(0, 0, picture.width, picture.height);
  const counts = new Map();
  for (let at = 0; at < data.length; at += 4) {
    const colour = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const pixels = data.length / 4;
  return { drawn: 1 - Math.max(...counts.values()) / pixels, colours: counts.size };
}`;

describe.skipIf(found === undefined)('the report in Chromium', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hchan-report-'));
  const file = join(folder, 'report.html');
  let browser: Browser;
  beforeAll(async () => {
    writeFileSync(file, toHtml(made));
    const { chromium, file: executablePath } = found as Found;
    browser = await chromium.launch({ executablePath, headless: true, chromiumSandbox: false, args: FLAGS });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  async function opened(width: number): Promise<Page> {
    const page = await browser.newPage();
    await page.setViewportSize({ width, height: 844 });
    await page.goto(pathToFileURL(file).href);
    return page;
  }

  const pixelsOf = async (picture: Buffer) => {
    const page = await browser.newPage();
    return page.evaluate<{ drawn: number; colours: number }, never>(`(${PIXELS})('${picture.toString('base64')}')`);
  };

  test.each([390, 1280])('%i pixels wide: nothing has to be scrolled sideways', async (width) => {
    const page = await opened(width);
    const widths = await page.evaluate<{ content: number; window: number; outside: string[] }, never>(`(() => {
      const scrolled = (element) => element.closest('.scroll') !== null;
      const outside = [...document.querySelectorAll('body *')].filter(
        (element) => !scrolled(element) && element.getBoundingClientRect().right > innerWidth + 0.5,
      );
      return {
        content: document.documentElement.scrollWidth,
        window: document.documentElement.clientWidth,
        outside: outside.map((element) => element.outerHTML.slice(0, 120)),
      };
    })()`);
    expect(widths.outside).toEqual([]);
    expect(widths.content).toBeLessThanOrEqual(widths.window);
  });

  test.each([390, 1280])('%i pixels wide: no text of a chart is cut off or smaller than 9 pixels', async (width) => {
    const page = await opened(width);
    const bad = await page.evaluate<string[], never>(`[...document.querySelectorAll('svg[data-chart] text')].filter((text) => {
      const [inner, outer] = [text.getBoundingClientRect(), text.closest('svg').getBoundingClientRect()];
      return inner.left < outer.left - 0.5 || inner.right > outer.right + 0.5 || inner.height < 9;
    }).map((text) => text.textContent)`);
    expect(bad).toEqual([]);
  });

  test('there is a chart of each dimension, with a row for each of its values and a dot for each contestant', async () => {
    const page = await opened(390);
    const rows = await page.evaluate<Record<string, number>, never>(
      `Object.fromEntries([...document.querySelectorAll('svg[data-chart]:not([data-chart=scenario])')].map((svg) => [svg.dataset.chart, svg.querySelectorAll('.band').length]))`,
    );
    // The round trips of ping-pong are no messages.
    expect(rows).toMatchObject({
      pattern: counts.patterns - 1,
      capacity: counts.capacities,
      payload: counts.payloads,
      cases: counts.cases,
      latency: 0,
    });
    const dots = await page.evaluate<number, never>(`document.querySelectorAll('svg[data-chart=latency] circle').length`);
    expect(dots).toBe(4 * (made.entries[0]?.results.length ?? 0));
  });

  test.each([390, 1280])('%i pixels wide: every chart is drawn, in colours', async (width) => {
    const page = await opened(width);
    for (const chart of CHARTS) {
      const { drawn, colours } = await pixelsOf(await page.locator(`svg[data-chart=${chart}]`).screenshot({}));
      expect([chart, drawn > 0.03, colours > 20]).toEqual([chart, true, true]);
    }
    const whole = await pixelsOf(await page.screenshot({ fullPage: true }));
    expect(whole.drawn).toBeGreaterThan(0.03);
  });

  test('a picture with nothing on it would be noticed', async () => {
    const page = await browser.newPage();
    await page.setContent('<!doctype html><body>');
    expect(await pixelsOf(await page.screenshot({}))).toEqual({ drawn: 0, colours: 1 });
  });
});
