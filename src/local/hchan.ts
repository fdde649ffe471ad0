/**
 * Go's channel in one thread: `hchan`, `chansend`, `chanrecv` and `closechan` of runtime/chan.go, step by step.
 *
 * Invariants (Go's):
 *  - at least one of `recvq` and `sendq` is empty, unless one select waits in both;
 *  - `buf.qcount > 0` implies that `recvq` is empty;
 *  - `buf.qcount < dataqsiz` implies that `sendq` is empty.
 *
 * Departures from Go:
 *  - there is one thread, so no lock; what Go does after `unlock` (`goready`) happens last here;
 *  - `chansend` and `chanrecv` never block: waiting is done in port.ts and select.ts;
 *  - a waiter that is woken by a close is told so, instead of running its operation again;
 *  - handles are counted: no sender left closes the channel, no receiver left disconnects it, which Go does not know;
 *  - an unbounded channel has `dataqsiz` Infinity.
 */
import { CLOSED, EMPTY } from '../engine.js';
import * as Status from '../status.js';
import type { Sudog } from '../sudog.js';
import { Ring } from './ring.js';
import type { Source } from './source.js';
import { Waitq } from './waitq.js';

// V8 takes what a module declares for constant, and looks up what it imports at every use.
const BLOCKED = Status.BLOCKED;
const DONE = Status.DONE;
const SHUT = Status.CLOSED;
const DISCONNECTED = Status.DISCONNECTED;

let lastId = 0;

export class Hchan {
  readonly id = ++lastId;
  /** The circular queue and its `qcount`. */
  readonly buf = new Ring<unknown>();
  /** List of receive waiters. */
  readonly recvq: Waitq;
  /** List of send waiters. */
  readonly sendq: Waitq;
  closed = false;
  /** Handles that can send. */
  senders = 0;
  /** Handles that can receive. */
  receivers = 0;

  constructor(
    /** Size of the circular queue. */
    readonly dataqsiz: number,
    readonly name: string | undefined,
    /** Who fills a channel that nobody sends to: a timer, a signal. */
    readonly source: Source | undefined,
  ) {
    this.recvq = new Waitq(source);
    this.sendq = new Waitq(source);
  }
}

/** Why a send cannot happen now or ever; `DONE` if it can. */
export function sendable(c: Hchan): Status.Status {
  if (c.closed) return SHUT;
  if (c.receivers === 0) return DISCONNECTED;
  return c.buf.qcount < c.dataqsiz || c.recvq.last !== null ? DONE : BLOCKED;
}

/** What a receive would find; `DONE` if a value. */
export function receivable(c: Hchan): Status.Status {
  if (c.buf.qcount > 0 || c.sendq.last !== null) return DONE;
  return c.closed ? SHUT : BLOCKED;
}

/** `c <- elem`, unless it would wait. */
export function chansend(c: Hchan, elem: unknown): Status.Status {
  // Rule: a send on a closed channel fails, even with room in the buffer.
  if (c.closed) return SHUT;
  if (c.receivers === 0) return DISCONNECTED;

  // A receiver is waiting: it gets the value directly, past the buffer, which is empty then.
  if (c.recvq.last !== null) {
    const sg = c.recvq.dequeue();
    if (sg !== null) {
      sg.ready(DONE, elem);
      return DONE;
    }
  }

  // There is room in the buffer: the value rests there.
  if (c.buf.qcount < c.dataqsiz) {
    c.buf.push(elem);
    return DONE;
  }
  return BLOCKED;
}

/** `<-c`, unless it would wait. */
export function chanrecv(c: Hchan): unknown {
  c.source?.poll?.();
  if (c.buf.qcount > 0) {
    const elem = c.buf.shift();
    // The buffer was full and a sender waits: its value takes the slot that has become free, at the tail.
    if (c.sendq.last !== null) {
      const sg = c.sendq.dequeue();
      if (sg !== null) {
        c.buf.push(sg.elem);
        sg.ready(DONE, undefined);
      }
    }
    return elem;
  }

  // No buffer: the value comes directly from the first waiting sender.
  if (c.sendq.last !== null) {
    const sg = c.sendq.dequeue();
    if (sg !== null) {
      sg.ready(DONE, undefined);
      return sg.elem;
    }
  }

  // Rule: a closed channel gives what is in it first, and only then that it is closed.
  return c.closed ? CLOSED : EMPTY;
}

/** `close(c)`. False: it was closed before, which is Go's panic. */
export function closechan(c: Hchan): boolean {
  if (c.closed) return false;
  c.closed = true;
  // All readers go with "closed" (the buffer is empty if any waits), all writers with an error.
  shut(c, SHUT);
  return true;
}

/** Nobody can receive any more: the writers go with an error, and what is in the buffer is let go. */
export function disconnect(c: Hchan): void {
  c.buf.clear();
  if (!c.closed) shut(c, DISCONNECTED);
}

function shut(c: Hchan, status: Status.Status): void {
  const gone: Sudog[] = [];
  for (let sg = c.recvq.dequeue(); sg !== null; sg = c.recvq.dequeue()) gone.push(sg);
  for (let sg = c.sendq.dequeue(); sg !== null; sg = c.sendq.dequeue()) gone.push(sg);
  // All are committed before the first is told, so none can be cancelled by what another one's owner does.
  for (const sg of gone) sg.ready(status, undefined);
}
