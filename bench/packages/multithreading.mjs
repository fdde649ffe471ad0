/**
 * `multithreading`: its channel, a ring of JSON values in a SharedArrayBuffer with semaphores, across the harness's own
 * threads. Handles are posted by its own serialization, which is not among its exports.
 */

// It asks for this when it is loaded; Node has it since 21.
globalThis.navigator ??= { hardwareConcurrency: 2 };
const { channel } = await import('multithreading');
const { serialize, deserialize } = await import(new URL('../lib/shared.js', import.meta.resolve('multithreading')).href);

/** Bytes of room a slot, and at least: it does not grow, and compacts what is in it when it is full. */
const ROOM = { number: 64, string64: 1024, object: 4096 };
const LEAST = 1 << 16;

const sent = (handle) => serialize(handle)[0];
const clones = (handle, count) => [...Array.from({ length: count - 1 }, () => handle.clone()), handle].map(sent);

export function open({ senders, receivers }, capacity, payload) {
  const [sender, receiver] = channel(capacity, { size: Math.max(LEAST, capacity * ROOM[payload]) });
  return { senders: clones(sender, senders), receivers: clones(receiver, receivers) };
}

/** Its calls do not throw: they say that they failed. */
function checked({ ok, error }) {
  if (!ok) throw error;
}

export function sink(end, mode) {
  const sender = deserialize(end);
  const close = () => sender[Symbol.dispose]();
  if (mode === 'blocking') {
    const one = (value) => checked(sender.blockingSend(value));
    return {
      one,
      async many(from, count, value) {
        for (let index = from; index < from + count; index++) one(value(index));
      },
      close,
    };
  }
  const one = async (value) => checked(await sender.send(value));
  return {
    one,
    async many(from, count, value) {
      for (let index = from; index < from + count; index++) checked(await sender.send(value(index)));
    },
    close,
  };
}

function valueIn({ ok, value, error }) {
  if (!ok && error.message !== 'Channel closed') throw error;
  return value;
}

export function source([end], mode) {
  const receiver = deserialize(end);
  const one = mode === 'blocking' ? () => valueIn(receiver.blockingRecv()) : async () => valueIn(await receiver.recv());
  const take = mode === 'blocking' ? () => receiver.blockingRecv() : () => receiver.recv();
  return {
    one,
    async all(see) {
      for (;;) {
        const got = take();
        const value = valueIn(mode === 'blocking' ? got : await got);
        if (value === undefined) return;
        const pending = see(value);
        if (pending !== undefined) await pending;
      }
    },
    close: () => receiver[Symbol.dispose](),
  };
}
