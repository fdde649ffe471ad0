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
  readonly name: string;
  readonly title: string;
  readonly how: string;
  readonly unit: 'rate' | 'time';
  /** Whether its values have an order. */
  readonly ordered: boolean;
  /** Which entries are about it. */
  readonly includes: (entry: Entry) => boolean;
  /** What must be the same in all entries of one chart. */
  readonly fixed: (entry: Entry) => string;
  readonly value: (entry: Entry) => string;
}

const AS_RATE = 'Messages a second: further to the right is faster.';
/** A round trip is no message, and a select has its own chart. */
const oneWay = ({ pattern, cases }: Entry): boolean => pattern !== 'ping-pong' && cases === undefined;

const DIMENSIONS: readonly Dimension[] = [
  {
    ...{ name: 'pattern', title: 'Throughput by pattern', how: AS_RATE, unit: 'rate', ordered: false },
    includes: (entry) => oneWay(entry) || entry.cases === FEW_CASES,
    fixed: ({ capacity, payload, mode }) => `capacity ${capacity}, ${payload}, ${mode}`,
    value: ({ pattern }) => pattern,
  },
  {
    ...{ name: 'capacity', title: 'Throughput by capacity', how: AS_RATE, unit: 'rate', ordered: true, includes: oneWay },
    fixed: ({ pattern, payload, mode }) => `${pattern}, ${payload}, ${mode}`,
    value: ({ capacity }) => capacity,
  },
  {
    ...{ name: 'payload', title: 'Throughput by payload', how: AS_RATE, unit: 'rate', ordered: false, includes: oneWay },
    fixed: ({ pattern, capacity, mode }) => `${pattern}, capacity ${capacity}, ${mode}`,
    value: ({ payload }) => payload,
  },
  {
    ...{ name: 'mode', title: 'Throughput by mode', how: AS_RATE, unit: 'rate', ordered: false, includes: oneWay },
    fixed: ({ pattern, capacity, payload }) => `${pattern}, capacity ${capacity}, ${payload}`,
    value: ({ mode }) => mode,
  },
  {
    ...{ name: 'cases', title: 'Cost of a select by its number of cases', unit: 'time', ordered: true },
    how: 'Time a message: further to the left is faster.',
    includes: ({ pattern }) => pattern === 'select-n',
    fixed: ({ capacity, payload, mode }) => `capacity ${capacity}, ${payload}, ${mode}`,
    value: ({ cases }) => String(cases ?? FEW_CASES),
  },
];

/** The entries that a dimension's chart is about: those that agree in the rest, of which there are most. */
function largestGroup(entries: readonly Entry[], { includes, fixed, value }: Dimension): Map<string, Entry> {
  const groups = new Map<string, Map<string, Entry>>();
  for (const entry of entries.filter(includes)) {
    const group = groups.get(fixed(entry)) ?? new Map<string, Entry>();
    if (entry.results.length > 0) group.set(value(entry), entry);
    groups.set(fixed(entry), group);
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
  const number = ({ name }: StripRow) => (name === 'unbounded' ? Number.POSITIVE_INFINITY : Number(name));
  return ordered ? rows.sort((a, b) => number(a) - number(b)) : rows;
}

/** The charts that there is something to show in. */
export function overviewOf({ entries }: Report): Chart[] {
  const strips = DIMENSIONS.flatMap((dimension): Chart[] => {
    const group = largestGroup(entries, dimension);
    const [first] = group.values();
    if (first === undefined || group.size < 2) return [];
    const { name, title, how, unit, ordered, fixed } = dimension;
    const rows = inOrder(
      [...group].map(([value, entry]) => rowOf(value, entry, unit)),
      dimension,
    );
    return [{ title, how: `${fixed(first)}. ${how}`, drawing: stripChart(name, title, rows, unit, ordered) }];
  });
  const trips = entries.find(({ pattern, results }) => pattern === 'ping-pong' && results.some(({ latency }) => latency));
  if (trips === undefined) return strips;
  const how = `capacity ${trips.capacity}, ${trips.payload}, ${trips.mode}. Round trips, from the largest dot: p50, p90, p99, p99.9.`;
  return [...strips, { title: 'Latency', how, drawing: latencyChart(trips) }];
}
