/**
 * Go's `selectgo` over shared memory: lock all channels in order, pass 1 looks for a case that is ready, pass 2 enqueues on
 * all, and when a peer has completed one, pass 3 (waiting.ts) leaves the other queues.
 *
 * Departures from Go:
 *  - instead of a shuffled poll order, every case is looked at and one of the ready ones is kept with equal chances;
 *  - who parks returns; `Waiting` is told by its thread's inbox, or sleeps on its state word if it blocks;
 *  - a watcher waits like a receiver or a sender, but is only told that a case may be ready (for selects over several
 *    engines or arenas, which then try again).
 */
import { choose } from '../chance.js';
import { now } from '../clock.js';
import { encodeTo } from '../codec/codec.js';
import type { Case, Waiter } from '../engine.js';
import { meets } from '../patience.js';
import { scratch } from '../scratch.js';
import * as Status from '../status.js';
import type { Arena } from './arena.js';
import { chanrecv, chansend, receivable, sendable } from './hchan.js';
import * as Kind from './layout/kind.js';
import { look } from './linger.js';
import { incoming, Outgoing, settleLong, unsettle } from './message.js';
import { portIn, refuseBroken } from './port.js';
import { Waiting } from './waiting.js';

/** How long a blocking end looks before it goes to sleep, in µs. */
const SPIN = 25;

/** One select (or one operation: a select of one case) on its way through the passes. */
export class Selecting {
  readonly arena: Arena;
  readonly cases: readonly Case[];
  readonly #biased: boolean;
  readonly #waiter: Waiter;
  /** What each send case sends; null for a receive. */
  #out: readonly (Outgoing | null)[] = [];
  /** Channels among the cases, each once, in the order in which they are locked. */
  readonly #channels: readonly number[];
  /** The case that `#pass1` has committed. */
  #chosen = -1;

  constructor(arena: Arena, cases: readonly Case[], biased: boolean, waiter: Waiter) {
    this.arena = arena;
    this.cases = cases;
    this.#biased = biased;
    this.#waiter = waiter;
    const channels = cases.map((scase) => portIn(scase).c);
    this.#channels = channels.length < 2 ? channels : [...new Set(channels)].sort((a, b) => a - b);
  }

  /** Pass 1: commits one of the ready cases and settles, or finds none, and does `pass2` at the same moment. */
  attempt(pass2: () => void = () => {}): boolean {
    return this.#encoded(() => {
      incoming.ready();
      const status = this.#locked(() => {
        const found = this.#pass1();
        if (found === Status.BLOCKED) pass2();
        return found;
      });
      if (status === Status.BLOCKED) return false;
      this.deliver(this.#chosen, status);
      return true;
    });
  }

  /** Pass 1 and pass 2; null if it was settled. */
  park(kind: number = Kind.AWAITING): Waiting | null {
    this.arena.doTasks();
    const waiting = new Waiting(this, kind);
    try {
      return this.attempt(() => waiting.enqueue(this.#out)) ? null : waiting;
    } catch (error) {
      // Where the stack is full, others may not have been woken, but nothing of this waits.
      waiting.cancel();
      throw error;
    }
  }

  /** As `park`, blocking this thread: true once it is settled, false when `timeout` ms are over. */
  block(timeout: number): boolean {
    const start = now();
    const spin = Math.min(SPIN, timeout * 1000);
    // Going to sleep and being woken costs more than a message: looks a little longer first.
    if (!meets(this.cases)) look(inTurns(this.cases), false, 1, spin);
    const waiting = this.park(Kind.BLOCKING);
    return waiting === null || waiting.sleep(timeout - (now() - start), spin);
  }

  /** As `park` for a waiter that is only told that a case may be ready; null if one is now. */
  watch(): Waiting | null {
    this.arena.doTasks();
    const waiting = new Waiting(this, Kind.WATCHING);
    const ready = this.#locked(() => {
      const found = this.#choose() >= 0;
      if (!found) waiting.enqueue([]);
      return found;
    });
    return ready ? null : waiting;
  }

  /** Tells the waiter what case `index` came to; a message that was taken is in `incoming`. Outside of locks. */
  deliver(index: number, status: Status.Status): void {
    const scase = this.cases[index] as Case;
    if (status !== Status.DONE || scase.send) return this.#waiter.settle(index, status, undefined);
    let value: unknown;
    try {
      value = incoming.decode(this.arena, scase.port.codec, portIn(scase).label);
    } catch (error) {
      return this.#waiter.fail(index, error);
    }
    this.#waiter.settle(index, status, value);
  }

  /** Case `index` cannot go on. */
  fail(index: number, error: unknown): void {
    this.#waiter.fail(index, error);
  }

  /** Encodes what is to be sent, runs `body`, and lets go of what was not sent. CodecError, DetachedError before anything happens. */
  #encoded<R>(body: () => R): R {
    const start = scratch.begin();
    try {
      this.#out = this.cases.map((scase) => (scase.send ? encode(scase) : null));
      for (const scase of this.cases) portIn(scase).refuseDisposed();
      for (const out of this.#out) if (out !== null) settleLong(this.arena, out);
      return body();
    } finally {
      for (const out of this.#out) if (out !== null) unsettle(this.arena, out);
      scratch.release(start);
    }
  }

  /** Runs `body` with every channel locked, in the order of their addresses; wakes whom it has completed. */
  #locked<R>(body: () => R): R {
    const { arena } = this;
    let locked = 0;
    try {
      for (const c of this.#channels) {
        arena.lock(c);
        locked++;
      }
      return body();
    } finally {
      while (locked > 0) arena.unlock(this.#channels[--locked] as number);
      if (arena.wakes.any) arena.wake();
    }
  }

  /** Commits one of the ready cases; BLOCKED if there is none. */
  #pass1(): Status.Status {
    const { arena } = this;
    for (let index = this.#choose(); index >= 0; index = this.#choose()) {
      const scase = this.cases[index] as Case;
      const { c } = portIn(scase);
      const out = this.#out[index] ?? null;
      const status = out !== null ? chansend(arena, arena.wakes, c, out) : chanrecv(arena, arena.wakes, c, incoming);
      // The only peer was committed elsewhere just now and has left its queue: look again.
      if (status === Status.BLOCKED) continue;
      if (out !== null && status === Status.DONE) out.block = 0;
      this.#chosen = index;
      return status;
    }
    return Status.BLOCKED;
  }

  #choose(): number {
    return choose(this.cases, this.#biased, isReady);
  }
}

/** Looks at one case after the other: 1 if it may be ready, as far as can be seen without locks, else 0. */
export function inTurns(cases: readonly Case[]): () => number {
  let next = 0;
  return () => {
    const scase = cases[next++ % cases.length];
    return Number(portIn(scase).ready(scase?.send === true) > 0);
  };
}

function isReady(scase: Case): boolean {
  const { arena, c } = portIn(scase);
  refuseBroken(arena, c);
  return (scase.send ? sendable : receivable)(arena, c) !== Status.BLOCKED;
}

function encode(scase: Case): Outgoing {
  const out = new Outgoing();
  // Frames are copied by words, so each message starts at one.
  scratch.writer.reserve(-scratch.writer.position & 3);
  const start = scratch.begin();
  encodeTo(scase.port.codec, scase.value, portIn(scase).label);
  out.set(start, scratch.end(start));
  return out;
}
