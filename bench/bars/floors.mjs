/**
 * What the host takes for one value without any channel: no way of carrying such values can be faster. Measured in the main
 * thread, in turn with the ways of the same column.
 */
import { chan } from 'hchan';
import { payloads } from './payloads.mjs';

const done = Promise.resolve();

/** An iterator that has every value at hand. */
class AtHand {
  #left;

  constructor(count) {
    this.#left = count;
  }

  next() {
    return this.#left-- > 0 ? Promise.resolve({ done: false, value: 0.5 }) : Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}

/** A text of the strings of eight objects, and where each of them begins and ends. */
const written = { text: '', places: [] };
for (let index = 0; index < 8; index++) {
  const { name, tags } = payloads.object.value(index);
  const place = [written.text.length];
  for (const string of [name, ...tags]) {
    written.text += string;
    place.push(written.text.length);
  }
  written.places.push(place);
}

/** Makes the call `count` times, and awaits `then` after each, if there is one. */
async function calls(engine, count, then) {
  const channel = chan(1, { engine });
  for (let index = 0; index < count; index++) {
    if (channel.closed) throw new Error('closed');
    if (then !== undefined) await then;
  }
  channel[Symbol.dispose]();
}

/** By name: for which kind of value, for which ways, and what does `count` of it. */
export const floors = {
  call: {
    kind: 'number',
    title: 'a call that does nothing',
    ways: ['consumed'],
    run: (count, engine) => calls(engine, count),
  },
  settled: {
    kind: 'number',
    title: 'such a call, and awaiting a promise that is settled',
    ways: ['awaited'],
    run: (count, engine) => calls(engine, count, done),
  },
  step: {
    kind: 'number',
    title: 'for await over values that are at hand',
    ways: ['awaited'],
    async run(count) {
      let sum = 0;
      for await (const value of new AtHand(count)) sum += value;
      if (sum !== count / 2) throw new Error(`${sum} is not half of ${count}`);
    },
  },
  bytes: {
    kind: 'bytes',
    title: 'a Uint8Array of its own, copied',
    ways: ['awaited', 'consumed', 'batched'],
    async run(count) {
      for (let index = 0; index < count; index++) payloads.bytes.check(payloads.bytes.value(index).slice(), index);
    },
  },
  object: {
    kind: 'object',
    title: 'the object, of strings cut out of a text',
    ways: ['awaited', 'consumed', 'batched'],
    async run(count) {
      const { text, places } = written;
      for (let index = 0; index < count; index++) {
        const [a, b, c, d, e] = places[index & 7];
        const name = text.substring(a, b);
        const tags = [text.substring(b, c), text.substring(c, d), text.substring(d, e)];
        payloads.object.check({ id: index & 1023, name, tags }, index);
      }
    },
  },
};
