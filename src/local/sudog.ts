/**
 * Who is waiting: Go's `sudog`, `waitq`, and as much of a `g` as a channel sees of it.
 *
 * A `G` is one waiting operation; it has one `Sudog` for each of its cases, and each sudog stands in one `Waitq`.
 * Invariant: a sudog in a queue belongs to a `G` that nobody has committed or cancelled. Committing takes all its
 * sudogs out of all queues at once, so the losing cases of a select never stack up on quiet channels.
 *
 * Departures from Go: there is one thread, so no lock and no race for `selectDone`; the losing cases are unlinked by who
 * commits (Go's `selectgo`, pass 3, does it after waking).
 */
import type { Parked, Status, Waiter } from '../engine.js';
import type { Hchan } from './hchan.js';

/** One case of one waiting operation, in the queue of one channel. The only case of its operation if it has no `g`. */
export class Sudog implements Parked {
  // Declared, not defined, and set by the constructor: V8 calls a function for the fields of a class.
  /** The queue this stands in, or null once it has left. */
  declare queue: Waitq | null;
  declare prev: Sudog | null;
  declare next: Sudog | null;
  /** The next case of the same operation. */
  declare waitlink: Sudog | null;
  declare readonly waiter: Waiter;
  declare readonly g: G | null;
  /** Which case of the operation. */
  declare readonly index: number;
  /** What is to be sent; undefined for a receive. */
  declare readonly elem: unknown;
  /** The handle that waits: it must not be collected meanwhile. */
  declare readonly port: unknown;

  constructor(waiter: Waiter, g: G | null, index: number, elem: unknown, port: unknown) {
    this.queue = null;
    this.prev = null;
    this.next = null;
    this.waitlink = null;
    this.waiter = waiter;
    this.g = g;
    this.index = index;
    this.elem = elem;
    this.port = port;
  }

  /** Withdraws the operation of this one case, if it has not ended. */
  cancel(): boolean {
    if (this.queue === null) return false;
    this.queue.dequeueSudoG(this);
    return true;
  }

  /** goready: tells the owner. Only after it has left its queue, with the channel in order again, since anything may run in here. */
  ready(status: Status, value: unknown): void {
    this.waiter.settle(this.index, status, value);
  }
}

/** A waiting operation of several cases. Ends once: committed by a peer, or cancelled by its owner. */
export class G implements Parked {
  /** The first of the sudogs, linked by `waitlink`. */
  waiting: Sudog | null = null;
  #done = false;
  readonly #claim: (() => boolean) | undefined;

  constructor(claim: (() => boolean) | undefined) {
    this.#claim = claim;
  }

  /** Withdraws the operation, if it has not ended. */
  cancel(): boolean {
    if (this.#done) return false;
    this.#unlink();
    return true;
  }

  /** Ends the operation in favour of the caller; false if it turns out to be over elsewhere. The caller settles it. */
  commit(): boolean {
    this.#unlink();
    return this.#claim === undefined || this.#claim();
  }

  #unlink(): void {
    this.#done = true;
    for (let sg = this.waiting; sg !== null; sg = sg.waitlink) sg.queue?.dequeueSudoG(sg);
    this.waiting = null;
  }
}

/** First come, first served. Doubly linked, so that any sudog leaves in constant time. */
export class Waitq {
  first: Sudog | null = null;
  last: Sudog | null = null;
  readonly #c: Hchan;

  constructor(c: Hchan) {
    this.#c = c;
  }

  enqueue(sg: Sudog): void {
    sg.queue = this;
    sg.prev = this.last;
    if (this.last === null) {
      this.first = sg;
      this.last = sg;
      this.#c.source?.onWaiters?.(true);
    } else {
      this.last.next = sg;
      this.last = sg;
    }
  }

  /** The first whose operation can be committed, now committed; null if there is none. */
  dequeue(): Sudog | null {
    for (let sg = this.first; sg !== null; sg = this.first) {
      if (sg.g === null) sg.cancel();
      else if (!sg.g.commit()) continue;
      return sg;
    }
    return null;
  }

  /** Takes one out, wherever it stands. */
  dequeueSudoG(sg: Sudog): void {
    if (sg.prev === null) this.first = sg.next;
    else sg.prev.next = sg.next;
    if (sg.next === null) this.last = sg.prev;
    else sg.next.prev = sg.prev;
    sg.queue = null;
    sg.prev = null;
    sg.next = null;
    if (this.first === null) this.#c.source?.onWaiters?.(false);
  }
}
