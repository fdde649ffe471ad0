/**
 * The clock and the timers of the host as they were when this was loaded, also once a program's tests have put others in their place, which
 * may stand still. Threads wait for each other by these. `after`, tickers and contexts go by those others, as everybody's timers do then.
 */

/** What a timer function returns. */
export interface Timer {
  ref?(): unknown;
  unref?(): unknown;
}

/** Milliseconds since some moment in the past. */
export const now: () => number = performance.now.bind(performance);

/** Runs `work` as a microtask. */
export const soon: (work: () => void) => void = queueMicrotask;

/** Runs `work` once, in `ms`, or again and again. */
export const later = setTimeout as unknown as (work: () => void, ms: number) => Timer;
export const every = setInterval as unknown as (work: () => void, ms: number) => Timer;
export const forget = clearInterval as (timer: unknown) => void;
