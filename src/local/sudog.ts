/**
 * Who is waiting: Go's `sudog`, `waitq`, and as much of a `g` as a channel sees of it.
 *
 * A plain send or receive that waits is one `Sudog`; a select is a `G` with a `Sudog` for each of its cases. Each sudog
 * stands in one `Waitq`. Invariant: a sudog in a queue belongs to an operation that nobody has committed or cancelled.
 * Committing takes all its sudogs out of all queues at once, so the losing cases of a select never stack up on quiet
 * channels.
 *
 * Departures from Go: there is one thread, so no lock and no race for `selectDone`; the losing cases are unlinked by who
 * commits (Go's `selectgo`, pass 3, does it after waking).
 */
import type { Parked, Status, Waiter } from '../engine.js';
import type { Hchan } from './hchan.js';

/** One case of one waiting operation, in the queue of one channel. Without a `g` it is all of the operation. */
export class Sudog implements Parked {
  // Declared, and set by the constructor: V8 makes the fields that a class defines in a call of their own.
  /** The queue this stands in, or null once it has left. */
  declare queue: Waitq | null;
  /** Its neighbours there; itself where it is alone. */
  declare prev: Sudog;
  declare next: Sudog;
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
    this.prev = this;
    this.next = this;
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

/** First come, first served. A doubly linked ring, so that any sudog leaves in constant time. */
export class Waitq {
  /** Who came last, and is followed by who came first; null if nobody waits. */
  last: Sudog | null = null;
  readonly #c: Hchan;

  constructor(c: Hchan) {
    this.#c = c;
  }

  enqueue(sg: Sudog): void {
    const { last } = this;
    this.last = sg;
    sg.queue = this;
    if (last === null) {
      this.#c.source?.onWaiters?.(true);
      return;
    }
    sg.prev = last;
    sg.next = last.next;
    last.next.prev = sg;
    last.next = sg;
  }

  /** The first whose operation can be committed, now committed; null if there is none. */
  dequeue(): Sudog | null {
    while (this.last !== null) {
      const first = this.last.next;
      if (first.g === null) first.cancel();
      else if (!first.g.commit()) continue;
      return first;
    }
    return null;
  }

  /** Takes one out, wherever it stands. */
  dequeueSudoG(sg: Sudog): void {
    const { prev, next } = sg;
    sg.queue = null;
    if (next === sg) {
      this.last = null;
      this.#c.source?.onWaiters?.(false);
      return;
    }
    prev.next = next;
    next.prev = prev;
    if (this.last === sg) this.last = prev;
    // It must not hold its neighbours.
    sg.prev = sg.next = sg;
  }
}
