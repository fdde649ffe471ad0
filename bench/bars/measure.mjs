/** Takes the samples: all contestants of a column in turn, round after round, so that a busy moment hits all of them. */

import { goBinary } from '../go/build.mjs';
import { enterProgram } from '../rivals/program.mjs';
import { transfers, trips } from './asked.mjs';
import { RoundTrip } from './roundtrip.mjs';
import { Transfer } from './transfer.mjs';

const GO_CHANNEL = { pattern: 'spsc', capacity: 1024, payload: 'number' };
const GO_MESSAGES = 1_000_000;
const TRIPS = 3000;

/** A random order, anew each round: who runs after whom must not decide. */
function shuffled(list) {
  const order = Array.from(list, (item) => [Math.random(), item]);
  return order.sort((a, b) => a[0] - b[0]).map(([, item]) => item);
}

/** Nanoseconds per value of every way of one column: `{ post: [...], postArrays: [...], awaited: [...], … }`. */
export async function measureColumn(kind, { engine, rounds, milliseconds, go, say }) {
  const transfer = new Transfer(kind, engine);
  const names = ['post', 'postArrays', ...transfers.filter((row) => kind in row.asked).map((row) => row.way)];
  const counts = {};
  for (const name of names) {
    say(`${kind}: warming up ${name}`);
    counts[name] = await transfer.calibrate(name, milliseconds);
  }
  const withGo = go !== null && kind === 'number';
  const rival = withGo ? enterProgram('Go chan', goBinary, 'chan', GO_CHANNEL) : null;
  const goSample = async () => {
    const { nanoseconds, messages } = await rival.sample(GO_MESSAGES);
    return nanoseconds / messages;
  };
  if (withGo) await goSample();
  const samples = Object.fromEntries([...names, ...(withGo ? ['go'] : [])].map((name) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const name of shuffled(Object.keys(samples))) {
      say(`${kind}: round ${round} of ${rounds}, ${name}`);
      samples[name].push(name === 'go' ? await goSample() : await transfer.sample(name, counts[name]));
    }
  }
  rival?.stop();
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
