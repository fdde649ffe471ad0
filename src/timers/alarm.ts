/**
 * A timer for a moment on the clock of timers, however far off.
 *
 * It never keeps the process alive: whoever waits for it does.
 */
import type { Timer } from '../clock.js';

/** What one setTimeout can wait for: 2^31 - 1 ms, 24.8 days. */
const LONGEST = 2 ** 31 - 1;
/** A host's timers may be early by so many ms, as they count whole ones. */
const EARLY = 2;

/** How far the clock of timers is ahead of `performance.now()`: 0, unless a program's tests move the one and not the other. */
let ahead = 0;

/** The clock of timers: milliseconds since some moment in the past. */
export function clock(): number {
  return performance.now() + ahead;
}

export class Alarm {
  readonly #ring: () => void;
  #at = Infinity;
  /** When the timer fires, at the earliest. */
  #due = 0;
  #timer: Timer | undefined;

  constructor(ring: () => void) {
    this.#ring = ring;
  }

  /** Rings once, at `at` or as soon as the event loop can after it; never earlier. Infinity: never. */
  set(at: number): void {
    this.clear();
    this.#at = at;
    if (at === Infinity) return;
    const now = clock();
    const wait = Math.min(LONGEST, Math.max(0, Math.ceil(at - now)));
    this.#due = now + wait;
    this.#timer = setTimeout(() => this.#fired(), wait) as Timer;
    this.#timer.unref?.();
  }

  clear(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer as never);
    this.#timer = undefined;
  }

  #fired(): void {
    this.#timer = undefined;
    const early = this.#due - clock();
    if (early > EARLY) ahead += early;
    // Far off, or the event loop's clock was ahead: not yet.
    if (clock() < this.#at) this.set(this.#at);
    else this.#ring();
  }
}
