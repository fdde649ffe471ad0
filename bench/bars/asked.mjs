/** What the bars ask for. */

/** The columns: kinds of value, as they are printed. */
export const columns = { number: 'number', string: '64-char string', bytes: '1 KiB bytes', object: '{id, name, tags[3]}' };

/** The rows: how many times as fast as raw postMessage of the same values, by kind of value. */
export const transfers = [
  { way: 'awaited', title: 'await send → for await', asked: { number: 4, string: 4, bytes: 5, object: 5 } },
  { way: 'consumed', title: 'trySend/send → consume', asked: { number: 8, string: 6, bytes: 6, object: 7 } },
  { way: 'batched', title: 'sendMany → recvMany, 256 at a time', asked: { number: 28, string: 12, bytes: 8, object: 10 } },
  { way: 'typed', title: 'typed array → recvManyInto', asked: { number: 60 } },
];

/** How many times as fast as a Go channel of float64 of the same capacity, for numbers. */
export const againstGo = { typed: 3, batched: 1, consumed: 0.5 };

/** Round trips: at most this fraction of the rival's time. */
export const trips = [
  { title: 'worker ↔ worker, blocking', rival: 'Atomics.wait/notify', asked: 0.5 },
  { title: 'main ↔ worker, awaiting', rival: 'MessagePort', asked: 0.8 },
];
