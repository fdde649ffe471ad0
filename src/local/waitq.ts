/**
 * Who is waiting: Go's `waitq`, and as much of a `g` as a channel sees of it.
 *
 * A plain send or receive that waits is one `Sudog`; a select is a `G` with a `SelectSudog` for each of its cases. Each
 * sudog stands in one `Waitq`. Committing a select takes all its sudogs out of all queues at once, so the losing cases
 * never stack up on quiet channels.
 *
 * Departures from Go: there is one thread, so no lock and no race for `selectDone`; the losing cases are unlinked by who
 * commits (Go's `selectgo`, pass 3, does it after waking).
 */
import type { Parked, Waiter } from '../engine.js';
import type * as Status from '../status.js';
import type { Group, Queue, Sudog } from '../sudog.js';
import type { Source } from './source.js';

/** One case of a waiting select, in the queue of one channel. */
export class SelectSudog implements Sudog {
  queue: Queue | null = null;
  prev: Sudog = this;
  next: Sudog = this;
  /** The next case of the same operation. */
  waitlink: SelectSudog | null = null;

  constructor(
    private readonly waiter: Waiter,
    readonly g: G,
    /** Which case of the operation. */
    readonly index: number,
    readonly elem: unknown,
    readonly owner: unknown,
  ) {}

  ready(status: Status.Status, value: unknown): void {
    this.waiter.settle(this.index, status, value);
  }
}

/** A waiting operation of several cases. Ends once: committed by a peer, or cancelled by its owner. */
export class G implements Parked, Group {
  /** The first of the sudogs, linked by `waitlink`. */
  waiting: SelectSudog | null = null;
  #done = false;
  readonly #claim: (() => boolean) | undefined;

  constructor(claim: (() => boolean) | undefined) {
    this.#claim = claim;
  }

  /** Puts a case before those that were added before. */
  add(sg: SelectSudog): void {
    sg.waitlink = this.waiting;
    this.waiting = sg;
  }

  /** Withdraws the operation, if it has not ended. */
  cancel(): boolean {
    if (this.#done) return false;
    this.#unlink();
    return true;
  }

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
export class Waitq implements Queue {
  /** Who came last, and is followed by who came first; null if nobody waits. */
  last: Sudog | null = null;

  constructor(private readonly source: Source | undefined) {}

  /** All who wait, in the order they came. */
  *[Symbol.iterator](): Generator<Sudog> {
    const { last } = this;
    for (let sg = last?.next; sg !== undefined; sg = sg === last ? undefined : sg.next) yield sg;
  }

  enqueue(sg: Sudog): void {
    const { last } = this;
    this.last = sg;
    sg.queue = this;
    if (last === null) {
      this.source?.onWaiters?.(true);
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
      if (first.g === undefined) this.dequeueSudoG(first);
      else if (!first.g.commit()) continue;
      return first;
    }
    return null;
  }

  dequeueSudoG(sg: Sudog): void {
    const { prev, next } = sg;
    sg.queue = null;
    if (next === sg) {
      this.last = null;
      this.source?.onWaiters?.(false);
      return;
    }
    prev.next = next;
    next.prev = prev;
    if (this.last === sg) this.last = prev;
    // It must not hold its neighbours.
    sg.prev = sg.next = sg;
  }
}
