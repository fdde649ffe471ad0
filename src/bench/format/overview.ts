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

interface Dimension {
  readonly name: 'pattern' | 'capacity' | 'payload' | 'mode' | 'cases';
  readonly title: string;
  readonly unit: 'rate' | 'time';
  /** Whether its values have an order. */
  readonly ordered: boolean;
  /** Which entries are about it. */
  readonly includes: (entry: Entry) => boolean;
}

const HOW = {
  rate: 'Messages a second: further to the right is faster.',
  time: 'Time a message: further to the left is faster.',
};
/** A round trip is no message, and a select has its own chart. */
const oneWay = ({ pattern, cases }: Entry): boolean => pattern !== 'ping-pong' && cases === undefined;

const throughput = (name: Dimension['name'], ordered: boolean, includes = oneWay): Dimension => ({
  name,
  title: `Throughput by ${name}`,
  unit: 'rate',
  ordered,
  includes,
});

const DIMENSIONS: readonly Dimension[] = [
  throughput('pattern', false, (entry) => oneWay(entry) || entry.cases === FEW_CASES),
  throughput('capacity', true),
  throughput('payload', false),
  throughput('mode', false),
  {
    ...{ name: 'cases', title: 'Cost of a select by its number of cases', unit: 'time', ordered: true },
    includes: ({ pattern }) => pattern === 'select-n',
  },
];

/** What must be the same in all entries of the chart of `name`. */
function fixed({ pattern, capacity, payload, mode }: Entry, name: Dimension['name']): string {
  const all = { pattern, capacity: `capacity ${capacity}`, payload, mode };
  delete (all as Partial<typeof all>)[name === 'cases' ? 'pattern' : name];
  return Object.values(all).join(', ');
}

/** The entries that a dimension's chart is about: those that agree in the rest, of which there are most. */
function largestGroup(entries: readonly Entry[], { includes, name }: Dimension): Map<string, Entry> {
  const groups = new Map<string, Map<string, Entry>>();
  for (const entry of entries.filter(includes)) {
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

/** In the order of the dimension, if it has one. */
function inOrder(rows: StripRow[], { ordered }: Dimension): StripRow[] {
  const number = ({ name }: StripRow) => (name === 'unbounded' ? Infinity : Number(name));
  return ordered ? rows.sort((a, b) => number(a) - number(b)) : rows;
}

/** The charts that there is something to show in. */
export function overviewOf({ entries }: Report): Chart[] {
  const strips = DIMENSIONS.flatMap((dimension): Chart[] => {
    const group = largestGroup(entries, dimension);
    const [first] = group.values();
    if (first === undefined || group.size < 2) return [];
    const { name, title, unit } = dimension;
    const rows = inOrder(
      [...group].map(([value, entry]) => rowOf(value, entry, unit)),
      dimension,
    );
    return [{ title, how: `${fixed(first, name)}. ${HOW[unit]}`, drawing: stripChart(name, title, rows, unit) }];
  });
  const trips = entries.find(({ pattern, results }) => pattern === 'ping-pong' && results.some(({ latency }) => latency));
  if (trips === undefined) return strips;
  const how = `${fixed(trips, 'pattern')}. Round trips, from the largest dot: p50, p90, p99, p99.9.`;
  return [...strips, { title: 'Latency', how, drawing: latencyChart(trips) }];
}
