/** A run as Markdown. */
import { BASELINE } from '../contestant.js';
import { entryName, linesOf, notesOf, type Report } from '../report.js';
import { cellsOf, headingsOf, headOf, unitOf } from './table.js';

const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

export function toMarkdown(report: Report): string {
  const sections = report.entries.map((entry) => {
    const unit = unitOf(entry);
    const headings = headingsOf(entry);
    const lines = linesOf(entry, BASELINE).map((line) => row(cellsOf(line, unit)));
    const rule = row(headings.map((_, column) => (column === 0 ? ':--' : '--:')));
    const absent = entry.absent.map(({ contestant, why, failed }) => `* ${contestant}: ${failed ? '**failed**, ' : ''}${why}`);
    return [`### ${entryName(entry)}`, '', row(headings), rule, ...lines, ...(absent.length === 0 ? [] : ['', ...absent])].join(
      '\n',
    );
  });
  return [[...headOf(report), ...notesOf(report)].join('  \n'), ...sections].join('\n\n');
}
