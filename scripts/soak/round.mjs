/**
 * One round of a soak: channels of one engine, workers that live and die at random, and the books held against what arrived.
 */
import { Worker } from 'node:worker_threads';
import { chan, codec, unbounded } from 'hchan';
import { Books, chance, INTENDED, LIVES, RECEIVED, REFUSED, SENT } from './books.mjs';
import { Player } from './player.mjs';

const CAPACITIES = [0, 1, 64, Number.POSITIVE_INFINITY];
/** Workers at once. */
const CREW = 3;

/** A channel of numbers. */
export const make = (engine, capacity) =>
  capacity === Number.POSITIVE_INFINITY ? unbounded({ engine, codec: codec.u32 }) : chan(capacity, { engine, codec: codec.u32 });

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** One worker after the other until `until`, each ended at a random moment, or when it is over in a gentle round. */
async function lives(round, until) {
  while (Date.now() < until && round.next < LIVES) {
    const life = round.next++;
    const { tokens, books, random, gentle } = round;
    const worker = new Worker(new URL('./player.mjs', import.meta.url), {
      workerData: { tokens, life, gentle, seed: random(2 ** 31), books: books.shared },
    });
    const gone = new Promise((resolve) => worker.once('exit', resolve));
    worker.once('error', (error) => round.faults.push(`a worker failed: ${error.stack}`));
    // One in four is ended while it loads; none is asked to end.
    if (!gentle) {
      await pause(random(4) === 0 ? random(60) : 60 + random(1500));
      await worker.terminate();
      round.ended += 1;
    }
    await gone;
  }
}

/** Plays in this thread until `until`, several at once where they have it for themselves. */
async function stir(round, until, players) {
  await Promise.all(
    players.map(async (player) => {
      while (Date.now() < until && !player.spent) {
        await player.play();
        if (round.random(16) === 0) await pause(0);
      }
      round.operations += player.done;
    }),
  );
}

/** Loads one engine for `ms` and gives what was wrong. In a gentle round nobody is terminated, so nothing may be missing. */
export async function play(engine, seed, ms, gentle) {
  const random = chance(seed);
  const channels = CAPACITIES.map((capacity) => make(engine, capacity));
  const books = new Books();
  const local = engine === 'local';
  const count = local ? CREW + 1 : 1;
  const round = { random, books, gentle, next: count, faults: [], ended: 0, operations: 0 };
  round.tokens = local ? [] : channels.map((channel) => channel.share());
  const until = Date.now() + ms;
  const players = Array.from({ length: count }, (_, life) => new Player(channels, life, random(2 ** 31), books));
  const crew = local ? [] : Array.from({ length: CREW }, () => lives(round, until));
  const stirring = stir(round, until, players).finally(() => books.end());
  await Promise.all([stirring, ...crew]);
  const audit = await account(channels, books);
  for (const channel of channels) channel[Symbol.dispose]();
  return { ...audit, faults: [...round.faults, ...audit.faults], ended: round.ended };
}

/** Takes out what is left, and holds the books against it. */
async function account(channels, books) {
  const faults = [];
  let left = 0;
  for (const channel of channels) {
    for (let values = channel.tryRecvMany(1000); values.length > 0; values = channel.tryRecvMany(1000)) {
      left += books.arrived(values);
    }
    if (channel.length !== 0) faults.push(`a drained channel of capacity ${channel.capacity} has length ${channel.length}`);
    const waiting = channel.recv({ signal: AbortSignal.timeout(5000) });
    await channel.send(0, { signal: AbortSignal.timeout(5000) });
    if ((await waiting).value !== 0) faults.push(`a channel of capacity ${channel.capacity} does not work any more`);
  }
  const tally = { sent: 0, unheard: 0, received: 0, lost: 0 };
  for (const mark of books.marks) {
    const arrived = (mark & RECEIVED) !== 0;
    if (arrived) tally.received += 1;
    if ((mark & SENT) !== 0) tally.sent += 1;
    if ((mark & SENT) !== 0 && !arrived) tally.lost += 1;
    // Its sender died in the send, which so had happened.
    if (mark === (INTENDED | RECEIVED)) tally.unheard += 1;
    if (arrived && (mark & REFUSED) !== 0) faults.push('a message arrived although its send said that it had not happened');
  }
  const hands = books.hands.subarray(0, LIVES).reduce((sum, n) => sum + n, 0);
  if (books.wrong > 0) faults.push(`${books.wrong} messages arrived twice or were never sent`);
  if (tally.lost > hands) faults.push(`${tally.lost} messages are missing, but dead workers had at most ${hands} in their hands`);
  return { ...tally, left, hands, faults };
}
