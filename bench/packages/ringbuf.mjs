/**
 * `ringbuf.js`: a bare ring of fixed-size values between exactly two threads. It can neither wait nor close, so its ends
 * poll here, as its users must, and a flag beside it says that the sender has left.
 */
import { RingBuffer } from 'ringbuf.js';

/** Elements of a message. */
const SIZES = { number: [Float64Array, 1], bytes1k: [Uint8Array, 1024], bytes64k: [Uint8Array, 65_536] };
const BATCH = 256;
/** Looks this often before it sleeps. */
const SPINS = 2000;
const SLEEP_MS = 0.02;

export function open(_sides, capacity, payload) {
  const [type, size] = SIZES[payload];
  const end = {
    ring: RingBuffer.getStorageForCapacity(capacity * size, type),
    left: new Int32Array(new SharedArrayBuffer(4)),
    payload,
  };
  return { senders: [end], receivers: [end] };
}

const idle = new Int32Array(new SharedArrayBuffer(4));
const turn = () => new Promise(setImmediate);

/** Waits until `ready()`: in this thread, or turn by turn of the event loop. Batches wait in the thread, which is faster. */
function waitBlocking(ready) {
  for (let looks = 1; !ready(); looks++) if (looks > SPINS) Atomics.wait(idle, 0, 0, SLEEP_MS);
}
async function waitAwaiting(ready) {
  while (!ready()) await turn();
}

export function sink({ ring: memory, left, payload }, mode) {
  const [type, size] = SIZES[payload];
  const ring = new RingBuffer(memory, type);
  const most = mode === 'batched' ? Math.min(BATCH, ring.capacity() / size) : 1;
  const staged = new type(most * size);
  let count = 0;
  const room = () => ring.availableWrite() >= count * size;
  const push = () => {
    ring.push(staged, count * size);
    count = 0;
  };
  /** A promise only if there is no room at once. */
  const flush = () => {
    if (!room()) {
      if (mode === 'awaiting') return waitAwaiting(room).then(push);
      waitBlocking(room);
    }
    push();
  };
  const one = (value) => {
    if (size === 1) staged[count++] = value;
    else staged.set(value, count++ * size);
    if (count === most) return flush();
  };
  return {
    one,
    async many(from, messages, value) {
      for (let index = from; index < from + messages; index++) {
        const pending = one(value(index));
        if (pending !== undefined) await pending;
      }
      if (count > 0) await flush();
    },
    async close() {
      if (count > 0) await flush();
      Atomics.store(left, 0, 1);
    },
  };
}

export function source([{ ring: memory, left, payload }], mode) {
  const [type, size] = SIZES[payload];
  const ring = new RingBuffer(memory, type);
  const taken = new type(size * (mode === 'batched' ? BATCH : 1));
  let over = false;
  /** Whether the sender has left is asked first: what it sent before is then seen by `availableRead`. */
  const ready = () => {
    const last = Atomics.load(left, 0) === 1;
    if (ring.availableRead() >= size) return true;
    over = last;
    return last;
  };
  const valueAt = (at) => (size === 1 ? taken[at] : taken.slice(at * size, (at + 1) * size));
  const take = () => {
    if (over) return undefined;
    ring.pop(taken, size);
    return valueAt(0);
  };
  return {
    one() {
      if (mode === 'awaiting' && !ready()) return waitAwaiting(ready).then(take);
      waitBlocking(ready);
      return take();
    },
    async all(see) {
      for (;;) {
        if (!ready()) {
          if (mode === 'awaiting') await waitAwaiting(ready);
          else waitBlocking(ready);
        }
        if (over) return;
        const values = Math.min(taken.length, ring.availableRead()) / size;
        const whole = ring.pop(taken, Math.floor(values) * size) / size;
        for (let at = 0; at < whole; at++) {
          const pending = see(valueAt(at));
          if (pending !== undefined) await pending;
        }
      }
    },
    close() {},
  };
}
