/**
 * What each thread does in a load pattern, whatever carries the messages. Every role counts what it received and adds up
 * the values' keys; the coordinator compares both with what was sent.
 */
import { END, type Sink, type Source } from './links/link.js';
import type { Cargo } from './payload.js';
import type { Role } from './topology.js';

/** Messages in a burst. */
const BURST = 512;
/** The busy receiver blocks its event loop for this long after each so many messages. */
const BUSY_MS = 2;
const BUSY_EVERY = 64;

/** What a role is given. */
export interface Work {
  readonly cargo: Cargo;
  /** The first message it sends, and how many. */
  readonly first: number;
  readonly count: number;
  readonly sinks: readonly Sink[];
  readonly source: Source | undefined;
}

/** What a role reports. */
export interface Tally {
  readonly received: number;
  readonly sum: number;
  /** Nanoseconds of each round trip, as percentiles. */
  readonly latency?: Latency;
}

/** Latencies in nanoseconds. */
export interface Latency {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

const NOTHING: Tally = { received: 0, sum: 0 };

async function produce({ cargo, first, count, sinks }: Work): Promise<Tally> {
  const [only] = sinks;
  if (only !== undefined && sinks.length === 1) await only.many(first, count, cargo.value);
  else for (let index = first; index < first + count; index++) await sinks[index % sinks.length]?.one(cargo.value(index));
  for (const sink of sinks) await sink.close();
  return NOTHING;
}

/** Receives everything; `each` is told how many there are. */
async function tally({ cargo, source }: Work, each?: (received: number) => Promise<void> | void): Promise<Tally> {
  let [received, sum] = [0, 0];
  await source?.all((value) => {
    received++;
    sum += cargo.key(value);
    return each?.(received);
  });
  return { received, sum };
}

const consume = (work: Work): Promise<Tally> => tally(work);

/** A receiver with something else to do: it keeps its event loop busy now and then. */
const dally = (work: Work): Promise<Tally> =>
  tally(work, (received) => {
    if (received % BUSY_EVERY !== 0) return;
    const until = performance.now() + BUSY_MS;
    while (performance.now() < until);
  });

async function relay({ sinks: [sink], source }: Work): Promise<Tally> {
  await source?.all((value) => sink?.one(value));
  await sink?.close();
  return NOTHING;
}

/** The times are kept until all are over, so that taking them is all that is measured beside. */
async function ping({ cargo, first, count, sinks: [sink], source }: Work): Promise<Tally> {
  const took = new Float64Array(count);
  let [received, sum] = [0, 0];
  for (let at = 0; at < count; at++) {
    const start = performance.now();
    const sent = sink?.one(cargo.value(first + at));
    if (sent !== undefined) await sent;
    const next = source?.one();
    const value = next instanceof Promise ? await next : next;
    took[at] = performance.now() - start;
    if (value === END) throw new Error(`round trip ${first + at} never came back`);
    received++;
    sum += cargo.key(value);
  }
  await sink?.close();
  return { received, sum, latency: latencyOf(took) };
}

/** What `times`, in ms, come to. */
function latencyOf(times: Float64Array): Latency {
  times.sort();
  const at = (share: number) => Math.round((times[Math.ceil(share * times.length) - 1] as number) * 1e6);
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: at(1) };
}

async function burst({ cargo, first, count, sinks: [sink], source }: Work): Promise<Tally> {
  for (let from = first; from < first + count; from += BURST) {
    await sink?.many(from, Math.min(BURST, first + count - from), cargo.value);
    if ((await source?.one()) === END) throw new Error(`the burst from message ${from} on was never acknowledged`);
  }
  await sink?.close();
  return NOTHING;
}

async function acknowledge(work: Work): Promise<Tally> {
  const [sink] = work.sinks;
  const all = await tally(work, (received) => {
    if (received % BURST === 0 || received === work.count) return sink?.one(received);
  });
  await sink?.close();
  return all;
}

const ROLES: Readonly<Record<Role['does'], (work: Work) => Promise<Tally>>> = {
  ...{ produce, consume, relay, ping, pong: relay, select: consume, burst, acknowledge, dally },
};

/** Plays a role to its end. */
export async function play(does: Role['does'], work: Work): Promise<Tally> {
  try {
    return await ROLES[does](work);
  } finally {
    work.source?.close();
  }
}
