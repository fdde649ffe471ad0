/**
 * One listener per signal, however many operations wait with it.
 *
 * A signal of a whole program has thousands of operations: an EventTarget warns from the eleventh listener on, and
 * looks through all of them to remove one. Invariant: a signal has our listener exactly while some operation waits.
 */

/** What an aborted signal ends. */
export interface Abortable {
  /** Ends with `reason`, the signal's; must not throw. */
  withdraw(reason: unknown): void;
}

class Listeners {
  readonly #signal: AbortSignal;
  readonly #each = new Set<Abortable>();
  readonly #fire = (): void => {
    // What one of them ends takes its own out of the set: it is not told any more.
    for (const each of this.#each) each.withdraw(this.#signal.reason);
    this.#each.clear();
    this.#leave();
  };

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', this.#fire);
  }

  add(waits: Abortable): void {
    this.#each.add(waits);
  }

  delete(waits: Abortable): void {
    if (this.#each.delete(waits) && this.#each.size === 0) this.#leave();
  }

  #leave(): void {
    waiting.delete(this.#signal);
    try {
      this.#signal.removeEventListener('abort', this.#fire);
    } catch {
      // Not a real signal. Its operation has happened, and whoever is told later finds nobody here.
    }
  }
}

const waiting = new WeakMap<AbortSignal, Listeners>();

/** `waits` is withdrawn when `signal` aborts. Undone by `offAbort`, before or after. */
export function onAbort(signal: AbortSignal, waits: Abortable): void {
  let listeners = waiting.get(signal);
  if (listeners === undefined) {
    listeners = new Listeners(signal);
    waiting.set(signal, listeners);
  }
  listeners.add(waits);
}

/** Undoes `onAbort`. */
export function offAbort(signal: AbortSignal | undefined, waits: Abortable): void {
  if (signal !== undefined) waiting.get(signal)?.delete(waits);
}
