/** One sample of one row of `growth`: `growing.mjs NAME ENGINE` prints a number. Its workers run this file, too. */
import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { attach, chan, codec, unbounded } from 'hchan';

const [name, engine] = process.argv.slice(2);
const CAPACITY = 1024;
/** Messages of each producer before the clock starts: its thread is up by then, and its code optimised. */
const WARM = 200_000;
/** ms that idle threads are watched. */
const WATCHED = 2000;

const open = (capacity) => chan(capacity, { engine, codec: codec.f64 });
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function settled() {
  globalThis.gc();
  globalThis.gc();
  const { rss, heapUsed } = process.memoryUsage();
  return { rss, heapUsed };
}

/** A worker that plays `role` with tokens of `ends`, which are given away. */
function worker(role, ends, count) {
  const tokens = ends.map((end) => end.share());
  for (const end of ends) end[Symbol.dispose]();
  return new Worker(new URL(import.meta.url), { argv: [name, engine], workerData: { role, tokens, count } });
}

/** ns per message of `count` messages, from `producers` workers to this thread. */
async function transfer(producers, count) {
  const channel = open(CAPACITY);
  const receiver = channel.receiver();
  const gate = open(0);
  const each = WARM + count / producers;
  const workers = Array.from({ length: producers }, () => worker('send', [channel.sender(), gate.receiver()], each));
  const ended = workers.map((one) => once(one, 'exit'));
  channel[Symbol.dispose]();
  let received = 0;
  let start = 0n;
  let sum = 0;
  await receiver.consume((value) => {
    sum += value;
    if (++received !== producers * WARM) return;
    start = process.hrtime.bigint();
    gate.close();
  });
  const nanoseconds = Number(process.hrtime.bigint() - start);
  if (sum !== producers * ((each * (each - 1)) / 2)) throw new Error(`${received} messages arrived and add up to ${sum}`);
  await Promise.all(ended);
  return nanoseconds / count;
}

/** ns that waking one of `count` parked receivers takes. */
async function wakeOne(count) {
  const channel = open(0);
  const waiting = Array.from({ length: count }, () => channel.recv());
  const start = process.hrtime.bigint();
  for (let index = 0; index < count; index++) {
    if (!channel.trySend(index)) throw new Error(`nobody took message ${index}`);
  }
  const values = await Promise.all(waiting);
  const nanoseconds = Number(process.hrtime.bigint() - start);
  if (values.some(({ value }, index) => value !== index)) throw new Error('not in order');
  channel[Symbol.dispose]();
  return nanoseconds / count;
}

const measures = {
  async messages() {
    await transfer(1, 1e5);
    const few = [];
    for (let i = 0; i < 5; i++) few.push(await transfer(1, 1e5));
    const [, , median] = few.sort((a, b) => a - b);
    return (await transfer(1, 1e7)) / median;
  },

  async producers() {
    return (await transfer(8, 8e6)) / (await transfer(1, 8e6));
  },

  async wake() {
    const [few, many] = [[], []];
    for (let round = 0; round < 5; round++) {
      few.push(await wakeOne(10_000));
      many.push(await wakeOne(100_000));
    }
    return Math.min(...many) / Math.min(...few);
  },

  async queue() {
    const channel = unbounded({ engine, codec: codec.f64 });
    channel.trySend(0);
    const before = settled();
    for (let index = 0; index < 1e6; index++) channel.trySend(index);
    const after = settled();
    if (channel.length !== 1e6 + 1) throw new Error(`${channel.length} are queued`);
    return (after.rss - before.rss) / 1e6;
  },

  async parked() {
    const count = 100_000;
    const channel = open(0);
    const first = channel.recv();
    const before = settled();
    const waiting = Array.from({ length: count }, () => channel.recv());
    const after = settled();
    channel.close();
    await first;
    await Promise.all(waiting);
    return (after.rss - before.rss) / count;
  },

  async idle() {
    const [channel, other] = [open(1), open(1)];
    const blocked = worker('block', [channel.receiver()]);
    await once(blocked, 'message');
    const waiting = other.recv();
    await sleep(200);
    const before = process.cpuUsage();
    await sleep(WATCHED);
    const { user, system } = process.cpuUsage(before);
    channel.close();
    other.close();
    await waiting;
    await once(blocked, 'exit');
    // Two threads: one that blocks and one that awaits, which takes next to nothing.
    return (100 * (user + system)) / 1000 / WATCHED;
  },

  async timer() {
    const channel = open(CAPACITY);
    const start = performance.now();
    let fired;
    setTimeout(() => {
      fired = performance.now() - start;
      channel.close();
    }, 5);
    while (channel.trySend(0));
    for await (const value of channel) if (!channel.closed) channel.trySend(value);
    return fired;
  },
};

async function sendFrom(sender, from, to) {
  for (let index = from; index < to; index++) if (!sender.trySend(index)) await sender.send(index);
}

const roles = {
  async send(sender, gate, count) {
    await sendFrom(sender, 0, WARM);
    gate.recvSync();
    await sendFrom(sender, WARM, count);
    sender[Symbol.dispose]();
  },

  block(receiver) {
    parentPort.postMessage('ready');
    receiver.recvSync();
  },
};

if (isMainThread) console.log(await measures[name]());
else roles[workerData.role](...workerData.tokens.map((token) => attach(token)), workerData.count);
