/**
 * Lets timers and I/O run beside channels that are always ready.
 *
 * An awaiting operation that can happen at once resolves in a microtask, and microtasks starve the event loop. So
 * awaiting operations spend from a budget of time: when the loop has not turned for 8 ms, they resolve
 * after its next turn instead. The clock is read about once a millisecond, not at every operation: the stride between readings
 * adapts to how much work an operation carries.
 *
 * Two turns may pass before a due timer runs (a turn that began in the poll phase goes on to the check phase
 * first), hence a budget of less than half of the 25 ms that is promised.
 */
import { defer } from '#platform';
import { now } from '../clock.js';

const LONGEST = 8 * 4;
const STRIDE = 64;

/** Quarters of a millisecond, modulo 2^32: V8 keeps whole numbers in place and makes an object of each other one. */
const clock = (): number => (now() * 4) | 0;
/** How far one reading is behind another one. */
const since = (earlier: number, time: number): number => (time - earlier) | 0;

let stride = 1;
let left = 1;
let lastReading = 0;
let lastTurn = 0;
let fresh = false;
let turn: Promise<void> | null = null;

const nothing = (): void => undefined;

/** Says that the loop has just turned: an engine calls it when the loop calls the engine. Costs nothing. */
export function turned(): void {
  fresh = true;
}

/** Counts one operation; true: it should resolve after the loop's next turn (`nextTurn`). */
export function spent(): boolean {
  if (--left > 0) return false;
  return turn !== null || reading();
}

/** As `spent`, for an operation that carried many messages. */
export function spentMuch(): boolean {
  left = 0;
  return spent();
}

function reading(): boolean {
  const time = clock();
  const elapsed = since(lastReading, time);
  stride = elapsed < 2 ? Math.min(STRIDE, stride * 2) : elapsed > 4 ? 1 : stride;
  left = stride;
  lastReading = time;
  if (fresh) {
    fresh = false;
    lastTurn = time;
  }
  if (since(lastTurn, time) <= LONGEST) return false;
  left = 0;
  try {
    void nextTurn();
    return true;
  } catch {
    return false; // the stack is full, and what happened is to be told nevertheless
  }
}

/** Resolves once the event loop has turned; the same promise for all who wait for one turn. */
export function nextTurn(): Promise<void> {
  if (turn !== null) return turn;
  let tell = nothing;
  const next = new Promise<void>((resolve) => (tell = resolve));
  defer(() => {
    turn = null;
    left = stride = 1;
    lastReading = lastTurn = clock();
    tell();
  });
  // Last: if the stack is full, there is no turn to wait for.
  turn = next;
  return next;
}

/**
 * Calls `tell` with `outcome`: at once, or behind the results that wait for the loop's next turn, so that the results
 * of one thread are told in the order in which its operations happened.
 */
export function inTurn<O>(tell: (outcome: O) => void, outcome: O): void {
  if (turn === null) tell(outcome);
  else void turn.then(() => tell(outcome));
}

/** A promise for the failure of an operation that happened, or could not happen, at once. */
export function rejected(error: unknown): Promise<never> {
  if (!spent()) return Promise.reject(error);
  return nextTurn().then(() => {
    throw error;
  });
}

const done = Promise.resolve();

/**
 * `result` after the loop's next turn. Apart from its callers, which are hot: a function whose closure holds a variable makes
 * room for that on the heap whenever it is called.
 */
export function nextTurnWith<R>(result: R): Promise<R> {
  return nextTurn().then(() => result);
}

/** A promise for the result of an operation that happened at once. */
export function resolved<R>(result: R): Promise<R> {
  return spent() ? nextTurnWith(result) : Promise.resolve(result);
}

/** As `resolved`, for operations without a result. */
export function resolvedVoid(): Promise<void> {
  // Not the turn itself: what waits on that hears of it before those who wait on a promise made from it.
  return spent() ? nextTurn().then(nothing) : done;
}
