/** A run as Markdown. */
import { BASELINE } from '../contestant.js';
import { entryName, linesOf, notesOf, type Report } from '../report.js';
import { confidenceName } from '../statistics.js';
import { cellsOf, headingsOf, machineLines, unitOf } from './table.js';

const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

export function toMarkdown(report: Report): string {
  const { rounds, sampleMs, entries, machine } = report;
  const sections = entries.map((entry) => {
    const unit = unitOf(entry);
    const headings = headingsOf(unit, rounds);
    const lines = linesOf(entry, BASELINE).map((line) => row(cellsOf(line, unit)));
    const rule = row(headings.map((_, column) => (column === 0 ? ':--' : '--:')));
    const absent = entry.absent.map(({ contestant, why, failed }) => `* ${contestant}: ${failed ? '**failed**, ' : ''}${why}`);
    return [`### ${entryName(entry)}`, '', row(headings), rule, ...lines, ...(absent.length === 0 ? [] : ['', ...absent])].join(
      '\n',
    );
  });
  const how = `${rounds} rounds, samples of about ${sampleMs} ms, medians with their ${confidenceName(rounds)} intervals.`;
  return [[...machineLines(machine), how, ...notesOf(report)].join('  \n'), ...sections].join('\n\n');
}
