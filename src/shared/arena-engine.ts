/**
 * The channels of one arena as an engine: they can be selected over atomically. A select over channels of several arenas is one over
 * several engines (select/across.ts).
 */
import type { Case, Engine, Parked, Waiter } from '../engine.js';
import type { Arena } from './arena.js';
import { portIn } from './port.js';
import { Selecting } from './select.js';

/** Reports what a batch left behind good values, which comes before anything new. True: `waiter` was told. */
function faulty(cases: readonly Case[], waiter: Waiter): boolean {
  for (const [index, scase] of cases.entries()) {
    const undecoded = scase.send ? undefined : portIn(scase).takeUndecoded();
    if (undecoded === undefined) continue;
    waiter.fail(index, undecoded.error);
    return true;
  }
  return false;
}

export class ArenaEngine implements Engine {
  readonly name = 'shared';
  readonly #arena: Arena;

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  trySelect(cases: readonly Case[], biased: boolean, waiter: Waiter): boolean {
    return faulty(cases, waiter) || new Selecting(this.#arena, cases, biased, waiter).attempt();
  }

  park(cases: readonly Case[], biased: boolean, waiter: Waiter): Parked | null {
    if (faulty(cases, waiter)) return null;
    const waiting = new Selecting(this.#arena, cases, biased, waiter).park();
    if (waiting !== null) this.#arena.arm();
    return waiting;
  }

  block(cases: readonly Case[], biased: boolean, timeout: number, waiter: Waiter): boolean {
    return faulty(cases, waiter) || new Selecting(this.#arena, cases, biased, waiter).block(timeout);
  }

  watch(cases: readonly Case[], onReady: () => void): Parked {
    let over = false;
    const ready = (): void => {
      if (over) return;
      over = true;
      onReady();
    };
    const watching = new Selecting(this.#arena, cases, true, { settle: ready, fail: ready }).watch(ready);
    if (watching === null) queueMicrotask(ready);
    else this.#arena.arm();
    return {
      cancel() {
        const cancelled = !over;
        over = true;
        if (cancelled) watching?.cancel();
        return cancelled;
      },
    };
  }
}
