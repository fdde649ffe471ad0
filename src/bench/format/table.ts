/** A run as text for people: one table a scenario, fastest first. Plain unless told that it goes to a terminal. */
import { BASELINE } from '../contestant.js';
import type { Machine } from '../machine.js';
import { type Entry, entryName, type Line, linesOf, notesOf, type Report } from '../report.js';
import { confidenceName, type Estimate, FEWEST, isSure } from '../statistics.js';
import { decimal, duration, layout, whole } from './text.js';

/** The machine in two lines. */
export function machineLines({ cpu, cores, memoryGiB, os, node, hchan, commit, native }: Machine): string[] {
  const source = commit === undefined ? '' : ` (${commit})`;
  return [`${cores} × ${cpu}, ${memoryGiB} GiB, ${os}`, `Node ${node}, hchan ${hchan}${source}, addon: ${native}`];
}

/** The machine, and how it was measured. */
export const headOf = (report: Report): string[] => [
  ...machineLines(report.machine),
  `${report.rounds} rounds, samples of about ${report.sampleMs} ms, medians${report.rounds < FEWEST ? ', too few for intervals' : ' with their intervals'}`,
];

const range = (estimate: Estimate, show: (value: number) => string): string =>
  isSure(estimate) ? `${show(estimate.low)} – ${show(estimate.high)}` : 'none';

/** The cells of a line. */
export function cellsOf({ contestant, time, perSecond, against, latency }: Line, unit: 'message' | 'round trip'): string[] {
  return [
    contestant,
    duration(time.median),
    range(time, duration),
    whole(perSecond),
    against === undefined ? '' : `${decimal(against.median)} ×`,
    against === undefined || contestant === BASELINE ? '' : range(against, decimal),
    ...(unit === 'message'
      ? []
      : [latency?.p50, latency?.p99, latency?.p999].map((value) => (value === undefined ? '' : duration(value)))),
  ];
}

/** What one message of the pattern is. */
export const unitOf = ({ pattern }: Entry): 'message' | 'round trip' => (pattern === 'ping-pong' ? 'round trip' : 'message');

/** Samples that are more than enough to be as sure as is asked for. */
const ENOUGH = 100;

/** The headings over `cellsOf`: intervals are as sure as the contestant with the fewest samples that has one makes them. */
export function headingsOf(entry: Entry): string[] {
  const unit = unitOf(entry);
  const counts = entry.results.map(({ samples }) => samples.length).filter((count) => count >= FEWEST);
  const interval = `${confidenceName(Math.min(ENOUGH, ...counts))} interval`;
  const common = ['contestant', `per ${unit}`, interval, `${unit}s/s`, `vs ${BASELINE}`, interval];
  return unit === 'message' ? common : [...common, 'p50', 'p99', 'p99.9'];
}

function entryText(entry: Entry, strong: (text: string) => string): string {
  const unit = unitOf(entry);
  const lines = linesOf(entry, BASELINE).map((line) => cellsOf(line, unit));
  const absent = entry.absent.map(({ contestant, why, failed }) => `  ${contestant}: ${failed ? 'FAILED, ' : ''}${why}`);
  return [strong(entryName(entry)), ...(lines.length === 0 ? [] : [layout(headingsOf(entry), lines)]), ...absent].join('\n');
}

/** The whole run. */
export function toTable(report: Report, { color = false }: { readonly color?: boolean } = {}): string {
  const strong = (text: string) => (color ? `\x1b[1m${text}\x1b[22m` : text);
  return [headOf(report).join('\n'), ...report.entries.map((entry) => entryText(entry, strong)), notesOf(report).join('\n')].join(
    '\n\n',
  );
}
