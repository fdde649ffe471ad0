/**
 * The clock by which threads wait for each other: that of `performance.now()` when this is loaded, also once a program's tests have put another
 * one in its place, which may stand still. Timers and contexts go by that other one, as everybody's timers do then.
 */

/** Milliseconds since some moment in the past. */
export const now: () => number = performance.now.bind(performance);
