/**
 * The charts of a run, drawn as SVG here and now, so that nothing is loaded or run. All scales are logarithmic, since
 * contestants lie a hundredfold apart, and have no zero to begin a bar at: so dots, not bars. Drawn narrow enough to be
 * read on a phone as it is.
 */
import { CONTESTANTS } from '../contestant.js';
import type { Entry, Line } from '../report.js';
import { isSure } from '../statistics.js';
import { decimal, duration, rate } from './text.js';

/** Width of every chart, in units that are about a pixel on a phone. */
export const WIDTH = 400;
const LABEL = 146;
const ROOM = 112;
/** Right of a scale, so that what its last line stands for has room. */
const MARGIN = 24;
const ROW = 24;
/** A row of a strip holds a dot of every contestant, each a little lower than the one before. */
const STRIP_ROW = 40;
const STRIP_LABEL = 92;

export const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** The class of a contestant's dots: the package's own have a colour each, others share that of their kind. */
export function classOf(contestant: string): string {
  const at = (CONTESTANTS as readonly string[]).indexOf(contestant);
  if (at >= 0) return `c${at}`;
  return /^(Rust|Go) /.test(contestant) ? 'language' : 'package';
}

interface Scale {
  readonly ticks: readonly number[];
  readonly x: (value: number) => number;
}

/** A logarithmic scale over `values`, from one power of ten to another. */
function scaleOf(values: readonly number[], from: number, to: number): Scale {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  const first = Math.floor(Math.log10(Math.min(...positive)));
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...positive))));
  const ticks = Array.from({ length: last - first + 1 }, (_, step) => 10 ** (first + step));
  return { ticks, x: (value) => from + ((Math.log10(value) - first) / (last - first)) * (to - from) };
}

/** Room for what a line stands for, as `100 µs`. */
const TICK = 48;

/** The lines of a scale, and below them what they stand for: of as many as there is room for. */
function grid({ ticks, x }: Scale, height: number, show: (value: number) => string): string {
  const apart = x(10) - x(1);
  const every = Math.ceil(TICK / apart);
  const lines = ticks.map((tick, at) => {
    const where = x(tick).toFixed(1);
    const text =
      at % every === 0
        ? `<text x="${where}" y="${height - 4}" text-anchor="middle">${show(tick).replace(/\.0+ /, ' ')}</text>`
        : '';
    return `<line class="grid" x1="${where}" x2="${where}" y1="0" y2="${height - 18}"/>${text}`;
  });
  return lines.join('');
}

const svg = (name: string, label: string, height: number, content: string): string =>
  `<svg data-chart="${name}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(label)}">${content}</svg>`;

/** One scenario: a dot a contestant, with the interval of its median. */
export function dotChart(lines: readonly Line[]): string {
  const scale = scaleOf(
    lines.flatMap(({ time }) => [time.low, time.high]),
    LABEL,
    WIDTH - ROOM,
  );
  const height = lines.length * ROW + 22;
  const rows = lines.map(({ contestant, time, against }, row) => {
    const [y, end] = [row * ROW + 12, scale.x(time.median)];
    const says = `${duration(time.median)}${against === undefined ? '' : ` · ${decimal(against.median)} ×`}`;
    return [
      `<text x="${LABEL - 10}" y="${y + 4}" text-anchor="end">${escaped(contestant)}</text>`,
      `<line class="grid" x1="${LABEL}" x2="${end.toFixed(1)}" y1="${y}" y2="${y}"/>`,
      isSure(time)
        ? `<line class="spread" x1="${scale.x(time.low).toFixed(1)}" x2="${scale.x(time.high).toFixed(1)}" y1="${y}" y2="${y}"/>`
        : '',
      `<circle class="${classOf(contestant)}" cx="${end.toFixed(1)}" cy="${y}" r="5"/>`,
      `<text x="${(Math.max(end, scale.x(time.high)) + 8).toFixed(1)}" y="${y + 4}">${says}</text>`,
    ].join('');
  });
  return svg('scenario', 'time for each, by contestant', height, grid(scale, height, duration) + rows.join(''));
}

/** A row of a strip: a value of the dimension, and what each contestant reached there. */
export interface StripRow {
  readonly name: string;
  readonly values: readonly { readonly contestant: string; readonly value: number }[];
}

/** One dimension: a row for each of its values, a dot in it for each contestant. */
export function stripChart(name: string, label: string, rows: readonly StripRow[], unit: 'rate' | 'time'): string {
  const contestants = [...new Set(rows.flatMap(({ values }) => values.map(({ contestant }) => contestant)))];
  const scale = scaleOf(
    rows.flatMap(({ values }) => values.map(({ value }) => value)),
    STRIP_LABEL + 6,
    WIDTH - MARGIN,
  );
  const show = unit === 'rate' ? rate : duration;
  const height = rows.length * STRIP_ROW + 22;
  const y = (row: number, contestant: string) =>
    row * STRIP_ROW + 6 + ((STRIP_ROW - 12) * (contestants.indexOf(contestant) + 0.5)) / contestants.length;
  const bands = rows.map(
    (row, at) =>
      `<rect class="band" x="0" width="${WIDTH}" y="${at * STRIP_ROW}" height="${STRIP_ROW}"/><text x="4" y="${at * STRIP_ROW + STRIP_ROW / 2 + 4}">${escaped(row.name)}</text>`,
  );
  const dots = rows.flatMap((row, at) =>
    row.values.map(({ contestant, value }) => {
      const title = `${contestant}, ${row.name}: ${show(value)}`;
      return `<circle class="${classOf(contestant)}" cx="${scale.x(value).toFixed(1)}" cy="${y(at, contestant).toFixed(1)}" r="5"><title>${escaped(title)}</title></circle>`;
    }),
  );
  return svg(name, label, height, bands.join('') + grid(scale, height, show) + dots.join(''));
}

/** As they are called in a report, and as readers know them. */
const PERCENTILES = [
  ['p50', 'p50'],
  ['p90', 'p90'],
  ['p99', 'p99'],
  ['p999', 'p99.9'],
] as const;

/** Round trips: four percentiles a contestant. */
export function latencyChart(entry: Entry): string {
  const results = entry.results
    .flatMap(({ contestant, latency }) => (latency === undefined ? [] : [{ contestant, latency }]))
    .sort((a, b) => a.latency.p50 - b.latency.p50);
  const scale = scaleOf(
    results.flatMap(({ latency }) => PERCENTILES.map(([p]) => latency[p])),
    LABEL,
    WIDTH - MARGIN,
  );
  const height = results.length * ROW + 22;
  const rows = results.map(({ contestant, latency }, row) => {
    const y = row * ROW + 12;
    const dots = PERCENTILES.map(([p, name], at) => {
      const title = `${contestant}, ${name}: ${duration(latency[p])}`;
      return `<circle class="${classOf(contestant)}" cx="${scale.x(latency[p]).toFixed(1)}" cy="${y}" r="${6 - at}"><title>${escaped(title)}</title></circle>`;
    });
    return [`<text x="${LABEL - 10}" y="${y + 4}" text-anchor="end">${escaped(contestant)}</text>`, ...dots.reverse()].join('');
  });
  return svg('latency', 'percentiles of round trips, by contestant', height, grid(scale, height, duration) + rows.join(''));
}
