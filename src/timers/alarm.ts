/**
 * A timer for a moment on the clock of `performance.now()`, however far off.
 *
 * It never keeps the process alive: whoever waits for it does.
 */

/** What one setTimeout can wait for: 2^31 - 1 ms, 24.8 days. */
const LONGEST = 2 ** 31 - 1;

type Timer = ReturnType<typeof setTimeout> & { unref?(): unknown };

export class Alarm {
  readonly #ring: () => void;
  #at = Infinity;
  #timer: Timer | undefined;

  constructor(ring: () => void) {
    this.#ring = ring;
  }

  /** Rings once, at `at` or as soon as the event loop can after it; never earlier. Infinity: never. */
  set(at: number): void {
    this.clear();
    this.#at = at;
    if (at === Infinity) return;
    const wait = Math.min(LONGEST, Math.max(0, Math.ceil(at - performance.now())));
    this.#timer = setTimeout(() => this.#fired(), wait);
    this.#timer.unref?.();
  }

  clear(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #fired(): void {
    this.#timer = undefined;
    // Far off, or the event loop's clock was ahead: not yet.
    if (performance.now() < this.#at) this.set(this.#at);
    else this.#ring();
  }
}
