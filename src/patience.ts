/**
 * How long an end that found nothing looks again before it parks.
 *
 * A sleeping event loop takes about 15 µs of its waker's time and as long again to wake, against 0.1 µs for a message.
 * So an end whose messages have lately come in quick succession looks again for a moment first. It never waits when
 * the other end has been slow (`#heat` is 0), nor on one core.
 *
 * Looking has a price too: each look takes a cache line away from the other end, and a stream that is looked at after
 * every message pays that price for each. So the end asks for several at once (`#want`) as long as several come within
 * the time that the addon gathers for, and tries now and then whether they would.
 */

import { now } from './clock.js';
import type { Case } from './engine.js';

/** µs to wait for the first: about what a wake-up costs. */
const BUDGET = 20;
/** Failures in a row after which an end stops waiting. */
const HOT = 6;
/** ms within which a parked operation ended, if its end is to begin to wait: a wake-up may be most of it. */
const QUICK = 0.25;
/** Waits between two trials of asking for more, at first and at most. */
const TRIAL = 8;
const TRIALS_APART = 1024;
/** How many messages, or how much room for them, an end waits for at once. */
const MOST_AT_ONCE = 64;
const MOST_ROOM = 256;

/** µs modulo 2^32, for what waits: V8 makes an object of each number that is not whole. Once in 72 minutes a long wait may look short. */
export const stamp = (): number => (now() * 1000) | 0;

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

/** Says how many of `want` are there, or how much room, after at most so many µs. */
type Look = (want: number, microseconds: number) => number;

/** The experience of a handle's ends with their peers. */
export class Ends {
  readonly #sending: Patience;
  readonly #receiving: Patience;
  /** There is no buffer to look at: each end needs one that has parked. */
  readonly meet: boolean;

  constructor(capacity: number) {
    const quarter = Math.ceil(capacity / 4);
    this.#receiving = new Patience(Math.min(MOST_AT_ONCE, quarter), false);
    this.#sending = new Patience(Math.min(MOST_ROOM, quarter), true);
    this.meet = capacity === 0;
  }

  of(send: boolean): Patience {
    return send ? this.#sending : this.#receiving;
  }

  /** Port.linger. */
  linger(send: boolean, look: Look): boolean {
    return !this.meet && this.of(send).wait(look);
  }

  /** A parked operation that began at `since` (`stamp`) has happened; `own`: done by this very thread, for which nobody can wait. */
  ended(send: boolean, since: number, own: boolean): void {
    this.of(send).parked(own ? Infinity : ((stamp() - since) >>> 0) / 1000);
  }
}

const endsOf = ({ port }: Case): Ends => (port as unknown as { readonly ends: Ends }).ends;

/** That of the first case whose other end has lately been quick. */
function eager(cases: readonly Case[]): Patience | undefined {
  for (const scase of cases) {
    const patience = endsOf(scase).of(scase.send);
    if (patience.hot) return patience;
  }
  return undefined;
}

/** Whether a case has no buffer to look at. */
export const meets = (cases: readonly Case[]): boolean => cases.some((scase) => endsOf(scase).meet);

/** Engine.linger. */
export function linger(cases: readonly Case[], look: Look): boolean {
  return !meets(cases) && eager(cases)?.wait(look) === true;
}

/**
 * An operation has parked: waits a moment for its peer by `look`, if they are to meet where there is no buffer, and says whether it came.
 * `expected`: it did not, and is likely to come soon.
 */
export function met(cases: readonly Case[], look: Look, expected?: () => void): boolean {
  const patience = eager(cases);
  if (patience === undefined) return false;
  if (meets(cases) && patience.wait(look)) return true;
  expected?.();
  return false;
}
