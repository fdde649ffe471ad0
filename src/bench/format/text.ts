/** Numbers and columns as text. */

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** 1234567 as 1,234,567. */
export const whole = (value: number): string => (Number.isFinite(value) ? grouped.format(value) : '–');

/** Three significant digits, as far as they say something. */
export function decimal(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** Nanoseconds in the unit that fits. */
export function duration(nanoseconds: number): string {
  if (!Number.isFinite(nanoseconds)) return '–';
  if (nanoseconds < 1e3) return `${decimal(nanoseconds)} ns`;
  if (nanoseconds < 1e6) return `${decimal(nanoseconds / 1e3)} µs`;
  return `${decimal(nanoseconds / 1e6)} ms`;
}

/** Messages a second, short. */
export function rate(perSecond: number): string {
  if (!Number.isFinite(perSecond)) return '–';
  if (perSecond >= 1e6) return `${decimal(perSecond / 1e6)} M/s`;
  return perSecond >= 1e3 ? `${decimal(perSecond / 1e3)} k/s` : `${decimal(perSecond)} /s`;
}

/** Lays out `rows` under `headings`: the first column to the left, the others to the right. */
export function layout(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, column) => Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [headings, ...rows].map((cells) => `  ${line(cells)}`).join('\n');
}
