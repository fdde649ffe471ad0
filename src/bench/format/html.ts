/** A run as one file to look at, on a phone too: charts of each dimension, then every scenario with its numbers. */
import { BASELINE, CONTESTANTS } from '../contestant.js';
import { type Entry, entryName, type Line, linesOf, notesOf, type Report } from '../report.js';
import { classOf, dotChart, escaped } from './charts.js';
import { type Chart, overviewOf } from './overview.js';
import { cellsOf, headingsOf, headOf, unitOf } from './table.js';

/** Of the package's own contestants, in their order. */
const COLOURS = ['#2f7bd9', '#00a0a8', '#8250df', '#2da44e', '#d6408f', '#c0392b', '#8a929c'];
const OTHERS = { package: '#d99a00', language: '#a0522d' };

/** Without spaces that a browser does not need: this is part of the package. */
const STYLE = `
:root{color-scheme:light dark}
body{margin:0 auto;padding:1rem;max-width:68rem;font:16px/1.45 system-ui,sans-serif;overflow-wrap:break-word}
h1,h2{font-size:1.3rem}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:0 2.5rem} section{min-width:0}
svg{display:block;width:100%;max-width:34rem;height:auto} svg text{font:12px system-ui,sans-serif;fill:currentColor}
.spread{stroke:currentColor;stroke-width:1.5} .grid{stroke:#8884} .band{fill:none} .band:nth-of-type(odd){fill:#8881}
${COLOURS.map((colour, at) => `.c${at}{fill:${colour};stroke:${colour}}`).join(' ')}
${Object.entries(OTHERS)
  .map(([kind, colour]) => `.${kind}{fill:Canvas;stroke:${colour};stroke-width:2}`)
  .join(' ')}
.scroll{overflow-x:auto} table{border-collapse:collapse;font-size:.8rem;white-space:nowrap}
td,th{padding:.15rem .6rem;text-align:right;border-bottom:1px solid #8884} td:first-child,th:first-child{text-align:left}
.key span{display:inline-block;margin-right:1.1rem} .key svg{display:inline-block;width:12px;height:12px;margin-right:.35em}
`;

function tableOf(lines: readonly Line[], entry: Entry): string {
  const unit = unitOf(entry);
  const row = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')}</tr>`;
  const body = lines.map((line) => row(cellsOf(line, unit), 'td')).join('');
  return details('Numbers', `<div class="scroll"><table>${row(headingsOf(entry), 'th')}${body}</table></div>`);
}

const details = (summary: string, content: string): string => `<details><summary>${summary}</summary>${content}</details>`;

const section = (title: string, ...content: readonly string[]): string =>
  `<section><h3>${escaped(title)}</h3>${content.join('')}</section>`;

function scenario(entry: Entry): string {
  const lines = linesOf(entry, BASELINE);
  const absent = entry.absent.map(
    ({ contestant, why, failed }) => `<li>${escaped(`${contestant}: ${failed ? 'failed, ' : ''}${why}`)}</li>`,
  );
  return section(
    entryName(entry),
    lines.length === 0 ? '' : dotChart(lines) + tableOf(lines, entry),
    absent.length === 0 ? '' : details(`Not taking part: ${absent.length}`, `<ul>${absent.join('')}</ul>`),
  );
}

const chart = ({ title, how, drawing }: Chart): string => section(title, `<p>${escaped(how)}</p>`, drawing);

/** The dots of those that took part, and whose they are. */
function keyOf({ entries }: Report): string {
  const present = new Set(entries.flatMap(({ results }) => results.map(({ contestant }) => classOf(contestant))));
  const all = [
    ...CONTESTANTS.map((name) => [classOf(name), name]),
    ['package', 'packages from npm'],
    ['language', 'other languages'],
  ];
  const key = all.map(([style = '', name]) => {
    const dot = `<svg viewBox="0 0 12 12" aria-hidden="true"><circle class="${style}" cx="6" cy="6" r="4.5"/></svg>`;
    return present.has(style) ? `<span>${dot}${name}</span>` : '';
  });
  return `<p class="key">${key.join('')}</p>`;
}

export function toHtml(report: Report): string {
  const paragraphs = [...headOf(report), report.started, ...notesOf(report)];
  const overview = overviewOf(report);
  const glance = overview.length === 0 ? '' : `<h2>At a glance</h2><div class="charts">${overview.map(chart).join('\n')}</div>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>hchan bench</title><style>${STYLE}</style></head>
<body><h1>hchan bench</h1>${paragraphs.map((text) => `<p>${escaped(text)}</p>`).join('')}
${keyOf(report)}
${glance}
<h2>Every scenario</h2><p>Time per message (ping-pong: round trip), logarithmic. The dot is the median, the dark line its interval, × the rate against ${BASELINE}.</p>
<div class="charts">
${report.entries.map(scenario).join('\n')}
</div></body></html>
`;
}
