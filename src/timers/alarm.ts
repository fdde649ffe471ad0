/**
 * A timer for a moment on the clock of timers, however far off.
 *
 * That clock is `performance.now()`, and where a program's tests have put other timers in the place of the host's and move them without
 * it, as far ahead as they have been moved. It never keeps the process alive: whoever waits for it does.
 */
import { forget, later, now, type Timer } from '../clock.js';

/** What one setTimeout can wait for: 2^31 - 1 ms, 24.8 days. */
const LONGEST = 2 ** 31 - 1;
/** A timer that is early by more ms has been moved; the host's own count whole ones. */
const EARLY = 2;
/** More than rounding takes from a sum of times, in ms. */
const ROUNDING = 1e-3;

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
  /** Where the timers are others than the host's: one of the host's beside `#timer`, until it fires. */
  #host: Timer | undefined;

  constructor(ring: () => void) {
    this.#ring = ring;
  }

  /** Rings once, at `at` or as soon as the event loop can after it; never earlier. Infinity: never. */
  set(at: number): void {
    this.clear();
    if (!areMoved()) ahead = 0;
    this.#at = at;
    if (at === Infinity) return;
    const start = clock();
    const wait = Math.min(LONGEST, Math.max(0, Math.ceil(at - start)));
    this.#due = start + wait;
    // First, so that it fires first where the others are the host's in a wrapper.
    if (areMoved()) this.#accompany(wait);
    // One that could not be cleared, because it was set by other timers than there are now, is not the one to ring.
    const timer = setTimeout(() => timer === this.#timer && this.#fired(), wait) as Timer;
    this.#timer = timer;
    timer.unref?.();
  }

  clear(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer as never);
    this.#timer = undefined;
    this.#leave();
  }

  #accompany(wait: number): void {
    const host = later(() => {
      if (this.#host === host) this.#host = undefined;
    }, wait);
    host.unref?.();
    this.#host = host;
  }

  #leave(): void {
    forget(this.#host);
    this.#host = undefined;
  }

  #fired(): void {
    this.#timer = undefined;
    if (areMoved()) this.#follow(this.#due - clock());
    this.#leave();
    // Far off, or the event loop's clock was ahead: not yet.
    if (clock() < this.#at) this.set(this.#at);
    else this.#ring();
  }

  /**
   * Puts the clock where the timers are, if those are ahead of it. To set a timer anew that is early by little would use up the time by
   * which the tests have moved it.
   */
  #follow(early: number): void {
    if (early <= 0) return;
    // Most likely the host's own in a wrapper: what is missing is over at once, and a clock that were moved would run fast.
    if (early <= EARLY && this.#host === undefined) for (const end = now() + early; now() < end; );
    const left = this.#due - clock();
    if (left > 0) ahead += left + ROUNDING;
  }
}
