/** What a run yields: everything that was measured, in a form that JSON carries. */

import type { Machine } from './machine.js';
import type { Latency } from './roles.js';
import { capacityName, type Mode, type Pattern, type Payload, type Scenario, scenarioName } from './scenario.js';
import { type Estimate, estimate, median, ratios } from './statistics.js';

/** One contestant in one scenario. */
export interface Result {
  readonly contestant: string;
  /** Messages in each sample. */
  readonly messages: number;
  /** Nanoseconds per message (per round trip in ping-pong), one a sample, in the order of the rounds. */
  readonly samples: readonly number[];
  /** Medians over the samples. */
  readonly latency?: Latency;
}

/** A contestant that did not take part, or failed. */
export interface Absence {
  readonly contestant: string;
  readonly why: string;
  readonly failed: boolean;
}

export interface Entry {
  readonly pattern: Pattern;
  /** A number or `unbounded`, since JSON has no Infinity. */
  readonly capacity: string;
  readonly payload: Payload;
  readonly mode: Mode;
  /** Of `select-n`. */
  readonly cases?: number;
  readonly results: readonly Result[];
  readonly absent: readonly Absence[];
}

/** A whole run. */
export interface Report {
  readonly format: 'hchan-bench-1';
  readonly started: string;
  readonly machine: Machine;
  readonly rounds: number;
  readonly sampleMs: number;
  /** The part of all processors' time, 0 to 1, that others used just before it began; undefined where the system does not say. */
  readonly busy?: number;
  readonly entries: readonly Entry[];
  /** What has to be said of the rivals that took part. */
  readonly notes?: readonly string[];
  /** Why the run is not whole, if it is not. */
  readonly cut?: string;
}

/** An entry's scenario in a line. */
export const entryName: (entry: Entry) => string = scenarioName;

/** An entry of `scenario`. */
export function entryOf(scenario: Scenario, results: readonly Result[], absent: readonly Absence[]): Entry {
  return { ...scenario, capacity: capacityName(scenario.capacity), results, absent };
}

/** One line of a table: a result with what can be said about it. */
export interface Line {
  readonly contestant: string;
  readonly time: Estimate;
  readonly perSecond: number;
  /** Times as fast as the baseline, round by round; undefined if that did not take part. */
  readonly against: Estimate | undefined;
  readonly latency: Latency | undefined;
}

/** The lines of an entry, fastest first. */
export function linesOf(entry: Entry, baseline: string): Line[] {
  const base = entry.results.find(({ contestant }) => contestant === baseline);
  return entry.results
    .map(({ contestant, samples, latency }) => {
      const pairs = ratios(base?.samples ?? [], samples);
      const time = estimate(samples);
      return {
        contestant,
        time,
        perSecond: 1e9 / time.median,
        against: pairs.length === 0 ? undefined : estimate(pairs),
        latency,
      };
    })
    .sort((a, b) => a.time.median - b.time.median);
}

/** Each percentile's median over the samples. */
export function medianLatency(latencies: readonly Latency[]): Latency | undefined {
  const [first] = latencies;
  if (first === undefined) return undefined;
  const names = Object.keys(first) as (keyof Latency)[];
  return Object.fromEntries(names.map((name) => [name, median(latencies.map((each) => each[name]))])) as unknown as Latency;
}

/** Checks that `value` is a report and returns it; a TypeError says what is wrong. */
export function checkReport(value: unknown): Report {
  const report = value as Partial<Report> | null;
  try {
    if (report?.format === 'hchan-bench-1' && isNamed(report.machine) && report.entries?.every(isWhole)) return report as Report;
  } catch {
    // Not even in form.
  }
  throw new TypeError('not a result of `hchan bench --json`, or a damaged one');
}

/** What the head of every table says of a machine. */
const isNamed = ({ cpu, cores, node, os }: Partial<Machine> = {}): boolean =>
  [cpu, cores, node, os].every((said) => said !== undefined);

const isWhole = ({ results }: Entry): boolean =>
  results.every(({ samples }) => samples.length > 0 && samples.every(Number.isFinite));

/** What anyone who reads latencies has to know. */
const LATENCY_NOTE =
  'Round trips are a closed loop: what would have waited behind a slow one is not counted (coordinated omission).';
/** Likewise of MessagePort's throughput. */
const PORT_NOTE = 'MessagePort and BroadcastChannel have no capacity: nothing holds their senders back.';

/** More than what a system does by itself. */
const BUSY = 0.25;

/** A warning if other programs were using the machine when the run began. */
export function busyNote({ busy = 0 }: Report): string | undefined {
  if (busy <= BUSY) return undefined;
  const percent = Math.round(busy * 100);
  return `The machine was busy when this began (others used ${percent} % of its processors): trust no number of this run.`;
}

/** All that has to be said beside the numbers of `report`. */
export function notesOf(report: Report): string[] {
  const trips = report.entries.some(({ pattern }) => pattern === 'ping-pong');
  const cut = report.cut === undefined ? undefined : `Not a whole run: ${report.cut}.`;
  return [busyNote(report), PORT_NOTE, trips ? LATENCY_NOTE : undefined, ...(report.notes ?? []), cut].filter(
    (note) => note !== undefined,
  );
}
