/**
 * When a port asks for something that others may end before its time, a lease or credit: after a while, and the less often
 * the more of them were ended.
 */

/** Calls before a port asks at first, and after an end; each end doubles it. */
const PAUSE = 16;
/** Calls after one that brought nothing. */
const VAIN = 4;
const LONGEST_PAUSE = 8192;

export class Backoff {
  #calls = PAUSE;
  #pause = PAUSE;

  /** Counts one call; true: it does not ask. */
  waits(): boolean {
    if (this.#calls === 0) return false;
    this.#calls--;
    return true;
  }

  /** What was had was used up. */
  used(): void {
    this.#pause = PAUSE;
  }

  /** Somebody ended what was had. */
  ended(): void {
    this.#calls = this.#pause;
    this.#pause = Math.min(LONGEST_PAUSE, this.#pause * 2);
  }

  /** A call brought nothing; or none ever will. */
  vain(calls: number = VAIN): void {
    this.#calls = calls;
  }
}
