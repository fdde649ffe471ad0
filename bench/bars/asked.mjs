/** What the bars ask for. */

/** The columns: kinds of value, as they are printed. */
export const columns = {
  number: 'number',
  string: '64-char string',
  bytes: '1 KiB bytes',
  buffer: '1 KiB Buffer',
  object: '{id, name, tags[3]}',
};

/** The rows: how many times as fast as raw postMessage of the same values, by kind of value. */
export const transfers = [
  { way: 'awaited', title: 'await send → for await', asked: { number: 4, string: 4, bytes: 5, buffer: 5, object: 5 } },
  { way: 'consumed', title: 'trySend/send → consume', asked: { number: 8, string: 6, bytes: 6, buffer: 6, object: 7 } },
  {
    way: 'batched',
    title: 'sendMany → recvMany, 256 at a time',
    asked: { number: 28, string: 12, bytes: 8, buffer: 8, object: 10 },
  },
  { way: 'typed', title: 'typed array → recvManyInto', asked: { number: 60 } },
];

/**
 * How many times as fast as a channel of another language that carries numbers of 8 bytes one by one between two of its
 * threads, at the same capacity.
 */
export const programs = {
  go: { title: 'Go chan', asked: { typed: 3, batched: 1, consumed: 0.5 } },
  crossbeam: { title: 'Rust crossbeam', asked: { batched: 0.5 } },
  kanal: { title: 'Rust kanal', asked: { batched: 0.5 } },
};

/** Round trips: at most this fraction of the rival's time. */
export const trips = [
  { title: 'worker ↔ worker, blocking', rival: 'Atomics.wait/notify', asked: 0.5 },
  { title: 'main ↔ worker, awaiting', rival: 'MessagePort', asked: 0.8 },
];

/** What must not grow, or stay small: at most so much. */
export const growth = {
  messages: { title: 'time per message, 10⁷ messages to 10⁵', unit: '×', asked: 1.25 },
  producers: { title: 'time per message, 8 producers to 1', unit: '×', asked: 1.5 },
  wake: { title: 'time to wake one of 100 000 parked, to one of 10 000 (a square: 10)', unit: '×', asked: 2.5 },
  queue: { title: 'memory of 10⁶ queued numbers', unit: 'MB', asked: 64 },
  parked: { title: 'memory of a parked recv()', unit: 'bytes', asked: 1024 },
  idle: { title: 'CPU of a thread that blocks and one that awaits', unit: '%', asked: 0.5 },
  timer: { title: 'delay of a 5 ms timer beside for await', unit: 'ms', asked: 25 },
};
