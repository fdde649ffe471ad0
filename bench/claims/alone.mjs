/**
 * The process that measures single operations in Node, as bench/go/alone.go does in Go. It is told what on its command
 * line, answers numbers of operations with `{ nanoseconds, messages }`, and checks what it received.
 */
import { chan, codec, select, trySelect } from 'hchan';

const CAPACITY = 1024;
const now = () => process.hrtime.bigint();

/** A full buffer's worth of sends at a time, emptied off the clock. */
function send(engine, messages) {
  const channel = chan(CAPACITY, { engine, codec: codec.f64 });
  let took = 0n;
  for (let first = 0; first < messages; first += CAPACITY) {
    const last = Math.min(messages, first + CAPACITY);
    const start = now();
    for (let index = first; index < last; index++) channel.trySend(index);
    took += now() - start;
    for (let index = first; index < last; index++) {
      const got = channel.tryRecv();
      if (got?.value !== index) throw new Error(`${index} was sent, ${got?.value} received`);
    }
  }
  channel[Symbol.dispose]();
  return took;
}

/** A lock as one writes it over a SharedArrayBuffer. */
function mutex(_engine, messages) {
  const word = new Int32Array(new SharedArrayBuffer(8));
  const start = now();
  for (let turn = 0; turn < messages; turn++) {
    while (Atomics.compareExchange(word, 0, 0, 1) !== 0) Atomics.wait(word, 0, 1);
    word[1]++;
    Atomics.store(word, 0, 0);
    Atomics.notify(word, 0, 1);
  }
  const took = now() - start;
  if (word[1] !== messages) throw new Error(`${messages} were counted as ${word[1]}`);
  return took;
}

/** All cases are ready; what is taken is put back. */
function ready(engine, cases) {
  const channels = Array.from({ length: cases }, () => chan(1, { engine, codec: codec.f64 }));
  for (const [at, channel] of channels.entries()) channel.trySend(at);
  const list = Object.fromEntries(channels.map((channel, at) => [`case${at}`, channel.receiver()]));
  const putBack = ({ key, value }) => {
    if (key !== `case${value}`) throw new Error(`${value} was in ${key}`);
    channels[value].trySend(value);
  };
  return { list, putBack };
}

const kept = new Map();
function cases(engine, count) {
  if (!kept.has(count)) kept.set(count, ready(engine, count));
  return kept.get(count);
}

const trySelects = (count) => (engine, messages) => {
  const { list, putBack } = cases(engine, count);
  const start = now();
  for (let left = messages; left > 0; left--) putBack(trySelect(list));
  return now() - start;
};

const selects = (count) => async (engine, messages) => {
  const { list, putBack } = cases(engine, count);
  const start = now();
  for (let left = messages; left > 0; left--) putBack(await select(list));
  return now() - start;
};

const WHAT = {
  ...{ send, mutex, trySelect2: trySelects(2), trySelect20: trySelects(20), select2: selects(2), select20: selects(20) },
};
const [what, engine] = process.argv.slice(2);

process.on('message', async (messages) => {
  process.send({ messages, nanoseconds: Number(await WHAT[what](engine, messages)) });
});
