/** A run that was never made, with every kind of contestant and every dimension, to try what shows runs. */
import { CAPACITIES, CASES, CONTESTANTS, type Entry, PATTERNS, PAYLOADS, type Report, scenarios } from 'hchan/bench';

const OTHERS = ['multithreading', 'ringbuf.js', '@ayonli/jsext', '@nodeguy/channel', 'Rust hchan-crossbeam', 'Go chan'];

/** What `row` of a scenario took, different for each. */
const samplesOf = (seed: number, row: number) => Array.from({ length: 10 }, (_, at) => 20 * 1.9 ** row * (1 + seed / 9) + at);

function entryOf(scenario: ReturnType<typeof scenarios>[number], seed: number): Entry {
  const { capacity, ...rest } = scenario;
  const results = [...CONTESTANTS, ...OTHERS].map((contestant, row) => {
    const samples = samplesOf(seed, row);
    const [time = 1] = samples;
    const latency = { p50: time, p90: time * 1.5, p99: time * 4, p999: time * 30, max: time * 90 };
    return { contestant, messages: 1000, samples, ...(rest.pattern === 'ping-pong' ? { latency } : {}) };
  });
  const absent = [{ contestant: 'effect', why: 'has no capacity 0', failed: false }];
  return { ...rest, capacity: capacity === Number.POSITIVE_INFINITY ? 'unbounded' : String(capacity), results, absent };
}

/** A whole run: the lines through the centre. */
export const made: Report = {
  format: 'hchan-bench-1',
  started: '2026-01-01T00:00:00.000Z',
  machine: {
    ...{ cpu: 'a <fast> one with a name that is rather long for a phone', cores: 2, memoryGiB: 8, os: 'linux x64 6.1' },
    ...{ node: 'v20.0.0', v8: '11', hchan: '0.1.0', commit: 'abc', native: 'loaded' },
  },
  ...{ rounds: 10, sampleMs: 100, busy: 0.9, entries: scenarios({}).map(entryOf) },
};

export const counts = {
  patterns: PATTERNS.length,
  capacities: CAPACITIES.length,
  payloads: PAYLOADS.length,
  cases: CASES.length,
};
