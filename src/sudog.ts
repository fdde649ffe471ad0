/**
 * A place in a queue: as much of Go's `sudog` as an engine of one thread needs.
 *
 * What waits is a sudog itself, so that it can be queued without an object of its own: an awaiting operation of a handle
 * (handle/pending.ts), or one case of a select (local/waitq.ts). Engines of several threads keep their own records of who
 * waits, and leave this one alone.
 */
import type * as Status from './status.js';

/** What a sudog can stand in. */
export interface Queue {
  /** Takes one out, wherever it stands. */
  dequeueSudoG(sg: Sudog): void;
}

/** The operation that a case belongs to. */
export interface Group {
  /** Ends the operation in favour of the caller; false if it turns out to be over elsewhere. */
  commit(): boolean;
}

/** One case of a waiting operation. Invariant: while it stands in a queue, nobody has committed or cancelled the operation. */
export interface Sudog {
  /** The queue this stands in, or null once it has left. */
  queue: Queue | null;
  /** Its neighbours there; itself where it is alone. */
  prev: Sudog;
  next: Sudog;
  /** The operation; left out where this is all of it. */
  readonly g?: Group;
  /** What is to be sent; undefined for a receive. */
  readonly elem: unknown;
  /** Whose operation it is, and must not be collected meanwhile. */
  readonly owner: unknown;
  /** goready: the operation happened. Called once it has left its queue, with the channel in order again: anything may run in here. */
  ready(status: Status.Status, value: unknown): void;
}
