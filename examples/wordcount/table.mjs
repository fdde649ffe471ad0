/** Rows of text under headings, numbers to the right. */

const number = new Intl.NumberFormat('en-US');

/** 1234567 as 1,234,567. */
export const whole = (value) => number.format(Math.round(value));

/** Lays out `rows` (arrays of strings, the first column a name) under `headings`. */
export function table(headings, rows) {
  const widths = headings.map((heading, column) => Math.max(heading.length, ...rows.map((row) => row[column].length)));
  const line = (cells) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd();
  return [line(headings), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
