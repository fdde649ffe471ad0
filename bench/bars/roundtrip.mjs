/** Ping-pong: one value there and back, then the next. Every trip is timed; a sample is a few thousand of them. */
import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import { chan, codec } from 'hchan';

const CAPACITY = 1;

/** Two echoing workers, kept from sample to sample. `sample` returns the microseconds of each trip. */
export class RoundTrip {
  #near = new Worker(new URL('echo.mjs', import.meta.url));
  #far = new Worker(new URL('echo.mjs', import.meta.url));
  #engine;

  constructor(engine) {
    this.#engine = engine;
  }

  /** Between two blocking workers, by Atomics.wait and notify or by two channels. */
  async betweenWorkers(way, count) {
    const carriers = way === 'atomics' ? { words: new Int32Array(new SharedArrayBuffer(8)) } : this.#channels();
    const tokens = way === 'atomics' ? () => carriers : carriers.tokens;
    const ended = [once(this.#far, 'message'), once(this.#near, 'message')];
    this.#far.postMessage({ way, end: 'far', count, ...tokens('far') });
    this.#near.postMessage({ way, end: 'near', count, ...tokens('near') });
    const [, [times]] = await Promise.all(ended);
    carriers.dispose?.();
    return times;
  }

  /** Between this thread and a worker, both awaiting, by two channels. */
  async awaitingChannels(count) {
    const { ping, pong, tokens, dispose } = this.#channels();
    const ended = once(this.#far, 'message');
    this.#far.postMessage({ way: 'awaiting', end: 'far', count, ...tokens('far') });
    const times = await timed(count, async (index) => {
      await ping.send(index);
      return (await pong.recv()).value;
    });
    ping.close();
    await ended;
    dispose();
    return times;
  }

  /** Between this thread and a worker by a MessagePort. */
  async messagePort(count) {
    const { port1, port2 } = new MessageChannel();
    const ended = once(this.#far, 'message');
    this.#far.postMessage({ way: 'port', end: 'far', count, port: port2 }, [port2]);
    let arrived;
    port1.on('message', (value) => arrived(value));
    const times = await timed(count, (index) => {
      const back = new Promise((resolve) => {
        arrived = resolve;
      });
      port1.postMessage(index);
      return back;
    });
    port1.close();
    await ended;
    return times;
  }

  #channels() {
    const [ping, pong] = ['ping', 'pong'].map((name) => chan(CAPACITY, { engine: this.#engine, codec: codec.f64, name }));
    const tokens = (end) => {
      const [out, back] = end === 'near' ? [ping.sender(), pong.receiver()] : [ping.receiver(), pong.sender()];
      const shared = { ping: out.share(), pong: back.share() };
      for (const handle of [out, back]) handle[Symbol.dispose]();
      return shared;
    };
    const dispose = () => [ping, pong].map((channel) => channel[Symbol.dispose]());
    return { ping, pong, tokens, dispose };
  }

  stop() {
    return Promise.all([this.#near.terminate(), this.#far.terminate()]);
  }
}

async function timed(count, trip) {
  const times = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    const start = performance.now();
    if ((await trip(index)) !== index) throw new Error(`round trip ${index} brought back another value`);
    times[index] = (performance.now() - start) * 1000;
  }
  return times;
}
