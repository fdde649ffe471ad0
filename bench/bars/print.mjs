/** The bars as tables: asked, measured, and how far to trust it. */
import { estimate, percentile, ratios } from 'hchan/bench';
import { columns, growth, programs, transfers, trips } from './asked.mjs';
import { floors } from './floors.mjs';

const digits = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));
const spread = ({ low, high }) => `${digits(low)} – ${digits(high)}`;
const verdict = (ok) => (ok ? 'ok' : 'MISSED');

function layout(headings, rows) {
  const widths = headings.map((heading, column) =>
    Math.max(...[heading, ...rows.map((row) => row[column])].map((cell) => cell.length)),
  );
  const line = (cells) =>
    cells
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd();
  return [line(headings), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function transferRow(row, kind, samples) {
  const measured = estimate(ratios(samples.post, samples[row.way]));
  const arrays = estimate(ratios(samples.postArrays, samples[row.way]));
  const own = estimate(samples[row.way]);
  const asked = row.asked[kind];
  return {
    ok: measured.median >= asked,
    cells: [
      ...[row.title, columns[kind], `≥ ${asked}`, digits(measured.median), spread(measured), verdict(measured.median >= asked)],
      ...[digits(own.median), digits(arrays.median), spread(arrays)],
    ],
  };
}

/** What no way can be faster than, and so how many times as fast as postMessage it can be at most. */
function floorRows(byKind) {
  return Object.entries(floors)
    .filter(([, { kind }]) => kind in byKind)
    .map(([name, { kind, title, ways }]) => {
      const [own, most] = [estimate(byKind[kind][name]), estimate(ratios(byKind[kind].post, byKind[kind][name]))];
      const bound = transfers.filter(({ way }) => ways.includes(way)).map(({ title }) => title);
      return { cells: [title, columns[kind], digits(own.median), digits(most.median), spread(most), bound.join('; ')] };
    });
}

function programRows(samples = {}) {
  const entered = Object.keys(programs).filter((name) => name in samples);
  return entered.flatMap((name) =>
    transfers
      .filter(({ way }) => way in programs[name].asked)
      .map(({ way, title }) => {
        const asked = programs[name].asked[way];
        const measured = estimate(ratios(samples[name], samples[way]));
        const ok = measured.median >= asked;
        const rival = `${programs[name].title}, ${digits(estimate(samples[name]).median)} ns`;
        return { ok, cells: [title, rival, `≥ ${asked}`, digits(measured.median), spread(measured), verdict(ok)] };
      }),
  );
}

function growthRows(samples) {
  return Object.entries(samples).map(([name, values]) => {
    const { title, unit, asked } = growth[name];
    const measured = estimate(values);
    const ok = measured.median <= asked;
    return { ok, cells: [title, unit, `≤ ${asked}`, digits(measured.median), spread(measured), verdict(ok)] };
  });
}

function tripRow({ title, rival, asked }, samples) {
  const at = (p) => ({
    own: samples.own.map((times) => percentile(times, p)),
    rival: samples.rival.map((times) => percentile(times, p)),
  });
  const [half, most] = [at(0.5), at(0.99)];
  const measured = estimate(ratios(half.own, half.rival));
  const ok = measured.median <= asked;
  const micro = ({ own, rival }) => `${digits(estimate(own).median)} / ${digits(estimate(rival).median)}`;
  return {
    ok,
    cells: [title, rival, `≤ ${asked}`, digits(measured.median), spread(measured), verdict(ok), micro(half), micro(most)],
  };
}

/** The whole report as text, and how many bars were missed. */
export function report({ byKind, tripSamples, growthSamples }) {
  const kinds = Object.keys(byKind);
  const rows = transfers.flatMap((row) =>
    kinds.filter((kind) => kind in row.asked).map((kind) => transferRow(row, kind, byKind[kind])),
  );
  const rivals = programRows(byKind.number);
  const grown = growthRows(growthSamples);
  const times = tripSamples.map((samples, index) => tripRow(trips[index], samples));
  const common = ['asked', 'measured', '95 % interval', 'bar'];
  const post = kinds.map((kind) => `${columns[kind]} ${digits(estimate(byKind[kind].post).median)} ns`).join(', ');
  const sections = [
    [
      `Times as fast as postMessage of the same values (${post})`,
      ['way', 'value', ...common, 'ns/value', 'vs arrays of 64', '95 % interval'],
      rows,
    ],
    [
      'What the host takes without a channel (main thread): no way that needs it can be more times as fast',
      ['what', 'value', 'ns/value', 'at most', '95 % interval', 'ways that need it'],
      floorRows(byKind),
    ],
    ['Times as fast as other languages, one number at a time', ['way', 'rival', ...common], rivals],
    ['Round trips, as a fraction of the rival’s (µs: channels / rival)', ['ends', 'rival', ...common, 'p50 µs', 'p99 µs'], times],
    ['What must not grow', ['what', 'unit', ...common], grown],
  ];
  const shown = sections.filter(([, , list]) => list.length > 0);
  const text = shown
    .map(
      ([title, headings, list]) =>
        `${title}\n\n${layout(
          headings,
          list.map(({ cells }) => cells),
        )}`,
    )
    .join('\n\n');
  return { text, missed: [...rows, ...rivals, ...times, ...grown].filter(({ ok }) => !ok).length };
}
