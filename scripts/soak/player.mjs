/**
 * One life in a soak: random operations on random channels, each written down before and after. Run as a worker, it goes
 * on until it is terminated or, in a gentle round, until it is told that it is over.
 */
import { isMainThread, workerData } from 'node:worker_threads';
import { attach, select, selectSync, send, trySelect } from 'hchan';
import { Books, chance, INTENDED, PER, REFUSED, SENT } from './books.mjs';

/** One life: random operations until `over`, or until it is ended from outside. */
export class Player {
  constructor(channels, life, seed, books, operations = AWAITING) {
    Object.assign(this, { channels, life, books, operations, random: chance(seed), next: life * PER, done: 0 });
  }
  any() {
    return this.channels[this.random(this.channels.length)];
  }
  get spent() {
    return this.next + 8 >= (this.life + 1) * PER;
  }
  give() {
    this.books.mark(this.next, INTENDED);
    return this.next++;
  }
  settle(value, happened) {
    this.books.mark(value, happened ? SENT : REFUSED);
  }
  /** Runs a receive that takes at most `max`; whoever dies in it may have that many in its hands. */
  hold(max) {
    Atomics.store(this.books.hands, this.life, max);
  }
  take(values) {
    this.books.arrived(values);
    this.hold(0);
  }
  async play() {
    const operation = this.operations[this.random(this.operations.length)];
    try {
      await operation(this, this.any());
    } catch (error) {
      if (error.code !== 'ERR_HCHAN_TIMEOUT' && error.name !== 'AbortError') throw error;
      this.hold(0);
    }
    this.done += 1;
  }
}

/** A signal that is aborted soon; the sooner, the likelier it races with the operation. */
function soon(player) {
  const controller = new AbortController();
  if (player.random(2) === 0) setImmediate(() => controller.abort());
  else setTimeout(() => controller.abort(), player.random(4));
  return controller.signal;
}

/** Sends `value` by `way`, and writes down whether it happened. */
async function sendOne(player, way) {
  const value = player.give();
  try {
    await way(value);
    player.settle(value, true);
  } catch (error) {
    player.settle(value, false);
    throw error;
  }
}

/** Sends a few by `way`; `sent` of the error says how many went, a way that is aborted does not say it. */
async function sendFew(player, way) {
  const values = Array.from({ length: 1 + player.random(6) }, () => player.give());
  let went = values.length;
  try {
    went = (await way(values)) ?? went;
  } catch (error) {
    if (error.sent === undefined) throw error;
    went = error.sent;
  }
  for (const [i, value] of values.entries()) player.settle(value, i < went);
}

const got = ({ ok, value }) => (ok ? [value] : []);

async function selectBy(player, channel, way) {
  player.hold(1);
  const value = player.give();
  let chosen = null;
  try {
    chosen = await way({ out: send(channel, value), b: player.any(), c: player.any() });
  } finally {
    player.settle(value, chosen?.key === 'out');
  }
  player.take(chosen === null || chosen.key === 'out' ? [] : got(chosen));
}

const AWAITING = [
  (player, channel) => sendOne(player, (value) => channel.send(value, { signal: soon(player) })),
  (player, channel) => {
    const value = player.give();
    player.settle(value, channel.trySend(value));
  },
  (player, channel) => sendFew(player, (values) => channel.trySendMany(values)),
  async (player, channel) => {
    player.hold(1);
    player.take(got(await channel.recv({ signal: soon(player) })));
  },
  (player, channel) => {
    player.hold(1);
    player.take(got(channel.tryRecv() ?? { ok: false }));
  },
  async (player, channel) => {
    player.hold(7);
    player.take(await channel.recvMany(7, { signal: soon(player) }));
  },
  (player, channel) => {
    player.hold(7);
    player.take(channel.tryRecvMany(7));
  },
  (player, channel) => selectBy(player, channel, (cases) => select(cases, { signal: soon(player) })),
  (player, channel) => selectBy(player, channel, (cases) => trySelect(cases)),
  (player, channel) => {
    const copy = channel.receiver();
    player.hold(7);
    player.take(copy.tryRecvMany(7));
    copy[Symbol.dispose]();
  },
];

/** For workers: what blocks. */
const BLOCKING = [
  (player, channel) => sendOne(player, (value) => channel.sendSync(value, { timeout: player.random(4) })),
  (player, channel) => sendFew(player, (values) => channel.sendManySync(values, { timeout: player.random(4) })),
  (player, channel) => {
    player.hold(1);
    player.take(got(channel.recvSync({ timeout: player.random(4) })));
  },
  (player, channel) => {
    player.hold(7);
    player.take(channel.recvManySync(7, { timeout: player.random(4) }));
  },
  (player, channel) => selectBy(player, channel, (cases) => selectSync(cases, { timeout: player.random(10) })),
];

/** For workers that are terminated: what may wait for ever, if nobody comes. */
const PATIENT = [
  (player, channel) => sendOne(player, (value) => channel.send(value)),
  (player, channel) => sendFew(player, (values) => channel.sendMany(values)),
  async (player, channel) => {
    player.hold(7);
    player.take(await channel.recvMany(7));
  },
  (player, channel) => {
    const other = attach(channel.share());
    player.hold(7);
    player.take(other.tryRecvMany(7));
    other[Symbol.dispose]();
  },
];

if (!isMainThread) {
  const { tokens, life, seed, gentle, books: shared } = workerData;
  const books = new Books(shared);
  const player = new Player(
    tokens.map((token) => attach(token)),
    life,
    seed,
    books,
    gentle ? [...AWAITING, ...BLOCKING] : [...AWAITING, ...BLOCKING, ...PATIENT],
  );
  while (!player.spent && !books.over) await player.play();
  // Its messages are used up: it takes from now on.
  while (!gentle) {
    player.hold(7);
    player.take(await player.any().recvMany(7));
  }
}
