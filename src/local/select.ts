/**
 * Go's `selectgo` (runtime/select.go) in one thread: pass 1 looks for a case that is ready, pass 2 enqueues on all.
 *
 * Departures from Go:
 *  - no lock order: there is one thread;
 *  - instead of a shuffled poll order, every case is looked at and one of the ready ones is kept with equal chances,
 *    which comes to the same and needs no array;
 *  - pass 3 (leaving the other queues) is done by who commits, see waitq.ts.
 */
import { choose } from '../chance.js';
import { type Case, CLOSED, EMPTY, type Waiter } from '../engine.js';
import * as Status from '../status.js';
import { chanrecv, chansend, type Hchan, receivable, sendable } from './hchan.js';
import type { LocalPort } from './port.js';
import { G, SelectSudog } from './waitq.js';

/** Which channel a case is about. */
export function chanOf(scase: Case): Hchan {
  return (scase.port as LocalPort<unknown>).c;
}

/** Pass 1: commits one of the ready cases and settles, or finds none. */
export function pass1(cases: readonly Case[], biased: boolean, waiter: Waiter): boolean {
  for (const scase of cases) chanOf(scase).source?.poll?.();
  for (;;) {
    const chosen = choose(cases, biased, isReady);
    if (chosen < 0) return false;
    const { port, send, value } = cases[chosen] as Case;
    if (perform((port as LocalPort<unknown>).c, send, value, chosen, waiter)) return true;
    // The only peer turned out to be committed elsewhere and has left its queue: look again.
  }
}

/** Pass 2: enqueues on all channels. */
export function pass2(cases: readonly Case[], waiter: Waiter, claim: (() => boolean) | undefined): G {
  const g = new G(claim);
  for (let i = cases.length - 1; i >= 0; i--) {
    const { port, value } = cases[i] as Case;
    g.add(new SelectSudog(waiter, g, i, value, port));
  }
  for (let sg = g.waiting; sg !== null; sg = sg.waitlink) {
    const scase = cases[sg.index] as Case;
    const c = chanOf(scase);
    (scase.send ? c.sendq : c.recvq).enqueue(sg);
  }
  return g;
}

function isReady(scase: Case): boolean {
  return (scase.send ? sendable : receivable)(chanOf(scase)) !== Status.BLOCKED;
}

/** Commits one send or receive and settles; false if it would wait. */
export function perform(c: Hchan, send: boolean, elem: unknown, index: number, waiter: Waiter): boolean {
  if (send) {
    const status = chansend(c, elem);
    if (status === Status.BLOCKED) return false;
    waiter.settle(index, status, undefined);
    return true;
  }
  const value = chanrecv(c);
  if (value === EMPTY) return false;
  if (value === CLOSED) waiter.settle(index, Status.CLOSED, undefined);
  else waiter.settle(index, Status.DONE, value);
  return true;
}
