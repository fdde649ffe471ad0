/** A run as Markdown. */
import { BASELINE } from '../contestant.js';
import { entryName, LATENCY_NOTE, linesOf, PORT_NOTE, type Report } from '../report.js';
import { cellsOf, headingsOf, machineLines, unitOf } from './table.js';

const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

export function toMarkdown(report: Report): string {
  const { rounds, sampleMs, entries, machine, cut } = report;
  const sections = entries.map((entry) => {
    const unit = unitOf(entry);
    const headings = headingsOf(unit);
    const lines = linesOf(entry, BASELINE).map((line) => row(cellsOf(line, unit)));
    const rule = row(headings.map((_, column) => (column === 0 ? ':--' : '--:')));
    const absent = entry.absent.map(({ contestant, why, failed }) => `* ${contestant}: ${failed ? '**failed**, ' : ''}${why}`);
    return [`### ${entryName(entry)}`, '', row(headings), rule, ...lines, ...(absent.length === 0 ? [] : ['', ...absent])].join(
      '\n',
    );
  });
  const head = [
    ...machineLines(machine),
    `${rounds} rounds, samples of about ${sampleMs} ms, medians with their 95 % intervals.`,
    PORT_NOTE,
    LATENCY_NOTE,
  ];
  return [head.join('  \n'), ...(cut === undefined ? [] : [`**Not a whole run: ${cut}**`]), ...sections].join('\n\n');
}
