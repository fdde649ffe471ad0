/** Two runs compared: what became faster or slower, and what is noise. */

import { machineLines } from './format/table.js';
import { decimal, duration, layout } from './format/text.js';
import { busyNote, entryName, type Report } from './report.js';
import { type Estimate, estimate, isSure } from './statistics.js';

/** One contestant in one scenario, in both runs. */
export interface Change {
  readonly scenario: string;
  readonly contestant: string;
  readonly before: Estimate;
  readonly after: Estimate;
  /** Time after over time before: below 1 is faster. */
  readonly ratio: number;
  /** `noise`: the two intervals overlap, so the difference may be none, or too few samples say so little. */
  readonly verdict: 'faster' | 'slower' | 'noise';
}

/** What is in both runs, in the order of the first. */
export function compare(before: Report, after: Report): Change[] {
  const later = new Map(
    after.entries.flatMap((entry) =>
      entry.results.map((result) => [`${entryName(entry)}\n${result.contestant}`, result.samples]),
    ),
  );
  return before.entries.flatMap((entry) =>
    entry.results.flatMap(({ contestant, samples }) => {
      const other = later.get(`${entryName(entry)}\n${contestant}`);
      if (other === undefined) return [];
      const [a, b] = [estimate(samples), estimate(other)];
      const verdict =
        !(isSure(a) && isSure(b)) || (a.low <= b.high && b.low <= a.high) ? 'noise' : b.median < a.median ? 'faster' : 'slower';
      return [{ scenario: entryName(entry), contestant, before: a, after: b, ratio: b.median / a.median, verdict } as const];
    }),
  );
}

const percent = (ratio: number): string => `${ratio < 1 ? '−' : '+'}${decimal(Math.abs(ratio - 1) * 100)} %`;
const withSpread = ({ median, low, high }: Estimate): string => `${duration(median)} (${duration(low)} – ${duration(high)})`;

/** The comparison as text. */
export function toDiff(before: Report, after: Report): string {
  const changes = compare(before, after);
  const rows = changes.map((change) => {
    const difference = change.verdict === 'noise' ? '~' : percent(change.ratio);
    return [
      `${change.scenario}: ${change.contestant}`,
      withSpread(change.before),
      withSpread(change.after),
      difference,
      change.verdict,
    ];
  });
  const [was, is] = [machineLines(before.machine), machineLines(after.machine)];
  const machines =
    was.join('\n') === is.join('\n') ? was : [...was.map((line) => `before  ${line}`), ...is.map((line) => `after   ${line}`)];
  const notes = Object.entries({ before, after }).flatMap(([when, report]) => {
    const note = busyNote(report);
    return note === undefined ? [] : [`${when}: ${note}`];
  });
  const count = (verdict: Change['verdict']) => changes.filter((change) => change.verdict === verdict).length;
  const summary = `${count('faster')} faster, ${count('slower')} slower, ${count('noise')} within the noise (~: the intervals overlap, or are of fewer than 5 samples)`;
  if (rows.length === 0) return [...machines, '', 'the two runs have nothing in common'].join('\n');
  return [...machines, '', layout(['', 'before', 'after', 'time', ''], rows), '', summary, ...notes].join('\n');
}
