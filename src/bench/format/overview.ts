/** What a run shows at a glance: each dimension in one chart, as far as the run has looked along it. */
import { type Entry, linesOf, type Report } from '../report.js';
import { FEW_CASES } from '../scenario.js';
import { latencyChart, type StripRow, stripChart } from './charts.js';

/** A chart with its heading and how to read it. */
export interface Chart {
  readonly title: string;
  readonly how: string;
  readonly drawing: string;
}

const DIMENSIONS = ['pattern', 'capacity', 'payload', 'mode', 'cases'] as const;
type Dimension = (typeof DIMENSIONS)[number];

/** Which entries are about it: a round trip is no message, and a select has its own chart. */
function isAbout(name: Dimension, { pattern, cases }: Entry): boolean {
  if (name === 'cases') return pattern === 'select-n';
  return cases === undefined ? pattern !== 'ping-pong' : name === 'pattern' && cases === FEW_CASES;
}

/** What must be the same in all entries of the chart of `name`. */
function fixed({ pattern, capacity, payload, mode }: Entry, name: Dimension): string {
  const all = { pattern, capacity: `capacity ${capacity}`, payload, mode };
  delete (all as Partial<typeof all>)[name === 'cases' ? 'pattern' : name];
  return Object.values(all).join(', ');
}

/** The entries that a dimension's chart is about: those that agree in the rest, of which there are most. */
function largestGroup(entries: readonly Entry[], name: Dimension): Map<string, Entry> {
  const groups = new Map<string, Map<string, Entry>>();
  for (const entry of entries) {
    if (!isAbout(name, entry)) continue;
    const key = fixed(entry, name);
    const group = groups.get(key) ?? new Map<string, Entry>();
    if (entry.results.length > 0) group.set(String(entry[name] ?? FEW_CASES), entry);
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => b.size - a.size)[0] ?? new Map();
}

function rowOf(name: string, entry: Entry, unit: 'rate' | 'time'): StripRow {
  const values = linesOf(entry, '').map(({ contestant, time, perSecond }) => ({
    contestant,
    value: unit === 'rate' ? perSecond : time.median,
  }));
  return { name, values };
}

/** Less if its row comes first; NaN if it has no order. */
const rank = (name: string): number => (name === 'unbounded' ? Infinity : Number(name));

/** The charts that there is something to show in. */
export function overviewOf({ entries }: Report): Chart[] {
  const strips = DIMENSIONS.flatMap((name): Chart[] => {
    const group = [...largestGroup(entries, name)].sort(([a], [b]) => rank(a) - rank(b));
    const first = group[0]?.[1];
    if (first === undefined || group.length < 2) return [];
    const [title, unit, axis] =
      name === 'cases'
        ? (['Cost of a select by its number of cases', 'time', 'Time a message: further to the left'] as const)
        : ([`Throughput by ${name}`, 'rate', 'Messages a second: further to the right'] as const);
    const rows = group.map(([value, entry]) => rowOf(value, entry, unit));
    return [{ title, how: `${fixed(first, name)}. ${axis} is faster.`, drawing: stripChart(name, title, rows, unit) }];
  });
  const trips = entries.find(({ pattern, results }) => pattern === 'ping-pong' && results.some(({ latency }) => latency));
  if (trips === undefined) return strips;
  const how = `${fixed(trips, 'pattern')}. Round trips, from the largest dot: p50, p90, p99, p99.9.`;
  return [...strips, { title: 'Latency', how, drawing: latencyChart(trips) }];
}
