/** Blocking this thread for a time, where nothing can wake it but the clock. */
import { now } from './clock.js';

/** The longest sleep before the thread looks whether it is to be terminated. */
const SLICE = 20;

let word: Int32Array<SharedArrayBuffer> | undefined;

/** Blocks for `ms`, or for less. */
export function nap(ms: number): void {
  word ??= new Int32Array(new SharedArrayBuffer(4));
  Atomics.wait(word, 0, 0, Math.min(ms, SLICE));
}

/** Blocks for `ms`, Infinity allowed; worker.terminate() and process.exit() interrupt it. */
export function sleep(ms: number): void {
  const end = now() + ms;
  for (let left = ms; left > 0; left = end - now()) nap(left);
}
