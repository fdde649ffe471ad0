/** What every program here needs: its engine, a way to say something, and a view of the shared words that tell of progress. */
import { writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker, workerData } from 'node:worker_threads';
import { chan, unbounded } from 'hchan';

/** The engine under test, in the main thread and in workers. */
export const engine = workerData?.engine ?? process.argv[2];

/** Makes a channel on that engine. */
export const make = (capacity = 0, options = {}) =>
  capacity === Number.POSITIVE_INFINITY ? unbounded({ ...options, engine }) : chan(capacity, { ...options, engine });

/** One JSON line on standard output, written at once, since the process may be about to die. */
export const say = (fact) => writeSync(1, `${JSON.stringify(fact)}\n`);

/** Shared 32-bit words. */
export const shareWords = (count = 16) => new Int32Array(new SharedArrayBuffer(count * 4));

/** Starts the program's own file as a worker. */
export const start = (url, data = {}) => new Worker(fileURLToPath(url), { workerData: { ...data, engine } });

/** Waits until a word has a value, without holding up the loop. */
export async function reach(words, index, value = 1) {
  while (Atomics.load(words, index) < value) await new Promise((resolve) => setTimeout(resolve, 1));
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
export const exited = (worker) => new Promise((resolve) => worker.once('exit', resolve));
/** A promise's outcome, as data. */
export const outcomeOf = (promise) =>
  promise.then(
    (value) => ({ value }),
    (error) => ({ error: error?.name ?? String(error), value: error?.value }),
  );

/** Whether an operation is ready is found out at once; what is wrong ends the program. */
export function check(condition, what) {
  if (condition) return;
  writeSync(2, `check failed: ${what}\n`);
  process.exit(97);
}
