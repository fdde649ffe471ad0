/**
 * Selects over channels of several arenas, and of none.
 *
 * No lock spans arenas, so such a select watches its cases and tries them one by one when one may be ready. Nothing is lost
 * and exactly one case happens; given up are the one moment and the place in the queues.
 */

import { shuffled } from '../chance.js';
import type { Case, Parked, Waiter } from '../engine.js';
import { nap } from '../sleep.js';
import type { Arena } from './arena.js';
import { portIn } from './port.js';
import { Selecting } from './select.js';
import type { Waiting } from './waiting.js';

/** How often a thread that blocks on several arenas tries again, in ms. */
const SLICE = 1;

/** Tries the cases one by one: in their order if `biased`, else in a random one. */
export function tryMixed(cases: readonly Case[], biased: boolean, waiter: Waiter): boolean {
  for (const index of biased ? cases.keys() : shuffled(cases.length)) {
    const scase = cases[index] as Case;
    const one: Waiter = {
      settle: (_, status, value) => waiter.settle(index, status, value),
      fail: (_, error) => waiter.fail(index, error),
    };
    if (new Selecting(portIn(scase).arena, [scase], true, one).attempt()) return true;
  }
  return false;
}

/** Watches every case; `onReady` is called once, never before this returns. */
export function watchMixed(cases: readonly Case[], onReady: () => void): Parked {
  const groups = new Map<Arena, Case[]>();
  for (const scase of cases) {
    const { arena } = portIn(scase);
    const group = groups.get(arena);
    if (group === undefined) groups.set(arena, [scase]);
    else group.push(scase);
  }
  let over = false;
  const watchers: Waiting[] = [];
  const end = (): boolean => {
    if (over) return false;
    over = true;
    for (const watcher of watchers) watcher.cancel();
    return true;
  };
  const ready = (): void => {
    if (end()) onReady();
  };
  const deaf: Waiter = { settle: ready, fail: ready };
  for (const [arena, group] of groups) {
    const watcher = new Selecting(arena, group, true, deaf).watch(ready);
    if (watcher === null) {
      queueMicrotask(ready);
      break;
    }
    watchers.push(watcher);
    arena.arm();
  }
  return { cancel: end };
}

/** As `Engine.park`. */
export function parkMixed(cases: readonly Case[], biased: boolean, waiter: Waiter): Parked | null {
  if (tryMixed(cases, biased, waiter)) return null;
  let over = false;
  let watching: Parked;
  const told: Waiter = {
    settle: (index, status, value) => {
      over = true;
      waiter.settle(index, status, value);
    },
    fail: (index, error) => {
      over = true;
      waiter.fail(index, error);
    },
  };
  const again = (): void => {
    try {
      if (!over && !tryMixed(cases, biased, told)) watching = watchMixed(cases, again);
    } catch (error) {
      if (!over) told.fail(0, error);
    }
  };
  watching = watchMixed(cases, again);
  return {
    cancel: () => {
      if (over) return false;
      over = true;
      watching.cancel();
      return true;
    },
  };
}

/** As `Engine.block`. */
export function blockMixed(cases: readonly Case[], biased: boolean, timeout: number, waiter: Waiter): boolean {
  const deadline = performance.now() + timeout;
  while (!tryMixed(cases, biased, waiter)) {
    const left = deadline - performance.now();
    if (left <= 0) return false;
    nap(Math.min(SLICE, left));
  }
  return true;
}
