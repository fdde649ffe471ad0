#!/usr/bin/env node
/**
 * What does a package add to the start of a worker that loads it?
 *
 *     node scripts/build.mjs && node bench/load/main.mjs [--rounds N]
 *
 * From `new Worker` until a message says that the modules are there: of hchan, of hchan with a channel made (which loads
 * the addon), of other packages for channels, and of nothing. Contestants take turns; each line is the median of the rounds
 * less that of a worker that loads nothing, with an interval that holds the true one with 95 % confidence.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describeMachine, estimate } from 'hchan/bench';
import { progress, roundsOf } from '../rounds.mjs';

const CONTESTANTS = {
  nothing: { specifier: null },
  hchan: { specifier: 'hchan' },
  'hchan, and a channel': { specifier: 'hchan', use: true },
  'ringbuf.js': { specifier: 'ringbuf.js' },
  '@ayonli/jsext': { specifier: '@ayonli/jsext/chan' },
  'ts-chan': { specifier: 'ts-chan' },
  effect: { specifier: 'effect' },
};

/** Milliseconds until a worker has loaded what it is told to. */
async function start(contestant) {
  const from = performance.now();
  const worker = new Worker(new URL('worker.mjs', import.meta.url), { workerData: contestant });
  await once(worker, 'message');
  const took = performance.now() - from;
  await worker.terminate();
  return took;
}

async function measure(rounds) {
  const samples = Object.fromEntries(Object.keys(CONTESTANTS).map((name) => [name, []]));
  // The first round finds files that nobody has read yet, and does not count.
  for (let round = 0; round <= rounds; round++) {
    progress(`round ${round} of ${rounds}`);
    for (const [name, contestant] of Object.entries(CONTESTANTS)) {
      const took = await start(contestant);
      if (round > 0) samples[name].push(took);
    }
  }
  progress();
  return samples;
}

const rounds = roundsOf('load', 31);
const machine = describeMachine();
const { nothing, ...loaded } = await measure(rounds);
const bare = estimate(nothing).median;
console.log(`Node ${machine.node}, ${machine.cores} × ${machine.cpu}, hchan ${machine.commit}`);
console.log(`medians of ${rounds} rounds (95 %); a worker that loads nothing starts in ${bare.toFixed(1)} ms\n`);
for (const [name, took] of Object.entries(loaded)) {
  const { median, low, high } = estimate(took);
  const more = (time) => (time - bare).toFixed(1);
  console.log(`${name.padEnd(20)}  + ${more(median).padStart(5)} ms  (${more(low)} – ${more(high)})`);
}
