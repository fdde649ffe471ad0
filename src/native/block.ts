/**
 * Blocking this thread on one operation.
 *
 * The addon tries, looks and yields for 25 µs, parks, and then sleeps in slices of 30 ms, and up to 50 once it has slept for long. Between waiting and
 * taking, `Atomics.wait` with a timeout of 0 gives worker.terminate(), process.exit() and the inspector their chance,
 * which a loop around native calls alone does not once it is optimised: so a thread that ends while it waits has taken
 * nothing.
 */
import { now } from '../clock.js';
import type { Case, Waiter } from '../engine.js';
import { native } from './binding.js';
import { describe } from './cases.js';
import * as Code from './code.js';
import { failure } from './failure.js';
import { settle, sweepLater } from './park.js';

/** ms of the first slice and of the longest. */
const SLICE = 30;
const LONGEST = 50;
/** A slice is longer by so much of the time that the thread has slept. */
const PART = 1 / 32;

let checkpoint: Int32Array<SharedArrayBuffer> | undefined;

/** As `Engine.block`. */
export function block(cases: readonly Case[], biased: boolean, timeout: number, waiter: Waiter): boolean {
  const at = describe(cases);
  const order = biased ? 1 : 0;
  if (timeout <= 0) {
    const code = native.selectTry(at, cases.length, order);
    return code === Code.BLOCKED ? false : ended(code, cases, waiter);
  }
  const deadline = timeout === Infinity ? timeout : now() + timeout;
  for (;;) {
    const op = native.selectBlock(at, cases.length, order);
    if (op > 0) return sleep(op, deadline, cases, waiter);
    if (op !== Code.BLOCKED) return ended(op, cases, waiter);
    // Something may have become ready while this thread waited. If the thread is to end, it must not take it.
    giveWay();
    if (now() > deadline) return block(cases, biased, 0, waiter);
  }
}

/** Where this thread can be ended, or looked into. */
function giveWay(): void {
  checkpoint ??= new Int32Array(new SharedArrayBuffer(4));
  Atomics.wait(checkpoint, 0, 0, 0);
}

function sleep(op: number, deadline: number, cases: readonly Case[], waiter: Waiter): boolean {
  const start = now();
  for (;;) {
    giveWay();
    const time = now();
    const left = deadline - time;
    const code = native.wait(op, Math.max(0, Math.ceil(Math.min(left, LONGEST, SLICE + (time - start) * PART))));
    if (code !== 0) {
      if (cases.length > 1) sweepLater();
      return ended(code, cases, waiter);
    }
    // Time is over: either it is withdrawn, or it has happened in this moment.
    if (left <= 0 && native.cancel(op) === 1) return false;
  }
}

/** Tells the waiter of an operation that is settled, or throws what went wrong. */
function ended(code: number, cases: readonly Case[], waiter: Waiter): boolean {
  if (code < 0 && code !== Code.NEED_GROW) throw failure(code, (cases[0] as Case).port);
  settle(cases, waiter, code);
  return true;
}
