/**
 * The channels of one arena as an engine: they can be selected over atomically. A select over channels of several arenas is one over
 * several engines (select/across.ts).
 */
import type { Case, Engine, Parked, Waiter } from '../engine.js';
import { faulty } from '../faults.js';
import { linger, met } from '../patience.js';
import type { Arena } from './arena.js';
import { look } from './linger.js';
import { inTurns, Selecting } from './select.js';

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
    const arena = this.#arena;
    const waiting = new Selecting(arena, cases, biased, waiter).park();
    if (waiting === null) return null;
    try {
      if (!arena.untold && met(cases, (_want, microseconds) => waiting.settled(microseconds))) return null;
      arena.arm();
    } catch (error) {
      // The stack is full. What has happened meanwhile has been told, or is when the arena is next looked at.
      if (waiting.cancel()) throw error;
      if (waiting.isOver()) return null;
    }
    return waiting;
  }

  linger(cases: readonly Case[]): boolean {
    return linger(cases, (want, microseconds) => look(inTurns(cases), false, want, microseconds));
  }

  block(cases: readonly Case[], biased: boolean, timeout: number, waiter: Waiter): boolean {
    return faulty(cases, waiter) || new Selecting(this.#arena, cases, biased, waiter).block(timeout);
  }

  watch(cases: readonly Case[], onReady: () => void): Parked | null {
    const watching = new Selecting(this.#arena, cases, true, { settle: onReady, fail: onReady }).watch();
    if (watching !== null) this.#arena.arm();
    return watching;
  }
}
