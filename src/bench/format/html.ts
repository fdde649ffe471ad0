/** A run as one file to look at: dots with their intervals, drawn as SVG here and now, so that nothing is loaded or run. */
import { BASELINE, CONTESTANTS } from '../contestant.js';
import { type Entry, entryName, type Line, linesOf, notesOf, type Report } from '../report.js';
import { confidenceName } from '../statistics.js';
import { cellsOf, headingsOf, machineLines, unitOf } from './table.js';
import { decimal, duration } from './text.js';

const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1b1f24, #e6e8eb); --paper: light-dark(#fff, #14171a); --faint: light-dark(#d8dce1, #343a41) }
body { margin: 0 auto; padding: 1rem; max-width: 60rem; font: 16px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper) }
h1 { font-size: 1.4rem } h2 { font-size: 1.05rem; margin: 2.2rem 0 .4rem } p { margin: .4rem 0; max-width: 46rem }
svg { display: block; width: 100%; height: auto } svg text { font: 13px system-ui, sans-serif; fill: var(--ink) }
.own { fill: #2f7bd9 } .node { fill: #8a929c } .rival { fill: #c9822b } .spread { stroke: var(--ink); stroke-width: 1.5 } .grid { stroke: var(--faint) }
.scroll { overflow-x: auto } table { border-collapse: collapse; font-size: .8rem; white-space: nowrap }
td, th { padding: .15rem .6rem; text-align: right; border-bottom: 1px solid var(--faint) } td:first-child, th:first-child { text-align: left }
.key span { margin-right: 1.2rem } .key i { display: inline-block; width: .8em; height: .8em; margin-right: .35em } details { margin-top: .3rem }
`;

const LABEL = 130;
const WIDTH = 640;
const ROW = 26;
const ROOM = 150;

const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

function kindOf(contestant: string): 'own' | 'node' | 'rival' {
  if (contestant === 'MessagePort' || contestant === 'BroadcastChannel') return 'node';
  return (CONTESTANTS as readonly string[]).includes(contestant) ? 'own' : 'rival';
}

/** Dots, not bars: the scale is logarithmic, since contestants lie a hundredfold apart, and has no zero to begin a bar at. */
function chart(lines: readonly Line[]): string {
  const values = lines.flatMap(({ time }) => [time.low, time.high]).filter((value) => value > 0);
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...values))));
  const x = (value: number) => LABEL + ((Math.log10(value) - first) / (last - first)) * (WIDTH - LABEL - ROOM);
  const height = lines.length * ROW + 24;
  const grid = Array.from({ length: last - first + 1 }, (_, step) => {
    const at = x(10 ** (first + step)).toFixed(1);
    return `<line class="grid" x1="${at}" x2="${at}" y1="0" y2="${height - 20}"/><text x="${at}" y="${height - 5}" text-anchor="middle">${duration(10 ** (first + step))}</text>`;
  });
  const bars = lines.map(({ contestant, time, against }, row) => {
    const [y, end] = [row * ROW + 4, x(time.median)];
    const middle = y + 9;
    const says = `${duration(time.median)}${against === undefined ? '' : ` · ${decimal(against.median)} ×`}`;
    return [
      `<text x="${LABEL - 8}" y="${y + 14}" text-anchor="end">${escaped(contestant)}</text>`,
      `<line class="grid" x1="${LABEL}" x2="${end.toFixed(1)}" y1="${middle}" y2="${middle}"/>`,
      `<line class="spread" x1="${x(time.low).toFixed(1)}" x2="${x(time.high).toFixed(1)}" y1="${middle}" y2="${middle}"/>`,
      `<circle class="${kindOf(contestant)}" cx="${end.toFixed(1)}" cy="${middle}" r="6"/>`,
      `<text x="${(Math.max(end, x(time.high)) + 8).toFixed(1)}" y="${y + 14}">${says}</text>`,
    ].join('');
  });
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="time for each, by contestant">${grid.join('')}${bars.join('')}</svg>`;
}

function tableOf(lines: readonly Line[], entry: Entry, rounds: number): string {
  const unit = unitOf(entry);
  const row = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')}</tr>`;
  const body = lines.map((line) => row(cellsOf(line, unit), 'td')).join('');
  return `<details><summary>Numbers</summary><div class="scroll"><table>${row(headingsOf(unit, rounds), 'th')}${body}</table></div></details>`;
}

function section(entry: Entry, rounds: number): string {
  const lines = linesOf(entry, BASELINE);
  const absent = entry.absent.map(
    ({ contestant, why, failed }) => `<li>${escaped(`${contestant}: ${failed ? 'failed, ' : ''}${why}`)}</li>`,
  );
  const missing =
    absent.length === 0
      ? ''
      : `<details><summary>Not taking part: ${absent.length}</summary><ul>${absent.join('')}</ul></details>`;
  return `<section><h2>${escaped(entryName(entry))}</h2>${lines.length === 0 ? '' : chart(lines) + tableOf(lines, entry, rounds)}${missing}</section>`;
}

export function toHtml(report: Report): string {
  const how = `Time per message (per round trip in ping-pong) on a logarithmic scale: shorter is faster. ${report.rounds} rounds of samples of about ${report.sampleMs} ms; the dot is the median, the dark line its ${confidenceName(report.rounds)} interval, × says how many times as fast as ${BASELINE}.`;
  const key = [
    ['#2f7bd9', 'hchan'],
    ['#8a929c', 'Node itself'],
    ['#c9822b', 'other languages'],
  ].map(([color, name]) => `<span><i style="background:${color}"></i>${name}</span>`);
  const paragraphs = [...machineLines(report.machine), report.started, how, ...notesOf(report)].map(
    (text) => `<p>${escaped(text)}</p>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>hchan bench</title><style>${STYLE}</style></head>
<body><h1>hchan bench</h1>${paragraphs.join('')}<p class="key">${key.join('')}</p>
${report.entries.map((entry) => section(entry, report.rounds)).join('\n')}
</body></html>
`;
}
