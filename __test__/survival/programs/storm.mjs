/**
 * 68: many workers are started and terminated at random moments of send, receive, select, batches and blocking calls on
 * one set of channels. At the end every message that a send reported as gone was received once, is left, or is known to have
 * been in the hand of one dead worker, which held no more than its last receive may take; nothing was received twice and nothing
 * that was never sent.
 *
 * Each worker notes in shared memory what it is about to do and what has happened:
 *   intended  a bit per message, set before a send     sent  a bit, set after the send said so
 *   received  a bit per message, set after a receive   refused  a bit, set after the send said it had not happened
 *   flight[worker]  how many a receive under way may take
 *   hands[worker]   which ones it has taken and not yet noted as received (hands.mjs)
 * node storm.mjs <engine> <seed> <workers>
 */
import { isMainThread, workerData } from 'node:worker_threads';
import { HAND, watchHands } from './hands.mjs';
import { check, engine, exited, make, pause, reach, say, start } from './scene.mjs';

// Workers run over the modules that hands.mjs looks into.
const { attach, codec, select, selectSync, send } = await import(isMainThread ? 'hchan' : '../../../build/index.js');
const PER = 4096;
const CAPACITIES = [0, 1, 8, Number.POSITIVE_INFINITY];
/** Messages one after the other, so many that a receiver borrows some of them. */
const RUN = 64;

function randomFrom(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
}
const setBit = (bits, index) => (Atomics.or(bits, index >> 5, 1 << (index & 31)) >>> (index & 31)) & 1;
const hasBit = (bits, index) => (Atomics.load(bits, index >> 5) >>> (index & 31)) & 1;

if (isMainThread) await main(Number(process.argv[3]), Number(process.argv[4]));
else await work(workerData);

/** One worker's life: random operations until it is terminated. */
async function work({ index, seed, tokens, intended, sent, refused, received, flight, hands, twice, running }) {
  const random = randomFrom(seed);
  const channels = tokens.map((token) => attach(token));
  const hand = hands.subarray(index * HAND, (index + 1) * HAND);
  watchHands(engine, hand);
  let next = index * PER;
  const last = next + PER;
  const idle = () => {
    Atomics.store(flight, index, 0);
    hand[0] = 0;
  };
  const take = (values) => {
    for (const value of values) if (setBit(received, value) === 1) Atomics.add(twice, 0, 1);
    idle();
  };
  const give = () => {
    setBit(intended, next);
    return next++;
  };
  const gone = (value) => setBit(sent, value);
  const settle = (value, happened) => setBit(happened ? sent : refused, value);
  const receiving = (max) => Atomics.store(flight, index, max);
  const others = () => ({ b: channels[random(4)], c: channels[random(4)] });
  const options = { timeout: 3 };
  const operations = [
    async (channel) => {
      const value = give();
      await channel.send(value);
      gone(value);
    },
    (channel) => {
      const value = give();
      try {
        channel.sendSync(value, options);
        gone(value);
      } catch (error) {
        settle(value, false);
        throw error;
      }
    },
    (channel) => {
      const value = give();
      settle(value, channel.trySend(value));
    },
    async (channel) => {
      const values = [give(), give(), give()];
      await channel.sendMany(values);
      for (const value of values) gone(value);
    },
    (channel) => {
      const values = [give(), give()];
      const count = channel.trySendMany(values);
      for (const [i, value] of values.entries()) settle(value, i < count);
    },
    (channel) => {
      const values = Array.from({ length: RUN }, give);
      const count = channel.trySendMany(values);
      for (const [i, value] of values.entries()) settle(value, i < count);
    },
    (channel) => {
      for (let i = 0; i < RUN; i++) {
        receiving(1);
        const got = channel.tryRecv();
        if (got === null) return idle();
        take([got.value]);
      }
    },
    async (channel) => {
      receiving(1);
      const got = await channel.recv();
      take([got.value]);
    },
    (channel) => {
      receiving(1);
      take([channel.recvSync(options).value]);
    },
    async (channel) => {
      receiving(5);
      take(await channel.recvMany(5));
    },
    (channel) => {
      receiving(4);
      take(channel.tryRecvMany(4));
    },
    async (channel) => {
      receiving(1);
      const value = give();
      const got = await select({ out: send(channel, value), ...others() });
      settle(value, got.key === 'out');
      take(got.key === 'out' ? [] : [got.value]);
    },
    (channel) => {
      receiving(1);
      const value = give();
      const got = selectSync({ out: send(channel, value), ...others() }, { timeout: 50 });
      settle(value, got.key === 'out');
      take(got.key === 'out' ? [] : [got.value]);
    },
  ];
  Atomics.store(running, index, 1);
  while (next + RUN < last) {
    try {
      await operations[random(operations.length)](channels[random(4)]);
    } catch (error) {
      if (error.code !== 'ERR_HCHAN_TIMEOUT') throw error;
      idle();
    }
  }
}

async function main(seed, count) {
  const random = randomFrom(seed);
  const channels = CAPACITIES.map((capacity) => make(capacity, { codec: codec.u32 }));
  const tokens = channels.map((channel) => channel.share());
  const bits = () => new Int32Array(new SharedArrayBuffer(((count + 1) * PER) / 8));
  const [intended, sent, refused, received] = [bits(), bits(), bits(), bits()];
  const flight = new Int32Array(new SharedArrayBuffer((count + 1) * 4));
  const hands = new Int32Array(new SharedArrayBuffer(count * HAND * 4));
  const twice = new Int32Array(new SharedArrayBuffer(4));
  const running = new Int32Array(new SharedArrayBuffer((count + 1) * 4));
  let started = 0;
  let over = false;
  const live = async () => {
    while (started < count) {
      const index = started++;
      const worker = start(import.meta.url, {
        index,
        seed: seed + index,
        tokens,
        intended,
        sent,
        refused,
        received,
        flight,
        hands,
        twice,
        running,
      });
      worker.on('error', (error) => check(false, `worker ${index} failed: ${error.stack}`));
      const gone = exited(worker);
      // A third is killed at random while it loads, the others while they work.
      const loading = random(3) === 0;
      if (!loading) await reach(running, index);
      await pause(loading ? random(60) : random(25));
      await worker.terminate();
      await gone;
    }
  };
  /** Keeps the channels from standing still, full or empty: this thread puts in and takes out a little all the time. */
  const stir = async () => {
    let next = count * PER;
    while (!over) {
      const channel = channels[random(4)];
      for (const value of channel.tryRecvMany(random(6) + 1)) if (setBit(received, value) === 1) Atomics.add(twice, 0, 1);
      if (next < (count + 1) * PER) {
        setBit(intended, next);
        setBit(channel.trySend(next) ? sent : refused, next++);
      }
      await pause(1);
    }
  };
  const stirring = stir();
  await Promise.all([live(), live(), live(), live(), live()]);
  over = true;
  await stirring;

  const left = new Set();
  for (const channel of channels) {
    for (;;) {
      const values = channel.tryRecvMany(1000);
      if (values.length === 0) break;
      for (const value of values) {
        check(!left.has(value) && hasBit(received, value) === 0, `message ${value} is left and was received`);
        left.add(value);
      }
    }
    check(channel.length === 0, `length ${channel.length} of a drained channel`);
  }
  const held = new Map();
  for (let index = 0; index < count; index++) {
    const hand = hands.subarray(index * HAND, (index + 1) * HAND);
    for (const value of hand.subarray(1, 1 + Math.min(hand[0], HAND - 1))) held.set(value, [...(held.get(value) ?? []), index]);
  }
  const lost = [];
  let gone = 0;
  for (let value = 0; value < (count + 1) * PER; value++) {
    const arrived = hasBit(received, value) === 1 || left.has(value);
    if (arrived) check(hasBit(intended, value) === 1, `message ${value} arrived and was never sent`);
    if (arrived) check(hasBit(refused, value) === 0, `message ${value} arrived although its send said it had not happened`);
    if (hasBit(sent, value) === 0) continue;
    gone += 1;
    if (!arrived) lost.push(value);
  }
  const dead = holders(lost, held, flight);
  check(Atomics.load(twice, 0) === 0, `${Atomics.load(twice, 0)} messages were received twice`);

  // Nothing dead is left in a queue, and the channels still work.
  for (const [i, channel] of channels.entries()) {
    check(channel.tryRecv() === null, 'a dead sender is still waiting');
    if (CAPACITIES[i] === 0) check(channel.trySend(1) === false, 'a dead receiver is still waiting');
    const waiting = channel.recv();
    await channel.send(7);
    check((await waiting).value === 7, 'the channel still works');
  }
  say({ gone, left: left.size, inHand: lost.length, dead });
}

/**
 * Finds for each lost message a dead worker that had it in its hand, no more for each than its last receive could take, and returns
 * how many workers that were. A message over which a worker died before it was gone from the channel may be in two hands, so
 * they are matched along augmenting paths.
 */
function holders(lost, held, flight) {
  const having = new Map();
  const find = (value, seen) => {
    for (const index of held.get(value) ?? []) {
      if (seen.has(index)) continue;
      seen.add(index);
      const has = having.get(index) ?? having.set(index, []).get(index);
      const given = has.length < flight[index] ? has.length : has.findIndex((other) => find(other, seen));
      if (given < 0) continue;
      has[given] = value;
      return true;
    }
    return false;
  };
  for (const value of lost) {
    const said = () => (held.get(value) ?? []).map((index) => `${index} (of ${flight[index]}: ${having.get(index) ?? ''})`);
    check(find(value, new Set()), `message ${value} is lost, and no dead worker can have had it in its hand: ${said()}`);
  }
  return [...having.values()].filter((values) => values.length > 0).length;
}
