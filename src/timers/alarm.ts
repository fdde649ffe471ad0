/**
 * A timer for a moment on the clock of timers, however far off.
 *
 * That clock is `performance.now()`, and where a program's tests have put other timers in the place of the host's and move them without
 * it, as far ahead as they have been moved. It never keeps the process alive: whoever waits for it does.
 */
import { later, type Timer } from '../clock.js';

/** What one setTimeout can wait for: 2^31 - 1 ms, 24.8 days. */
const LONGEST = 2 ** 31 - 1;
/** A timer that is early by more ms has been moved; the host's own count whole ones. */
const EARLY = 2;

/** How far the tests have moved their timers without the clock. */
let ahead = 0;

/** Whether the timers are a program's tests'. The host's are never taken to be ahead of the clock, which may be a coarse one. */
const areMoved = (): boolean => (setTimeout as unknown) !== later;

/** The clock of timers: milliseconds since some moment in the past. */
export function clock(): number {
  return performance.now() + (areMoved() ? ahead : 0);
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
    if (!areMoved()) ahead = 0;
    this.#at = at;
    if (at === Infinity) return;
    const now = clock();
    const wait = Math.min(LONGEST, Math.max(0, Math.ceil(at - now)));
    this.#due = now + wait;
    // One that could not be cleared, because it was set by other timers than there are now, is not the one to ring.
    const timer = setTimeout(() => timer === this.#timer && this.#fired(), wait) as Timer;
    this.#timer = timer;
    timer.unref?.();
  }

  clear(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer as never);
    this.#timer = undefined;
  }

  #fired(): void {
    this.#timer = undefined;
    const early = this.#due - clock();
    if (early > EARLY && areMoved()) ahead += early;
    // Far off, or the event loop's clock was ahead: not yet.
    if (clock() < this.#at) this.set(this.#at);
    else this.#ring();
  }
}
