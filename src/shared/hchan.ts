/**
 * Go's `chansend`, `chanrecv` and `closechan` over shared memory. Compare src/local/hchan.ts, where the same steps stand
 * without what threads need. Everything here runs under the channel's lock.
 *
 * Departures from Go:
 *  - a waiting operation is committed under the lock and its owner woken after it, as in Go, but by an inbox or a futex;
 *  - a waiter that is woken by a close is told so, instead of running its operation again;
 *  - messages that a dead thread was handed stand before the buffer (FRONT) and may exceed its capacity for a while;
 *  - handles are counted: no sender left closes the channel, no receiver left disconnects it.
 */
import * as Status from '../status.js';
import { ensureRoom, push, putBack, shift, shutBy } from './buffer.js';
import * as Chan from './layout/chan.js';
import * as Flag from './layout/flag.js';
import * as Kind from './layout/kind.js';
import * as Op from './layout/op.js';
import * as State from './layout/state.js';
import * as Sudog from './layout/sudog.js';
import { claimedBy, READY } from './layout.js';
import type { Memory } from './memory.js';
import { copyFrame, frameWordsAt, type Incoming, type Outgoing, writeFrame } from './message.js';
import { append, awaited, claim, complete, dequeue, dequeueSudoG, type Wakes } from './waitq.js';

/** What a send would find; `DONE` if it can happen. */
export function sendable(memory: Memory, c: number): Status.Status {
  const m = memory.i32;
  const shut = shutBy(m[c + Chan.FLAGS] as number);
  if (shut !== 0) return shut;
  if ((m[c + Chan.COUNT] as number) < (m[c + Chan.CAP] as number)) return Status.DONE;
  return m[c + Chan.RECV_FIRST] !== 0 && awaited(memory, c + Chan.RECV_FIRST) ? Status.DONE : Status.BLOCKED;
}

/** What a receive would find. */
export function receivable(memory: Memory, c: number): Status.Status {
  const m = memory.i32;
  if ((m[c + Chan.COUNT] as number) > 0) return Status.DONE;
  if (m[c + Chan.SEND_FIRST] !== 0 && awaited(memory, c + Chan.SEND_FIRST)) return Status.DONE;
  return (m[c + Chan.FLAGS] as number) & Flag.CLOSED ? Status.CLOSED : Status.BLOCKED;
}

/** `c <- message`, unless it would wait. */
export function chansend(memory: Memory, wakes: Wakes, c: number, out: Outgoing): Status.Status {
  const m = memory.i32;
  // Rule: a send on a closed channel fails, even with room in the buffer.
  const flags = m[c + Chan.FLAGS] as number;
  if (flags !== 0) return shutBy(flags) || Status.BLOCKED;

  // A receiver is waiting: it gets the message directly, past the buffer, which is empty then.
  while (m[c + Chan.RECV_FIRST] !== 0) {
    const sg = dequeue(memory, wakes, c + Chan.RECV_FIRST);
    if (sg === 0) break;
    writeFrame(memory, sg + Sudog.FRAME, out);
    if (handOver(memory, wakes, c, sg)) return Status.DONE;
  }

  // There is room in the buffer: the message rests there.
  if ((m[c + Chan.COUNT] as number) < (m[c + Chan.CAP] as number)) {
    push(memory, c, out);
    return Status.DONE;
  }
  return Status.BLOCKED;
}

/** `<-c`, unless it would wait. */
export function chanrecv(memory: Memory, wakes: Wakes, c: number, into: Incoming): Status.Status {
  const m = memory.i32;
  if ((m[c + Chan.COUNT] as number) > 0) {
    shift(memory, c, into);
    // The buffer was full and senders wait: the first one's message takes the place that has become free, at the tail.
    if (m[c + Chan.SEND_FIRST] !== 0) refill(memory, wakes, c);
    return Status.DONE;
  }

  // No buffer: the message comes directly from the first waiting sender.
  while (m[c + Chan.SEND_FIRST] !== 0) {
    const sg = dequeue(memory, wakes, c + Chan.SEND_FIRST);
    if (sg === 0) break;
    // Copied first: once it is committed, the record belongs to the sender again.
    into.take(m, sg + Sudog.FRAME);
    if (complete(memory, wakes, sg, Status.DONE)) return Status.DONE;
    into.untake();
  }

  // Rule: a closed channel gives what is in it first, and only then that it is closed.
  return (m[c + Chan.FLAGS] as number) & Flag.CLOSED ? Status.CLOSED : Status.BLOCKED;
}

/** Moves waiting senders' messages into the buffer while there is room. */
export function refill(memory: Memory, wakes: Wakes, c: number): void {
  const m = memory.i32;
  while ((m[c + Chan.COUNT] as number) < (m[c + Chan.CAP] as number)) {
    const sg = dequeue(memory, wakes, c + Chan.SEND_FIRST);
    if (sg === 0) return;
    moveIn(memory, wakes, c, sg);
  }
}

/**
 * A waiting sender's message goes into the buffer and its owner is told: two steps, which must not come apart if this
 * thread dies between them. MOVE_TO says what WRITE is once the first step is made (repair.ts).
 */
function moveIn(memory: Memory, wakes: Wakes, c: number, sg: number): void {
  ensureRoom(memory, c, frameWordsAt(memory.i32, sg + Sudog.FRAME));
  const m = memory.i32;
  const at = m[c + Chan.WRITE] as number;
  const next = at + frameWordsAt(m, sg + Sudog.FRAME);
  copyFrame(m, sg + Sudog.FRAME, at);
  m[c + Chan.MOVE_TO] = next;
  m[c + Chan.MOVE_FROM] = sg;
  const claimed = claimedBy(memory.mark);
  if (claim(m, sg, claimed)) {
    m[c + Chan.WRITE] = next;
    m[c + Chan.COUNT] = (m[c + Chan.COUNT] as number) + 1;
    complete(memory, wakes, sg, Status.DONE, claimed);
  }
  m[c + Chan.MOVE_FROM] = 0;
}

/** Completes the receive of a sudog whose frame has been written. */
function handOver(memory: Memory, wakes: Wakes, c: number, sg: number): boolean {
  const m = memory.i32;
  // The number of this hand-over: if its owner dies before it looks, messages go back in this order.
  const number = ((m[c + Chan.COMMITS] as number) + 1) | 0;
  m[c + Chan.COMMITS] = number;
  m[sg + Sudog.COMMIT] = number;
  return complete(memory, wakes, sg, Status.DONE);
}

/** Matches what rests with who waits, after messages were put back or somebody died. */
export function pump(memory: Memory, wakes: Wakes, c: number): void {
  const m = memory.i32;
  if ((m[c + Chan.FLAGS] as number) & (Flag.CLOSED | Flag.DISCONNECTED)) flushSenders(memory, wakes, c);
  while ((m[c + Chan.COUNT] as number) > 0) {
    const sg = dequeue(memory, wakes, c + Chan.RECV_FIRST);
    if (sg === 0) break;
    give(memory, wakes, c, sg);
  }
  if ((m[c + Chan.FLAGS] as number) & Flag.CLOSED && m[c + Chan.COUNT] === 0)
    flush(memory, wakes, c + Chan.RECV_FIRST, Status.CLOSED);
  refill(memory, wakes, c);
  while (m[c + Chan.COUNT] === 0 && pair(memory, wakes, c));
}

/** The oldest message at rest goes to a waiting receiver. Should this thread die between the steps, it is lost, not doubled. */
function give(memory: Memory, wakes: Wakes, c: number, sg: number): void {
  shift(memory, c, { take: (m: Int32Array, at: number) => copyFrame(m, at, sg + Sudog.FRAME) } as Incoming);
  if (!handOver(memory, wakes, c, sg)) putBack(memory, c, sg + Sudog.FRAME);
}

/** Rendezvous: brings together a waiting sender and a waiting receiver; false: there are none. */
function pair(memory: Memory, wakes: Wakes, c: number): boolean {
  const to = waiting(memory, c + Chan.RECV_FIRST, 0);
  if (to === 0) return false;
  const m = memory.i32;
  // Rule: a select that sends and receives on one channel does not pair with itself.
  const from = waiting(memory, c + Chan.SEND_FIRST, m[to + Sudog.OP] as number);
  if (from === 0) return false;
  dequeueSudoG(m, to);
  dequeueSudoG(m, from);
  copyFrame(m, from + Sudog.FRAME, to + Sudog.FRAME);
  if (!complete(memory, wakes, from, Status.DONE)) append(m, c + Chan.RECV_FIRST, to);
  else if (!handOver(memory, wakes, c, to)) putBack(memory, c, to + Sudog.FRAME);
  return true;
}

/** The first sudog of a queue whose operation waits and is not `but`, left where it is; 0: none. */
function waiting(memory: Memory, first: number, but: number): number {
  const m = memory.i32;
  for (let sg = m[first] as number; sg !== 0; sg = m[sg + Sudog.NEXT] as number) {
    const op = m[sg + Sudog.OP] as number;
    if (op !== but && m[op + Op.KIND] !== Kind.WATCHING && Atomics.load(m, op + Op.STATE) === State.WAITING) return sg;
  }
  return 0;
}

/** `close(c)`. False: it was closed before, which is Go's panic. */
export function closechan(memory: Memory, wakes: Wakes, c: number): boolean {
  const m = memory.i32;
  const flags = m[c + Chan.FLAGS] as number;
  if (flags & Flag.CLOSED) return false;
  m[c + Chan.FLAGS] = flags | Flag.CLOSED;
  // All readers go with "closed" (the buffer is empty if any waits), all writers with an error.
  flush(memory, wakes, c + Chan.RECV_FIRST, Status.CLOSED);
  flushSenders(memory, wakes, c);
  return true;
}

/** Nobody can receive any more: the writers go with an error. */
export function disconnect(memory: Memory, wakes: Wakes, c: number): void {
  const m = memory.i32;
  m[c + Chan.FLAGS] = (m[c + Chan.FLAGS] as number) | Flag.DISCONNECTED;
  flushSenders(memory, wakes, c);
}

function flushSenders(memory: Memory, wakes: Wakes, c: number): void {
  flush(memory, wakes, c + Chan.SEND_FIRST, shutBy(memory.i32[c + Chan.FLAGS] as number));
}

function flush(memory: Memory, wakes: Wakes, first: number, status: number): void {
  for (let sg = dequeue(memory, wakes, first); sg !== 0; sg = dequeue(memory, wakes, first)) complete(memory, wakes, sg, status);
}

/** Tells those who watch one side of a channel that somebody waits on the other. */
export function tellWatchers(memory: Memory, wakes: Wakes, first: number): void {
  const m = memory.i32;
  for (let sg = m[first] as number; sg !== 0; ) {
    const next = m[sg + Sudog.NEXT] as number;
    if (m[(m[sg + Sudog.OP] as number) + Op.KIND] === Kind.WATCHING) {
      dequeueSudoG(m, sg);
      complete(memory, wakes, sg, READY);
    }
    sg = next;
  }
}
