/**
 * A select without a live case: never ready, ends only by its signal or its time, and can be withdrawn at any moment.
 */
import type { Engine, Parked } from '../engine.js';

/** The longest sleep before the thread looks whether it is to be terminated. */
const SLICE = 20;

const WAITING: Parked = { cancel: () => true };

let sleeper: Int32Array<SharedArrayBuffer> | undefined;

/** Blocks this thread for `ms`, Infinity allowed; worker.terminate() and process.exit() interrupt it. */
export function sleep(ms: number): void {
  sleeper ??= new Int32Array(new SharedArrayBuffer(4));
  const end = performance.now() + ms;
  for (let left = ms; left > 0; left = end - performance.now()) Atomics.wait(sleeper, 0, 0, Math.min(left, SLICE));
}

/** The engine of no cases. */
export const idle: Pick<Engine, 'trySelect' | 'park' | 'block'> = {
  trySelect: () => false,
  park: () => WAITING,
  block(_cases, _biased, timeout) {
    sleep(timeout);
    return false;
  },
};
