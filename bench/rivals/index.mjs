/**
 * Rivals of other languages for `hchan bench --rivals`: Rust's channels on Rust threads, Go's on goroutines. They are
 * built from this checkout where there is a toolchain. Their ends block, so they take part in `awaiting` and `blocking`
 * alike; nothing of theirs crosses into JavaScript.
 */
import { buildGo, goBinary } from '../go/build.mjs';
import { enterProgram } from './program.mjs';
import { buildRust, rustBinary } from './rust.mjs';

const PATTERNS = ['spsc', 'mpsc', 'spmc', 'mpmc', 'oversubscribed', 'ping-pong', 'pipeline', 'burst'];
const ONE_RECEIVER = ['spmc', 'mpmc', 'oversubscribed'];
const ONE_SENDER = ['mpsc', ...ONE_RECEIVER];

/** Names, and what each lacks. */
const RUST = {
  crossbeam: {},
  kanal: {},
  flume: {},
  std: { not: ONE_RECEIVER },
  tokio: { not: ONE_RECEIVER, least: 1 },
  mutex: { least: 1 },
  rtrb: { not: ONE_SENDER, least: 1, bounded: true },
  'hchan-mutex': {},
  'hchan-crossbeam': { least: 1 },
  'hchan-kanal': { least: 1 },
};
const GO = {
  chan: { bounded: true },
  mutex: { least: 1, bounded: true },
  ring: { not: ONE_SENDER, least: 1, bounded: true },
};

function unable({ not = [], least = 0, bounded = false }, { pattern, capacity, mode }) {
  if (mode === 'batched') return 'has no batches';
  if (!PATTERNS.includes(pattern) || not.includes(pattern)) return `has no ${pattern}`;
  if (capacity < least) return `has no capacity ${capacity}`;
  return bounded && capacity === Number.POSITIVE_INFINITY ? 'is always bounded' : undefined;
}

const rival = (language, name, limits, binary) => ({
  name: `${language} ${name}`,
  unable: (scenario) => unable(limits, scenario),
  enter: (scenario, limitMs) => enterProgram(`${language} ${name}`, binary, name, scenario, limitMs),
});

/** Builds what can be built here and returns the rivals; a language whose toolchain is missing is told on stderr. */
export async function findRivals(say) {
  say('building the Rust rivals');
  const rust = await buildRust();
  say('building the Go rivals');
  const go = await buildGo();
  for (const [language, found] of [
    ['cargo', rust],
    ['go', go],
  ]) {
    if (found === null) process.stderr.write(`hchan: ${language} was not found, so its rivals are left out\n`);
  }
  return [
    ...(rust === null ? [] : Object.entries(RUST).map(([name, limits]) => rival('Rust', name, limits, rustBinary))),
    ...(go === null ? [] : Object.entries(GO).map(([name, limits]) => rival('Go', name, limits, goBinary))),
  ];
}
