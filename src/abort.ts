/**
 * One listener per signal, however many operations wait with it.
 *
 * A signal of a whole program has thousands of operations: an EventTarget warns from the eleventh listener on, and
 * looks through all of them to remove one. Invariant: a signal has our listener exactly while some operation waits.
 */

class Listeners {
  readonly #signal: AbortSignal;
  readonly #each = new Set<() => void>();
  readonly #fire = (): void => {
    // What one listener ends takes its own out of the set: it is not called any more.
    for (const listener of this.#each) listener();
    this.#each.clear();
    this.#leave();
  };

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', this.#fire);
  }

  add(listener: () => void): void {
    this.#each.add(listener);
  }

  delete(listener: () => void): void {
    if (this.#each.delete(listener) && this.#each.size === 0) this.#leave();
  }

  #leave(): void {
    this.#signal.removeEventListener('abort', this.#fire);
    waiting.delete(this.#signal);
  }
}

const waiting = new WeakMap<AbortSignal, Listeners>();

/** `listener` is called when `signal` aborts; it must not throw. Undone by `offAbort`, before or after. */
export function onAbort(signal: AbortSignal, listener: () => void): void {
  let listeners = waiting.get(signal);
  if (listeners === undefined) {
    listeners = new Listeners(signal);
    waiting.set(signal, listeners);
  }
  listeners.add(listener);
}

/** Undoes `onAbort`. */
export function offAbort(signal: AbortSignal, listener: () => void): void {
  waiting.get(signal)?.delete(listener);
}
