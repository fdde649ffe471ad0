/**
 * Looking again for a moment, because a wake-up costs more than the wait. The twin for native channels is linger.rs.
 */
import { availableParallelism } from '#platform';
import { now } from '../clock.js';

/** On one core the other end cannot run while this one looks. */
const ALONE = availableParallelism() === 1;
/** Once something is there, how long to wait for the rest of what was asked for, in ms. */
const GATHERING = 0.003;
/** Looks between two at the clock. */
const LOOKS = 16;

/**
 * Looks until `want` are `ready`, or some are and have been for a moment (`patiently`: as long as there is time), or `microseconds` are
 * over. How many are.
 */
export function look(ready: () => number, patiently: boolean, want: number, microseconds: number): number {
  if (ALONE) return 0;
  const end = now() + microseconds / 1000;
  let until = end;
  for (let looks = 1; ; looks++) {
    const found = ready();
    if (found >= want) return want;
    if (looks % LOOKS !== 0) continue;
    const time = now();
    if (time >= until) return found;
    if (found > 0 && !patiently) until = Math.min(until, time + GATHERING);
  }
}
