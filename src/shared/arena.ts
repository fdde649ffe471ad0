/**
 * This thread as a member of an arena: its slot, its records, its operations, and how it is woken.
 *
 * Invariants: a record belongs to this thread from `takeRecord` to `giveRecord`, and while one of its sudogs may stand in a
 * queue, only that channel's lock lets anybody touch it; the thread has at most one `Atomics.waitAsync` under way per
 * arena, armed while an operation of it awaits. Nothing here keeps the process alive: the facade's timer does.
 */
import { defer } from '#platform';
import { every, forget, soon, type Timer } from '../clock.js';
import type { Engine } from '../engine.js';
import { ChannelError } from '../errors.js';
import { turned } from '../handle/budget.js';
import { ownTid, threadId, waitAsync } from './host.js';
import * as Hold from './layout/hold.js';
import * as Op from './layout/op.js';
import * as State from './layout/state.js';
import * as Sudog from './layout/sudog.js';
import * as Thread from './layout/thread.js';
import * as ThreadState from './layout/thread-state.js';
import { chain, MAX_THREADS, RECORD_WORDS, RECORDS_CLASS, SMALL_CLASS, THREAD_WORDS, THREADS } from './layout.js';
import { Memory } from './memory.js';
import { Nudges } from './nudge.js';
import { Wakes } from './waitq.js';

/** An operation of this thread that awaits: told when a peer has completed it. */
export interface Awaiting {
  /** The peer's DONE state. Called outside of locks. */
  completed(state: number): void;
  /** Whether a peer's hand-over was left half announced; looks again and says whether the operation is over. */
  lookAgain(): void;
}

/** How often a thread with waiting operations looks who has died, in ms. */
const LOOK = 250;

export class Arena extends Memory {
  readonly slot: number;
  readonly #nudges: Nudges;
  /** Records of this thread that are not in use. */
  readonly #records: number[] = [];
  /** Operations that await, by their record's KEY. */
  readonly #awaiting: (Awaiting | null)[] = [];
  /** What was put off. */
  readonly #tasks: (() => void)[] = [];
  #deferred = false;
  #count = 0;
  #armed = false;
  #draining = false;
  /** An operation that was done is being told, and others are still to be: nobody may hear before them. */
  untold = false;
  /** What is told now was done by this thread, and says nothing about how quick another one is. */
  tellsOwn = false;
  #timer: Timer | undefined;
  /** Whom the commits under the locks that are held now will wake. */
  readonly wakes = new Wakes();
  /** This thread's holds, by channel. */
  readonly holds = new Map<number, number>();
  readonly #spareHolds: number[] = [];
  /** What its channels are selected by; set by port.ts. */
  engine: Engine | undefined;
  /** Looks who has died; set by repair.ts. */
  look: () => void = () => {};

  constructor(buffer: SharedArrayBuffer) {
    super(buffer);
    this.slot = this.#join();
    this.#adopt();
    this.#nudges = new Nudges(this.id, this.slot, () => this.#wake());
    if (this.#nudges.needed) this.i32[this.thread + Thread.NUDGE] = 1;
  }

  #join(): number {
    const m = this.i32;
    const tid = ownTid();
    for (let slot = 0; slot < MAX_THREADS; slot++) {
      const thread = THREADS + slot * THREAD_WORDS;
      if (Atomics.compareExchange(m, thread + Thread.STATE, ThreadState.FREE, ThreadState.LIVE) !== ThreadState.FREE) continue;
      // Until these say who it is, nobody knows whether the thread in the slot lives, and so nobody takes it for dead.
      m[thread + Thread.THREAD_ID] = threadId;
      Atomics.store(m, thread + Thread.TID, tid);
      for (const field of [Thread.INBOX, Thread.RESCAN, Thread.NUDGE, Thread.WEB_LOCK]) m[thread + field] = 0;
      this.mark = slot + 1;
      this.thread = thread;
      return slot;
    }
    throw new ChannelError(`more than ${MAX_THREADS} threads use the same shared channels`);
  }

  /** Takes over the records and holds of who had the slot before: they always stay records and holds, so that they can be looked through. */
  #adopt(): void {
    this.catchUp();
    const m = this.i32;
    for (const block of chain(m, this.thread + Thread.RECORDS)) this.#addRecords(block);
    for (const hold of chain(m, this.thread + Thread.HOLDS)) this.#spareHolds.push(hold);
  }

  #addRecords(block: number): void {
    const m = this.i32;
    const end = this.endOf(block);
    for (let at = block + 1; at + RECORD_WORDS <= end; at += RECORD_WORDS) {
      m.fill(0, at, at + RECORD_WORDS);
      m[at + Op.OWNER] = this.slot;
      m[at + Op.KEY] = this.#awaiting.push(null) - 1;
      this.#records.push(at);
    }
  }

  /** A record for one case of an operation. */
  takeRecord(): number {
    const record = this.#records.pop();
    if (record !== undefined) return record;
    const block = this.allocClass(RECORDS_CLASS);
    this.#addRecords(block);
    const m = this.i32;
    m[block] = m[this.thread + Thread.RECORDS] as number;
    m[this.thread + Thread.RECORDS] = block;
    return this.#records.pop() as number;
  }

  /** Gives a record back. None of its sudogs stands in a queue. */
  giveRecord(record: number): void {
    this.i32[record + Sudog.OP] = 0;
    Atomics.store(this.i32, record + Op.STATE, State.FREE);
    this.#records.push(record);
  }

  /** `operation` awaits, with `record` as its op. */
  enlist(record: number, operation: Awaiting): void {
    this.#awaiting[this.i32[record + Op.KEY] as number] = operation;
    if (this.#count++ > 0) return;
    this.#timer = every(() => this.look(), LOOK);
    this.#timer.unref?.();
  }

  /** It does not any more. */
  delist(record: number): void {
    const key = this.i32[record + Op.KEY] as number;
    if (this.#awaiting[key] === null) return;
    this.#awaiting[key] = null;
    if (--this.#count === 0) forget(this.#timer);
  }

  /** All operations that await. */
  *awaiting(): Generator<Awaiting> {
    for (const operation of [...this.#awaiting]) if (operation !== null) yield operation;
  }

  /** Has `task`, which takes no lock that its caller holds, done on the loop's next turn or before the next operation waits. */
  putOff(task: () => void): void {
    this.#tasks.push(task);
    if (this.#deferred) return;
    defer(() => {
      this.#deferred = false;
      this.doTasks();
    });
    this.#deferred = true;
  }

  /** Does what was put off. Outside of locks. */
  doTasks(): void {
    for (let task = this.#tasks.pop(); task !== undefined; task = this.#tasks.pop()) {
      try {
        task();
      } catch {
        // A channel beyond repair, whose queues are left as they are; those who use it are told.
      }
    }
  }

  /** Makes sure that the bell is heard. After the locks were let go. */
  arm(): void {
    if (this.#armed || waitAsync === undefined) return;
    const m = this.i32;
    const bell = Atomics.load(m, this.thread + Thread.BELL);
    // Pairs with `wake`: it puts operations in the inbox first and changes the bell then.
    if (Atomics.load(m, this.thread + Thread.INBOX) !== 0 || m[this.thread + Thread.RESCAN] !== 0) this.#drainSoon();
    const { async, value } = waitAsync(m, this.thread + Thread.BELL, bell);
    if (!async) return this.#drainSoon();
    this.#armed = true;
    value.then(() => {
      this.#armed = false;
      turned();
      this.#wake();
    });
  }

  #wake(): void {
    if (Atomics.exchange(this.i32, this.thread + Thread.RESCAN, 0) !== 0) this.#rescan();
    this.takeInbox();
  }

  #drainSoon(): void {
    if (this.#draining) return;
    soon(() => {
      this.#draining = false;
      this.#wake();
    });
    this.#draining = true;
  }

  /** Takes all that has been completed, oldest first, and tells the owners. */
  takeInbox(): void {
    let op = Atomics.exchange(this.i32, this.thread + Thread.INBOX, 0);
    this.catchUp();
    const m = this.i32;
    const done: number[] = [];
    for (; op !== 0; op = m[op + Op.INBOX_NEXT] as number) done.push(op);
    for (let i = done.length - 1; i >= 0; i--) {
      const record = done[i] as number;
      this.untold = i > 0;
      this.#awaiting[m[record + Op.KEY] as number]?.completed(Atomics.load(m, record + Op.STATE));
    }
    if (!this.#draining) this.tellsOwn = false;
    if (this.#count > 0) this.arm();
  }

  #rescan(): void {
    this.takeInbox();
    for (const operation of this.awaiting()) operation.lookAgain();
  }

  /** Wakes whom `wakes` lists, and empties it. After the locks were let go. */
  wake(): void {
    const { wakes } = this;
    wakes.any = false;
    for (let state = wakes.blocked.pop(); state !== undefined; state = wakes.blocked.pop()) Atomics.notify(this.i32, state);
    for (let thread = wakes.bells.pop(); thread !== undefined; thread = wakes.bells.pop()) this.ring(thread);
    if (!wakes.own) return;
    wakes.own = false;
    this.tellsOwn = true;
    this.#drainSoon();
  }

  /** What `body` says with the lock at `at` taken; wakes whom it has completed. */
  locked<R>(at: number, body: () => R): R {
    this.lock(at);
    try {
      return body();
    } finally {
      this.unlock(at);
      if (this.wakes.any) this.wake();
    }
  }

  /** Rings a thread's bell. */
  ring(thread: number): void {
    const m = this.i32;
    Atomics.add(m, thread + Thread.BELL, 1);
    Atomics.notify(m, thread + Thread.BELL);
    if (m[thread + Thread.NUDGE] === 1) this.#nudges.nudge((thread - THREADS) / THREAD_WORDS);
  }

  /** This thread's hold on a channel, made if there is none. */
  hold(c: number): number {
    const known = this.holds.get(c);
    if (known !== undefined) return known;
    const hold = this.#spareHolds.pop() ?? this.#addHold();
    this.i32[hold + Hold.CHAN] = c;
    this.holds.set(c, hold);
    return hold;
  }

  /** A hold that counts nothing, among those of this thread. */
  #addHold(): number {
    const hold = this.allocClass(SMALL_CLASS);
    const m = this.i32;
    m[hold + Hold.CHAN] = 0;
    m[hold + Hold.SENDERS] = 0;
    m[hold + Hold.RECEIVERS] = 0;
    m[hold + Hold.NEXT] = m[this.thread + Thread.HOLDS] as number;
    m[this.thread + Thread.HOLDS] = hold;
    return hold;
  }

  /** Forgets a hold that counts nothing any more; it is used for the next channel. */
  dropHold(c: number, hold: number): void {
    const m = this.i32;
    if (m[hold + Hold.SENDERS] !== 0 || m[hold + Hold.RECEIVERS] !== 0) return;
    m[hold + Hold.CHAN] = 0;
    if (this.holds.delete(c)) this.#spareHolds.push(hold);
  }
}
