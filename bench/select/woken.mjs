/** A select that waits over quiet channels, one of which another thread sends on. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { chan, codec, select, selectSync } from 'hchan';
import { median } from 'hchan/bench';

/** Channels are woken in steps of this prime, so all get their turn. */
const STEP = 7919;

/** Channels of one engine, the cases over them and the thread that sends; kept from sample to sample. */
export class Woken {
  #cases = {};
  #keys = [];
  #way;
  #wakes;
  #count = 0;
  /** When the sender began to send. */
  #sent = new BigInt64Array(new SharedArrayBuffer(8));
  #ask = chan(1, { codec: codec.i32 });
  #sender;
  #ready;

  constructor(engine, cases, way, wakes) {
    const tokens = [];
    for (let index = 0; index < cases; index++) {
      const [sender, receiver] = ends(engine);
      tokens.push(sender.share());
      sender[Symbol.dispose]();
      this.#keys.push(`case${index}`);
      this.#cases[`case${index}`] = receiver;
    }
    this.#way = way;
    this.#wakes = wakes;
    const asked = this.#ask.receiver();
    const workerData = { tokens, asked: asked.share(), sent: this.#sent };
    asked[Symbol.dispose]();
    this.#sender = new Worker(new URL('sender.mjs', import.meta.url), { workerData });
    this.#ready = once(this.#sender, 'message');
  }

  async warm() {
    await this.#ready;
    for (let round = 0; round < 3; round++) await this.sample();
  }

  /** µs from the beginning of the send to the return of the select. */
  async sample() {
    const times = [];
    for (let left = this.#wakes; left > 0; left--) times.push(await (this.#way === 'select' ? this.#await() : this.#block()));
    return median(times.sort((a, b) => a - b));
  }

  async #await() {
    const waiting = select(this.#cases);
    const asked = this.#next();
    return this.#check(await waiting, process.hrtime.bigint(), asked);
  }

  #block() {
    const asked = this.#next();
    return this.#check(selectSync(this.#cases, { allowMainThread: true }), process.hrtime.bigint(), asked);
  }

  /** Has a value sent, and says on which channel. */
  #next() {
    const index = (this.#count++ * STEP) % this.#keys.length;
    if (!this.#ask.trySend(index)) throw new Error('the sender is behind');
    return this.#keys[index];
  }

  #check({ key, value }, end, asked) {
    if (key !== asked || value !== this.#count - 1) {
      throw new Error(`${this.#count - 1} was sent on ${asked}, ${value} received on ${key}`);
    }
    return Number(end - Atomics.load(this.#sent, 0)) / 1000;
  }

  async stop() {
    this.#ask.close();
    await once(this.#sender, 'exit');
    this.#ask[Symbol.dispose]();
    for (const key of this.#keys) this.#cases[key][Symbol.dispose]();
  }
}

function ends(engine) {
  const channel = chan(1, { engine, codec: codec.f64 });
  const both = [channel.sender(), channel.receiver()];
  channel[Symbol.dispose]();
  return both;
}
