/**
 * Engine `local`: Go's hchan in one thread, values by reference.
 *
 * Refuses what one thread cannot do: to share a channel, and to block for ever on one whose other end can only run on
 * the thread that would be blocked.
 */
import { now } from '../clock.js';
import * as Direction from '../direction.js';
import type { Case, Engine, EngineName, Opener, OpenOptions, Parked, Port, Waiter } from '../engine.js';
import { BlockingError, label } from '../errors.js';
import { nap } from '../sleep.js';
import { Hchan } from './hchan.js';
import { LocalPort } from './port.js';
import { chanOf, pass1, pass2 } from './select.js';

export const local: Opener & Engine = {
  name: 'local',

  open<T>(_name: EngineName, options: OpenOptions<T>): Port<T> {
    return new LocalPort<T>(new Hchan(options.capacity, options.name, undefined), Direction.BOTH, options.codec);
  },

  trySelect(cases: readonly Case[], biased: boolean, waiter: Waiter): boolean {
    return pass1(cases, biased, waiter);
  },

  park(cases: readonly Case[], biased: boolean, waiter: Waiter, claim?: () => boolean): Parked | null {
    return pass1(cases, biased, waiter) ? null : pass2(cases, waiter, claim);
  },

  /** A case happens if it is ready now, or becomes ready by the clock (a timer). Nothing else can run meanwhile. */
  block(cases: readonly Case[], biased: boolean, timeout: number, waiter: Waiter): boolean {
    const deadline = now() + timeout;
    while (!pass1(cases, biased, waiter)) {
      const left = deadline - now();
      if (left <= 0) return false;
      const due = nextDue(cases);
      if (left === Infinity && due === Infinity) throw new BlockingError(forEver(cases));
      nap(Math.min(left, Math.max(due, 0)));
    }
    return true;
  },
};

/** In how many ms the first timer among the cases fires. */
export function nextDue(cases: readonly Case[]): number {
  let next = Infinity;
  for (const scase of cases) next = Math.min(next, chanOf(scase).source?.due?.() ?? Infinity);
  return next;
}

function forEver(cases: readonly Case[]): string {
  const [only] = cases;
  const what = cases.length !== 1 || only === undefined ? 'select' : `${only.send ? 'send' : 'receive'} on ${label(only.port)}`;
  return `${what} would block for ever: the other end of a local channel is on this thread`;
}
