/**
 * The queues of a channel and the waiting operations in them: Go's `waitq` and `sudog`, in the arena.
 *
 * All of it under the channel's lock, but the state of an operation: a select waits on several channels, so its one state word decides
 * with a compare-and-exchange who completes it. A sudog whose operation is over may still stand in a queue until its owner
 * takes it out (Go's pass 3) or a peer comes across it.
 */

import * as Chan from './layout/chan.js';
import * as Kind from './layout/kind.js';
import * as Op from './layout/op.js';
import * as State from './layout/state.js';
import * as Sudog from './layout/sudog.js';
import * as Thread from './layout/thread.js';
import { doneState, READY, THREAD_WORDS, THREADS } from './layout.js';
import type { Memory } from './memory.js';

/** Whom to wake once the locks have been let go. */
export class Wakes {
  /** Threads whose bell is to be rung, and operations that block. */
  readonly bells: number[] = [];
  readonly blocked: number[] = [];
  /** An operation of this thread itself has been completed. */
  own = false;
  any = false;
}

/** Puts a sudog at the end of its queue. */
export function enqueue(m: Int32Array, sg: number): void {
  const c = m[sg + Sudog.CHAN] as number;
  const first = c + (m[sg + Sudog.SENDS] === 1 ? Chan.SEND_FIRST : Chan.RECV_FIRST);
  const ticket = ((m[c + Chan.TICKET] as number) + 1) | 0;
  m[c + Chan.TICKET] = ticket;
  m[sg + Sudog.TICKET] = ticket;
  append(m, first, sg);
}

/** Links a sudog behind the others of the queue that starts at `first`. */
export function append(m: Int32Array, first: number, sg: number): void {
  const last = m[first + 2] as number;
  m[sg + Sudog.PREV] = last;
  m[sg + Sudog.NEXT] = 0;
  m[sg + Sudog.QUEUED] = 1;
  if (last === 0) m[first] = sg;
  else m[last + Sudog.NEXT] = sg;
  m[first + 2] = sg;
}

/** Takes a sudog out of its queue, if it stands in it. */
export function dequeueSudoG(m: Int32Array, sg: number): void {
  if (m[sg + Sudog.QUEUED] !== 1) return;
  const first = (m[sg + Sudog.CHAN] as number) + (m[sg + Sudog.SENDS] === 1 ? Chan.SEND_FIRST : Chan.RECV_FIRST);
  const prev = m[sg + Sudog.PREV] as number;
  const next = m[sg + Sudog.NEXT] as number;
  if (prev === 0) m[first] = next;
  else m[prev + Sudog.NEXT] = next;
  if (next === 0) m[first + 2] = prev;
  else m[next + Sudog.PREV] = prev;
  m[sg + Sudog.QUEUED] = 0;
}

/**
 * The first sudog of a queue whose operation still waits, taken out of the queue but not yet committed; 0: there is none.
 * Watchers on the way are told, and do not count.
 */
export function dequeue(memory: Memory, wakes: Wakes, first: number): number {
  const m = memory.i32;
  for (let sg = m[first] as number; sg !== 0; sg = m[first] as number) {
    dequeueSudoG(m, sg);
    const op = m[sg + Sudog.OP] as number;
    if (Atomics.load(m, op + Op.STATE) !== State.WAITING) continue;
    if (m[op + Op.KIND] !== Kind.WATCHING) return sg;
    complete(memory, wakes, sg, READY);
  }
  return 0;
}

/** Whether somebody waits in the queue; drops from its head those who do not any more. Watchers are not somebody. */
export function awaited(memory: Memory, first: number): boolean {
  const m = memory.i32;
  for (let sg = m[first] as number; sg !== 0; ) {
    const op = m[sg + Sudog.OP] as number;
    const next = m[sg + Sudog.NEXT] as number;
    if (Atomics.load(m, op + Op.STATE) !== State.WAITING) dequeueSudoG(m, sg);
    else if (m[op + Op.KIND] !== Kind.WATCHING) return true;
    sg = next;
  }
  return false;
}

/** Completes the operation of a sudog, all of whose results have been written; false: it is not in state `from` any more. */
export function complete(memory: Memory, wakes: Wakes, sg: number, status: number, from: number = State.WAITING): boolean {
  const m = memory.i32;
  const op = m[sg + Sudog.OP] as number;
  const kind = m[op + Op.KIND] as number;
  const owner = m[op + Op.OWNER] as number;
  const done = doneState(status, m[sg + Sudog.CASE] as number);
  // Pairs with the owner's load of STATE: the results are written before, and the owner's record is its own after.
  if (Atomics.compareExchange(m, op + Op.STATE, from, done) !== from) return false;
  announce(memory, wakes, op, kind, owner);
  return true;
}

/** Claims the operation of a sudog for a change of several steps, after which it is completed from state `claimed`. */
export function claim(m: Int32Array, sg: number, claimed: number): boolean {
  const op = m[sg + Sudog.OP] as number;
  return Atomics.compareExchange(m, op + Op.STATE, State.WAITING, claimed) === State.WAITING;
}

/** Puts a completed operation in its owner's inbox, still under the lock; who blocks is woken by its state word instead. */
function announce(memory: Memory, wakes: Wakes, op: number, kind: number, owner: number): void {
  wakes.any = true;
  if (kind === Kind.BLOCKING) {
    wakes.blocked.push(op + Op.STATE);
    return;
  }
  const m = memory.i32;
  const thread = THREADS + owner * THREAD_WORDS;
  let head: number;
  do {
    head = Atomics.load(m, thread + Thread.INBOX);
    m[op + Op.INBOX_NEXT] = head;
  } while (Atomics.compareExchange(m, thread + Thread.INBOX, head, op) !== head);
  // One ring for all that comes until the owner looks.
  if (thread === memory.thread) wakes.own = true;
  else if (head === 0) wakes.bells.push(thread);
}
