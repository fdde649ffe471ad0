/**
 * Waiting for a lock word whose owner may have died.
 *
 * A lock word is 0, or the mark of its owner (slot + 1), plus SLEEPERS if somebody sleeps on it. Taking and giving it back
 * is in memory.ts; here is what happens when it is taken.
 *
 * A thread that was terminated while it held a lock is found out by `ownerIs`; the lock is then taken over with one
 * compare-and-exchange, and what it guards is put in order. Where nobody can tell whether the owner lives (see
 * liveness.ts), one that has not moved for a second is given up: the operation fails loudly and nothing is touched.
 */
import { now } from '../clock.js';
import { ChannelError } from '../errors.js';
import * as Thread from './layout/thread.js';
import * as ThreadState from './layout/thread-state.js';
import { THREAD_WORDS, THREADS } from './layout.js';
import type { Memory } from './memory.js';

/** Somebody sleeps on the lock: who lets it go has to wake one. */
export const SLEEPERS = 2 ** 20;
const SPINS = 200;
const SLICE = 20;
const GIVE_UP = 900;

/** Whether this thread may sleep; a browser's main thread may not. */
let sleeps = true;

/** Takes the lock at `at`, which is not free. */
export function lockSlow(memory: Memory, at: number): void {
  const m = memory.i32;
  for (let i = 0; i < SPINS; i++) {
    if (Atomics.load(m, at) === 0 && Atomics.compareExchange(m, at, 0, memory.mark) === 0) return;
  }
  const watched = new Owner(memory, at);
  for (;;) {
    const seen = Atomics.load(m, at);
    memory.beforeWait(at);
    // Others may sleep on it too, so the one who wakes takes it with SLEEPERS set.
    if (seen === 0) {
      if (Atomics.compareExchange(m, at, 0, memory.mark | SLEEPERS) === 0) return;
      continue;
    }
    if (watched.isDead(seen) && Atomics.compareExchange(m, at, seen, memory.mark | SLEEPERS) === seen) {
      memory.onSeized(at, seen & ~SLEEPERS);
      return;
    }
    if ((seen & SLEEPERS) === 0 && Atomics.compareExchange(m, at, seen, seen | SLEEPERS) !== seen) continue;
    sleep(m, at, seen | SLEEPERS);
  }
}

function sleep(m: Int32Array, at: number, seen: number): void {
  if (sleeps) {
    try {
      Atomics.wait(m, at, seen, SLICE);
      return;
    } catch {
      sleeps = false;
    }
  }
  for (let i = 0; i < SPINS && Atomics.load(m, at) === seen; i++);
}

/** Watches whether the owner of one lock moves. */
class Owner {
  #seen = 0;
  #locks = 0;
  #since = now();
  #asked = 0;

  constructor(
    readonly memory: Memory,
    readonly at: number,
  ) {}

  /** Whether the lock is to be taken over from `seen`. Throws if its owner is stuck and nobody knows why. */
  isDead(seen: number): boolean {
    const { memory } = this;
    const mark = seen & ~SLEEPERS;
    const thread = THREADS + (mark - 1) * THREAD_WORDS;
    if (Atomics.load(memory.i32, thread + Thread.STATE) === ThreadState.DEAD) return true;
    const locks = memory.i32[thread + Thread.LOCKS] as number;
    const time = now();
    if (mark !== this.#seen || locks !== this.#locks) {
      this.#seen = mark;
      this.#locks = locks;
      this.#since = time;
      this.#asked = time;
      return false;
    }
    if (time - this.#asked < SLICE) return false;
    this.#asked = time;
    const owner = memory.ownerIs(mark);
    if (owner === 'alive') this.#since = time;
    if (owner !== 'unknown') return owner === 'dead';
    if (time - this.#since < GIVE_UP) return false;
    memory.onBroken(this.at);
    throw new ChannelError('a thread holds the lock of a shared channel and does not move: it was probably terminated');
  }
}
