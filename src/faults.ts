/**
 * Messages that did not decode and were taken behind ones that did: a batch returns those, and each error is for a later receive of the
 * handle to report, before anything new.
 */
import type { Case, Port, Waiter } from './engine.js';

/** What one handle has still to report. */
export class Faults {
  #errors: unknown[] | undefined;

  /** For the next receive that has none to report before. */
  leave(error: unknown): void {
    this.#errors ??= [];
    this.#errors.push(error);
  }

  /** For the very next receive. */
  putBack(error: unknown): void {
    this.#errors = [error, ...(this.#errors ?? [])];
  }

  /** Throws the first error that was left, once. */
  report(): void {
    const errors = this.#errors;
    if (errors === undefined) return;
    if (errors.length === 1) this.#errors = undefined;
    throw errors.shift();
  }
}

/** Reports what a batch of one of the receiving cases has left. True: `waiter` was told. */
export function faulty(cases: readonly Case[], waiter: Waiter): boolean {
  for (let index = 0; index < cases.length; index++) {
    const { port, send } = cases[index] as Case;
    try {
      if (!send) (port as Port).faults?.report();
    } catch (error) {
      waiter.fail(index, error);
      return true;
    }
  }
  return false;
}
