/**
 * What the threads of a soak write down, in memory that outlives each of them: a byte of marks for each message, and for
 * each life how many messages its receive may hold. Chance too, so that a seed determines a player's choices.
 */

/** Workers that one round may use up, the main thread included, and messages that one may send: the size of the books. */
export const LIVES = 64;
export const PER = 1 << 15;

/** Marks of a message: set before its send, after a send that happened, after one that did not, when it arrives. */
export const [INTENDED, SENT, REFUSED, RECEIVED] = [1, 2, 4, 8];

/** A generator that its seed determines (mulberry32): an integer below `below`. */
export function chance(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** What all threads write down: a byte for each message, and for each life how many messages its receive may hold. */
export class Books {
  constructor(shared = { marks: new SharedArrayBuffer(LIVES * PER), hands: new SharedArrayBuffer(LIVES * 4 + 8) }) {
    this.shared = shared;
    this.marks = new Uint8Array(shared.marks);
    this.hands = new Int32Array(shared.hands);
  }
  mark(value, bit) {
    return Atomics.or(this.marks, value, bit);
  }
  arrived(values) {
    for (const value of values) {
      const before = value >= 0 && value < this.marks.length ? this.mark(value, RECEIVED) : 0;
      if ((before & RECEIVED) !== 0 || (before & INTENDED) === 0) Atomics.add(this.hands, LIVES, 1);
    }
    return values.length;
  }
  /** Ends the lives that look whether it is over, each between two operations. */
  end() {
    Atomics.store(this.hands, LIVES + 1, 1);
  }
  get over() {
    return Atomics.load(this.hands, LIVES + 1) === 1;
  }
  get wrong() {
    return Atomics.load(this.hands, LIVES);
  }
}
