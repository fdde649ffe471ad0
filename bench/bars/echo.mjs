/**
 * The other end of a ping-pong: sends back what it gets, by the way it is told. When both ends are workers this is also
 * the near end, which takes the times.
 */
import { parentPort } from 'node:worker_threads';
import { attach } from 'hchan';

/** Runs `trip` `count` times and returns each one's microseconds. */
function timed(count, trip) {
  const times = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    const start = performance.now();
    if (trip(index) !== index) throw new Error(`round trip ${index} brought back another value`);
    times[index] = (performance.now() - start) * 1000;
  }
  return times;
}

/** Waits until the word is no longer `value`: the notification of the trip before may come late and wake for nothing. */
function waitWhile(words, word, value) {
  while (Atomics.load(words, word) === value) Atomics.wait(words, word, value);
}

/** Word 0 carries the ping, word 1 the pong; a word holds the number of the trip plus one. */
const atomics = {
  near: ({ words, count }) =>
    timed(count, (index) => {
      Atomics.store(words, 0, index + 1);
      Atomics.notify(words, 0);
      waitWhile(words, 1, index);
      return Atomics.load(words, 1) - 1;
    }),
  far({ words, count }) {
    for (let index = 0; index < count; index++) {
      waitWhile(words, 0, index);
      Atomics.store(words, 1, index + 1);
      Atomics.notify(words, 1);
    }
  },
};

const blocking = {
  near({ ping, pong, count }) {
    const [out, back] = [attach(ping), attach(pong)];
    const times = timed(count, (index) => {
      out.sendSync(index);
      return back.recvSync().value;
    });
    out.close();
    for (const handle of [out, back]) handle[Symbol.dispose]();
    return times;
  },
  far({ ping, pong }) {
    const [back, out] = [attach(ping), attach(pong)];
    for (const value of back.valuesSync()) out.sendSync(value);
    for (const handle of [out, back]) handle[Symbol.dispose]();
  },
};

const awaiting = {
  async far({ ping, pong }) {
    const [back, out] = [attach(ping), attach(pong)];
    for await (const value of back) await out.send(value);
    for (const handle of [out, back]) handle[Symbol.dispose]();
  },
};

const port = {
  far: ({ port, count }) =>
    new Promise((resolve) => {
      port.on('message', (value) => {
        port.postMessage(value);
        if (value === count - 1) resolve(port.close());
      });
    }),
};

const ends = { atomics, blocking, awaiting, port };

parentPort.on('message', async (order) => {
  const result = await ends[order.way][order.end](order);
  parentPort.postMessage(result ?? null);
});
