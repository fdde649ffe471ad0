/** Measures one way of carrying one kind of value from a worker to this thread. */
import { MessageChannel, Worker } from 'node:worker_threads';
import { chan } from 'hchan';
import { payloads } from './payloads.mjs';
import { ways } from './ways.mjs';

const CAPACITY = 1024;

/** A worker that sends, and what is measured through it. One for each column, so that each meets its own kinds of value only. */
export class Transfer {
  #worker = new Worker(new URL('producer.mjs', import.meta.url));
  #broken = new Promise((_, reject) => this.#worker.once('error', reject));
  #engine;
  #payload;

  constructor(payload, engine) {
    this.#payload = payload;
    this.#engine = engine;
    this.#broken.catch(() => {});
  }

  /** Sends `count` values and returns the nanoseconds per value, from the order to send to the last value checked. */
  async sample(way, count) {
    const { carrier, receive } = ways[way];
    const payload = payloads[this.#payload];
    const order = { way, payload: this.#payload, count };
    if (carrier === 'port') {
      const { port1, port2 } = new MessageChannel();
      const start = performance.now();
      this.#worker.postMessage({ ...order, to: port2 }, [port2]);
      await Promise.race([receive(port1, payload, count), this.#broken]);
      const nanoseconds = ((performance.now() - start) * 1e6) / count;
      port1.close();
      return nanoseconds;
    }
    const channel = chan(CAPACITY, { engine: this.#engine, codec: payload.codec, name: `${this.#payload} ${way}` });
    const sender = channel.sender();
    const start = performance.now();
    this.#worker.postMessage({ ...order, to: sender.share() });
    const received = await Promise.race([receive(channel, payload), this.#broken]);
    const nanoseconds = ((performance.now() - start) * 1e6) / count;
    for (const handle of [sender, channel]) handle[Symbol.dispose]();
    if (received !== count) throw new Error(`${way} of ${this.#payload}: ${count} sent, ${received} received`);
    return nanoseconds;
  }

  stop() {
    return this.#worker.terminate();
  }
}
