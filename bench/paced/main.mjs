#!/usr/bin/env node
/**
 * What does a request take that comes alone?
 *
 *     node scripts/build.mjs && node bench/paced/main.mjs [--rounds N]
 *
 * The main thread asks a worker and awaits the answer, then does nothing for so many ms: both threads sleep when the next
 * request comes, and to wake them is most of what it takes. By `postMessage`, and by two channels of capacity 1 of which the
 * worker awaits or blocks. Contestants take turns; each line is the median over the rounds of a round's median, with an
 * interval that holds the true one with 95 % confidence. Before that each has answered enough for V8 to have compiled it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { chan, codec } from 'hchan';
import { describeMachine, estimate } from 'hchan/bench';
import { progress, roundsOf } from '../rounds.mjs';

/** ms between an answer and the next request. */
const GAPS = [1, 5];
const WARM_UPS = 20_000;
/** Requests of a contestant in a round. */
const REQUESTS = 40;

const start = (workerData) => new Worker(new URL('echo.mjs', import.meta.url), { workerData });

function byPort() {
  const worker = start({ way: 'postMessage' });
  let answer;
  worker.on('message', (value) => answer(value));
  const ask = (value) =>
    new Promise((resolve) => {
      answer = resolve;
      worker.postMessage(value);
    });
  return { worker, ask };
}

function byChannels(way) {
  const [ping, pong] = [chan(1, { codec: codec.u32 }), chan(1, { codec: codec.u32 })];
  const worker = start({ way, ping: ping.receiver().share(), pong: pong.sender().share() });
  const ask = async (value) => {
    await ping.send(value);
    return (await pong.recv()).value;
  };
  return { worker, ask };
}

/** Microseconds of each of `count` requests. */
async function times(ask, count, gap) {
  const took = [];
  for (let i = 0; i < count; i++) {
    if (gap > 0) await pause(gap);
    const from = performance.now();
    if ((await ask(i)) !== i) throw new Error(`the answer to ${i} was another one`);
    took.push((performance.now() - from) * 1000);
  }
  return took;
}

async function measure(contestants, gap, rounds) {
  const samples = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  const names = Object.keys(contestants);
  for (let round = 0; round < rounds; round++) {
    progress(`${gap} ms, round ${round + 1} of ${rounds}`);
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(round + turn) % names.length];
      samples[name].push(estimate(await times(contestants[name].ask, REQUESTS, gap)).median);
    }
  }
  progress();
  return samples;
}

const rounds = roundsOf('paced', 15);
const machine = describeMachine();
console.log(`Node ${machine.node}, ${machine.cores} × ${machine.cpu}, hchan ${machine.commit}`);
const contestants = {
  postMessage: byPort(),
  'channels, awaiting': byChannels('awaiting'),
  'channels, blocking': byChannels('blocking'),
};
for (const { ask } of Object.values(contestants)) await times(ask, WARM_UPS, 0);
for (const gap of GAPS) {
  console.log(`\n${gap} ms after the last answer: µs there and back (95 %)`);
  for (const [name, took] of Object.entries(await measure(contestants, gap, rounds))) {
    const { median, low, high } = estimate(took);
    console.log(`  ${name.padEnd(20)} ${median.toFixed(1).padStart(6)}  (${low.toFixed(1)} – ${high.toFixed(1)})`);
  }
}
for (const { worker } of Object.values(contestants)) await worker.terminate();
