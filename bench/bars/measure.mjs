/** Takes the samples: all contestants of a column in turn, round after round, so that a busy moment hits all of them. */

import { goBinary } from '../go/build.mjs';
import { enterProgram } from '../rivals/program.mjs';
import { rustBinary } from '../rivals/rust.mjs';
import { transfers, trips } from './asked.mjs';
import { floors } from './floors.mjs';
import { RoundTrip } from './roundtrip.mjs';
import { Transfer } from './transfer.mjs';
import { CHUNK } from './ways.mjs';

const ONE_TO_ONE = { pattern: 'spsc', capacity: 1024, payload: 'number' };
const MESSAGES = 1_000_000;
const TRIPS = 3000;

/** A random order, anew each round: who runs after whom must not decide. */
function shuffled(list) {
  const order = Array.from(list, (item) => [Math.random(), item]);
  return order.sort((a, b) => a[0] - b[0]).map(([, item]) => item);
}

/** The channels of other languages whose toolchain is here. */
function enterPrograms({ go, rust }) {
  const enter = (binary, contestant) => enterProgram(contestant, binary, contestant, ONE_TO_ONE);
  return {
    ...(go === null ? {} : { go: enter(goBinary, 'chan') }),
    ...(rust === null ? {} : { crossbeam: enter(rustBinary, 'crossbeam'), kanal: enter(rustBinary, 'kanal') }),
  };
}

/** Samples in a row that must not be clearly faster than the best before, until what is measured counts as warm. */
const STEADY = 3;
const CLEARLY = 0.9;
/** How many times as long the next sample may be, since the one before was of code that was not compiled yet. */
const GROWTH = 4;

/**
 * How many values make a sample of about `milliseconds`. Finding that out is the warm-up too, and is over when it gets no
 * faster: how long the compiler takes depends on how slow the machine is, and on what else its cores do.
 */
async function calibrate(sample, milliseconds) {
  let count = 4 * CHUNK;
  let best = Number.POSITIVE_INFINITY;
  for (let steady = 0; steady < STEADY; ) {
    const took = await sample(count);
    const wanted = Math.min(GROWTH * count, (milliseconds * 1e6) / Math.min(best, took));
    const isLongEnough = wanted < 2 * count;
    steady = isLongEnough && took > CLEARLY * best ? steady + 1 : 0;
    best = Math.min(best, took);
    count = Math.max(CHUNK, Math.round(wanted / CHUNK) * CHUNK);
  }
  return count;
}

/** Nanoseconds per value of what the host does without a channel. */
async function sampleFloor({ run }, count, engine) {
  const start = performance.now();
  await run(count, engine);
  return ((performance.now() - start) * 1e6) / count;
}

/** Nanoseconds per value of every way of one column, and of its floors: `{ post: [...], postArrays: [...], awaited: [...], … }`. */
export async function measureColumn(kind, { engine, rounds, milliseconds, go, rust, say }) {
  const transfer = new Transfer(kind, engine);
  const names = ['post', 'postArrays', ...transfers.filter((row) => kind in row.asked).map((row) => row.way)];
  names.push(...Object.keys(floors).filter((name) => floors[name].kind === kind));
  const sample = (name, count) => (name in floors ? sampleFloor(floors[name], count, engine) : transfer.sample(name, count));
  const counts = {};
  for (const name of names) {
    say(`${kind}: warming up ${name}`);
    counts[name] = await calibrate((count) => sample(name, count), milliseconds);
  }
  const rivals = kind === 'number' ? enterPrograms({ go, rust }) : {};
  const one = async (name) => {
    if (!(name in rivals)) return sample(name, counts[name]);
    const { nanoseconds, messages } = await rivals[name].sample(MESSAGES);
    return nanoseconds / messages;
  };
  for (const name of Object.keys(rivals)) await one(name);
  const samples = Object.fromEntries([...names, ...Object.keys(rivals)].map((name) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const name of shuffled(Object.keys(samples))) {
      say(`${kind}: round ${round} of ${rounds}, ${name}`);
      samples[name].push(await one(name));
    }
  }
  for (const rival of Object.values(rivals)) rival.stop();
  await transfer.stop();
  return samples;
}

/** Each row of round trips: every sample's microseconds, channel and rival. */
export async function measureTrips({ engine, rounds, say }) {
  const trip = new RoundTrip(engine);
  const contestants = [
    { own: () => trip.betweenWorkers('blocking', TRIPS), rival: () => trip.betweenWorkers('atomics', TRIPS) },
    { own: () => trip.awaitingChannels(TRIPS), rival: () => trip.messagePort(TRIPS) },
  ];
  const results = [];
  for (const [index, pair] of contestants.entries()) {
    const samples = { own: [], rival: [] };
    for (let round = 0; round <= rounds; round++) {
      for (const name of shuffled(['own', 'rival'])) {
        say(
          `round trips ${trips[index].title}: round ${round} of ${rounds}, ${name === 'own' ? 'channels' : trips[index].rival}`,
        );
        const times = await pair[name]();
        if (round > 0) samples[name].push(times);
      }
    }
    results.push(samples);
  }
  await trip.stop();
  return results;
}
