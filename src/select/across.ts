/**
 * A select whose cases belong to several engines, behind the same three calls as one engine.
 *
 * One engine that crosses threads (that of a send to a rendezvous, else the native one, if they are among them) holds the real operation
 * and commits it atomically. The in-thread engine (channels of one thread, timers, signals, contexts) holds real operations too, but
 * asks before it commits one: `claim` withdraws the other operation first, and a claim that fails means that it has
 * happened. A second engine that crosses threads is only watched; when something may be ready there, all is withdrawn
 * and tried again, so the select goes to the end of its queues then.
 *
 * ```
 *             local peer commits: claim → real.cancel() true ──▶ local happened
 *  parked ──┤ real op settles:    local.cancel(), watches off ──▶ real happened
 *             watch rings:        real.cancel() true → local.cancel() → try and park again
 *             owner cancels:      real.cancel() true → local.cancel() ──▶ nothing happened
 * ```
 * Invariant: `real.cancel()` returning false is the only thing that decides against everybody else.
 *
 * What one engine promises and several cannot: that nothing was ready at one single moment, and, if `biased`, that no case of another
 * engine that crosses threads became ready before the one that received a message. Each engine's own cases are tried at one moment.
 * Who watches a rendezvous stands in no queue of it: a select that sends to one of each of two engines is met at the first one only by
 * those who wait there for real.
 */

import { defer } from '#platform';
import { shuffled } from '../chance.js';
import { now } from '../clock.js';
import { encodeTo } from '../codec/codec.js';
import { type Case, CLOSED, EMPTY, type Engine, type Parked, type Waiter } from '../engine.js';
import { label } from '../errors.js';
import { nextDue } from '../local/engine.js';
import { scratch } from '../scratch.js';
import { sleep } from '../sleep.js';
import * as Status from '../status.js';
import { type Group, groupsOf } from './group.js';

/** How long a blocked thread waits in one engine before it looks at the others, in ms: at first, and at most, which is one slice of the native one. */
const GLANCE = 2;
const LONGEST = 30;

/** Several engines as one. */
export const across: Pick<Engine, 'trySelect' | 'linger' | 'park' | 'block'> = {
  trySelect(cases, biased, waiter) {
    checkValues(cases);
    return tryAll(groupsOf(cases), cases, biased, waiter);
  },

  linger(cases) {
    const { real } = roles(groupsOf(cases));
    return real?.engine.linger?.(real.cases) ?? false;
  },

  park(cases, biased, waiter) {
    checkValues(cases);
    const operation = new Across(cases, biased, waiter);
    return operation.start() ? operation : null;
  },

  block(cases, biased, timeout, waiter) {
    checkValues(cases);
    const deadline = now() + timeout;
    const groups = groupsOf(cases);
    const { local, real, watched } = roles(groups);
    for (let glance = GLANCE; ; glance = Math.min(LONGEST, glance * 2)) {
      if (tryAll(groups, cases, biased, waiter)) return true;
      const left = deadline - now();
      if (left <= 0) return false;
      const due = local === undefined ? Infinity : Math.max(0, nextDue(local.cases));
      const wait = Math.min(left, due, watched.length === 0 ? Infinity : glance);
      if (real === undefined) sleep(wait);
      else if (real.block(biased, wait, waiter)) return true;
    }
  },
};

/** Encodes what is to be sent once and forgets it: a value that does not fit must fail before anything happens. */
function checkValues(cases: readonly Case[]): void {
  for (const { port, send, value } of cases) {
    if (!send || port.engineName === 'local') continue;
    const start = scratch.begin();
    try {
      encodeTo(port.codec, value, label(port));
    } finally {
      scratch.release(start);
    }
  }
}

/**
 * Tries the cases one by one, shuffled, so that all engines' ready cases are equally likely; then each engine's cases
 * together, since of two that take turns in being ready the first round may have missed both.
 */
function tryAll(groups: readonly Group[], cases: readonly Case[], biased: boolean, waiter: Waiter): boolean {
  if (biased) return tryInOrder(groups, cases, cases.length, waiter);
  for (const place of shuffled(cases.length)) if (tryOne(cases[place] as Case, place, waiter)) return true;
  return groups.some((group) => group.cases.length > 1 && group.trySelect(false, waiter));
}

/**
 * Tries the cases before `end` in key order: with each, those of its engine that stand before it, which may have become ready first.
 * (Between two looks nothing changes in the engine of one thread.)
 */
function tryInOrder(groups: readonly Group[], cases: readonly Case[], end: number, waiter: Waiter): boolean {
  const first: Waiter = {
    settle(place, status, value) {
      // What is closed stays closed, and what was sent to those before it in the meantime comes first.
      if (status === Status.DONE || !tryInOrder(groups, cases, place, waiter)) waiter.settle(place, status, value);
    },
    fail: (place, error) => waiter.fail(place, error),
  };
  return cases.slice(0, end).some(({ port }, place, { [place + 1]: next }) => {
    // Neighbours of one engine are tried together.
    if (next?.port.engine === port.engine) return false;
    return groups.find(({ engine }) => engine === port.engine)?.trySelect(true, first, place + 1);
  });
}

function tryOne({ port, send, value }: Case, place: number, waiter: Waiter): boolean {
  if (send) {
    const status = port.trySend(value);
    if (status === Status.BLOCKED) return false;
    waiter.settle(place, status, undefined);
    return true;
  }
  let received: unknown;
  try {
    received = port.tryRecv();
  } catch (error) {
    waiter.fail(place, error);
    return true;
  }
  if (received === EMPTY) return false;
  if (received === CLOSED) waiter.settle(place, Status.CLOSED, undefined);
  else waiter.settle(place, Status.DONE, received);
  return true;
}

interface Roles {
  readonly local: Group | undefined;
  readonly real: Group | undefined;
  readonly watched: readonly Group[];
}

function roles(groups: readonly Group[]): Roles {
  const local = groups.find(({ engine }) => engine.name === 'local');
  const crossing = groups.filter((group) => group !== local);
  // Who sends to a rendezvous must stand in its queue: two that only watch it would never meet.
  const sends = ({ cases }: Group) => cases.some(({ port, send }) => send && port.capacity === 0);
  const real = crossing.find(sends) ?? crossing.find(({ engine }) => engine.name === 'native') ?? crossing[0];
  return { local, real, watched: crossing.filter((group) => group !== real) };
}

/** One waiting operation over several engines. */
class Across implements Parked, Waiter {
  readonly #cases: readonly Case[];
  readonly #groups: readonly Group[];
  readonly #roles: Roles;
  readonly #biased: boolean;
  readonly #waiter: Waiter;
  #local: Parked | null = null;
  #real: Parked | null = null;
  #watches: Parked[] = [];
  /** The real operation is being parked: a local peer that asks now is refused, and all is tried again. */
  #parking = false;
  #again = false;
  #over = false;

  constructor(cases: readonly Case[], biased: boolean, waiter: Waiter) {
    this.#cases = cases;
    this.#groups = groupsOf(cases);
    this.#roles = roles(this.#groups);
    this.#biased = biased;
    this.#waiter = waiter;
  }

  /** Waits in every engine (true), or it was settled at once (false). */
  start(): boolean {
    do {
      if (tryAll(this.#groups, this.#cases, this.#biased, this)) return false;
      if (!this.#parkAll()) return false;
    } while (this.#again && this.#withdraw());
    return true;
  }

  /** False: a case was ready after all, and has happened. */
  #parkAll(): boolean {
    const { local, real, watched } = this.#roles;
    this.#again = false;
    this.#parking = true;
    try {
      this.#local = local?.park(this.#biased, this, () => this.#claim()) ?? null;
      if (this.#over) return false;
      this.#real = real?.park(this.#biased, this) ?? null;
      if (this.#over) return false;
      for (const { engine, cases } of watched) {
        const watch = engine.watch?.(cases, () => this.#ring());
        if (watch) this.#watches.push(watch);
        else this.#again = true;
      }
      return true;
    } catch (error) {
      // Unless it has happened in the meantime.
      if (!this.#withdraw()) return true;
      throw error;
    } finally {
      this.#parking = false;
    }
  }

  #claim(): boolean {
    if (this.#parking) this.#again = true;
    if (this.#parking || this.#over) return false;
    if (this.#real !== null && !this.#real.cancel()) return false;
    this.#real = null;
    this.#over = true;
    return true;
  }

  /** Something may be ready in a watched engine. */
  #ring(): void {
    if (this.#over) return;
    if (this.#parking) {
      this.#again = true;
      return;
    }
    // In a turn of its own: two that tell each other for nothing leave others theirs.
    defer(() => {
      try {
        if (this.#withdraw()) this.start();
      } catch (error) {
        this.fail(0, error);
      }
    });
  }

  /** Leaves every engine; false if the operation has happened meanwhile. */
  #withdraw(): boolean {
    if (this.#over || (this.#real !== null && !this.#real.cancel())) return false;
    this.#real = null;
    this.#leave();
    return true;
  }

  #leave(): void {
    this.#local?.cancel();
    this.#local = null;
    for (const watch of this.#watches) watch.cancel();
    this.#watches = [];
  }

  cancel(): boolean {
    if (!this.#withdraw()) return false;
    this.#over = true;
    return true;
  }

  settle(index: number, status: Status.Status, value: unknown): void {
    this.#over = true;
    this.#leave();
    // What was found closed stays closed, and what was sent to another engine's cases before it comes first.
    if (this.#biased && status !== Status.DONE && tryInOrder(this.#groups, this.#cases, index, this.#waiter)) return;
    this.#waiter.settle(index, status, value);
  }

  fail(index: number, error: unknown): void {
    this.#over = true;
    this.#leave();
    this.#waiter.fail(index, error);
  }
}
