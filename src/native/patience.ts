/**
 * How long an end that found nothing looks again before it parks.
 *
 * A sleeping event loop takes about 15 µs of its waker's time and as long again to wake, against 0.1 µs for a message.
 * So an end whose messages have lately come in quick succession waits a moment in the addon first. It never waits when
 * the other end has been slow (`#heat` is 0), nor on one core.
 *
 * Looking has a price too: each look takes a cache line away from the other end, and a stream that is looked at after
 * every message pays that price for each. So the end asks for several at once (`#want`) as long as several come within
 * the time that the addon gathers for, and tries now and then whether they would.
 */

/** µs to wait for the first: about what a wake-up costs. */
const BUDGET = 20;
/** Failures in a row after which an end stops waiting. */
const HOT = 6;
/** ms within which a parked operation ended, if its end is to begin to wait: a wake-up may be most of it. */
const QUICK = 0.25;
/** Waits between two trials of asking for more, at first and at most. */
const TRIAL = 8;
const TRIALS_APART = 1024;

/** One end's experience with the other. */
export class Patience {
  readonly #most: number;
  readonly #all: boolean;
  #heat = 0;
  #want = 1;
  /** Waits for one message since the last trial, and how many lie between two. */
  #singles = 0;
  #apart = TRIAL;

  /** `most`: how many to ask for at the most; `all`: always for so many. */
  constructor(most: number, all: boolean) {
    this.#most = Math.max(1, most);
    this.#all = all;
    if (all) this.#want = this.#most;
  }

  /** Waits by `look(want, µs)`, which says how many came; true: try again. */
  wait(look: (want: number, microseconds: number) => number): boolean {
    if (this.#heat === 0) return false;
    if (!this.#all && this.#want === 1 && ++this.#singles >= this.#apart) this.#want = Math.min(2, this.#most);
    const came = look(this.#want, BUDGET);
    if (came <= 0) {
      this.#heat--;
      return false;
    }
    this.#heat = HOT;
    if (!this.#all) this.#learn(came);
    return true;
  }

  /** A parked operation of this end happened after `ms`. */
  parked(ms: number): void {
    this.#heat = ms < QUICK ? Math.min(HOT, this.#heat + 2) : 0;
  }

  /** Whether the other end has lately been quick. */
  get hot(): boolean {
    return this.#heat > 0;
  }

  #learn(came: number): void {
    if (this.#want === 1) return;
    const enough = came >= this.#want;
    if (enough) this.#want = Math.min(this.#most, this.#want * 2);
    else this.#want = came;
    if (this.#want > 1) this.#apart = TRIAL;
    else this.#apart = Math.min(TRIALS_APART, this.#apart * 2);
    this.#singles = 0;
  }
}
