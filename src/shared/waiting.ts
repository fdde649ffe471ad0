/**
 * An operation of this thread that waits: its records in the arena, and how it ends.
 *
 * It ends once: a peer completes it (`completed`, from the thread's inbox or its own sleep), or its owner cancels it. Either
 * way pass 3 follows: every sudog leaves its queue under its channel's lock, and only then do the records go back, since a
 * peer may hold a sudog in its hands for as long as it holds the lock. Unlike Go, a select of many cases is told how it
 * ended before pass 3: until then whoever meets one of its sudogs finds it void, as it would that of a dead thread.
 */
import { now } from '../clock.js';
import type { Parked } from '../engine.js';
import { BlockingError } from '../errors.js';
import { meets, stamp } from '../patience.js';
import * as Status from '../status.js';
import type { Arena, Awaiting } from './arena.js';
import { tellWatchers } from './hchan.js';
import * as Chan from './layout/chan.js';
import * as Kind from './layout/kind.js';
import * as Op from './layout/op.js';
import * as State from './layout/state.js';
import * as Sudog from './layout/sudog.js';
import * as Thread from './layout/thread.js';
import { LONG } from './layout.js';
import { look } from './linger.js';
import { incoming, type Outgoing, writeFrame } from './message.js';
import { broken, portIn } from './port.js';
import type { Selecting } from './select.js';
import { dequeueSudoG, enqueue } from './waitq.js';

/** ms that a blocked thread sleeps before it looks who has died: at first, and once it has slept for long. */
const SLICE = 50;
const LONGEST = 150;
/** A sleep is longer by so much of the time that it has slept before. */
const PART = 1 / 16;

export class Waiting implements Parked, Awaiting {
  readonly #select: Selecting;
  readonly #arena: Arena;
  readonly #kind: number;
  /** One per case; the first one's op is the operation's. Empty once it is over. */
  #records: number[] = [];
  #since = 0;

  constructor(select: Selecting, kind: number) {
    this.#select = select;
    this.#arena = select.arena;
    this.#kind = kind;
  }

  /** It was completed and told, or withdrawn. */
  isOver(): boolean {
    return this.#records.length === 0;
  }

  /** Pass 2: enqueues on all channels, which are locked. */
  enqueue(outs: readonly (Outgoing | null)[]): void {
    const arena = this.#arena;
    const { cases } = this.#select;
    this.#since = stamp();
    this.#records = cases.map(() => arena.takeRecord());
    const m = arena.i32;
    const [op] = this.#records as [number];
    m[op + Op.KIND] = this.#kind;
    for (let i = 0; i < cases.length; i++) {
      const record = this.#records[i] as number;
      const send = cases[i]?.send === true;
      const out = outs[i] ?? null;
      m[record + Sudog.CASE] = i;
      const { c, id } = portIn(cases[i]);
      m[record + Sudog.CHAN] = c;
      m[record + Sudog.CHAN_ID] = id;
      m[record + Sudog.SENDS] = send ? 1 : 0;
      m[record + Sudog.QUEUED] = 0;
      m[record + Sudog.FRAME] = 0;
      // Last, since who clears up after this thread takes the rest for granted.
      m[record + Sudog.OP] = op;
      if (out !== null) {
        writeFrame(arena, record + Sudog.FRAME, out);
        out.block = 0;
      }
    }
    // From here on the operation can be found, also by who repairs a channel.
    Atomics.store(m, op + Op.STATE, State.WAITING);
    for (const record of this.#records) {
      enqueue(m, record);
      if (this.#kind !== Kind.WATCHING) {
        const opposite = m[record + Sudog.SENDS] === 1 ? Chan.RECV_FIRST : Chan.SEND_FIRST;
        tellWatchers(arena, arena.wakes, (m[record + Sudog.CHAN] as number) + opposite);
      }
    }
    if (this.#kind !== Kind.BLOCKING) arena.enlist(op, this);
  }

  /** A peer has completed it. */
  completed(state: number): void {
    const [op] = this.#records;
    if (op === undefined || (state & State.MASK) !== State.DONE) return;
    const status = (state >>> 4) & 15;
    const index = state >>> 8;
    const arena = this.#arena;
    const scase = this.#select.cases[index];
    if (scase !== undefined) portIn(scase).ends.ended(scase.send, this.#since, arena.tellsOwn);
    // Who watches is told READY.
    if (status === Status.DONE && !scase?.send) {
      incoming.ready();
      incoming.take(arena.i32, (this.#records[index] as number) + Sudog.FRAME);
    }
    this.#leave(index, status === Status.DONE ? index : -1, true);
    this.#select.deliver(index, status as Status.Status);
  }

  /** Looks for at most `microseconds` whether it is completed, and is told so if nothing was before it: 1, else 0. */
  settled(microseconds: number): number {
    const arena = this.#arena;
    const [op] = this.#records as [number];
    const inbox = arena.thread + Thread.INBOX;
    look(() => Atomics.load(arena.i32, inbox), false, 1, microseconds);
    const m = arena.i32;
    // In this order: what comes before it in the inbox is known once it stands there, and not while its peer still tries to put it in.
    if (Atomics.load(m, inbox) !== op || m[op + Op.INBOX_NEXT] !== 0 || Atomics.compareExchange(m, inbox, op, 0) !== op) return 0;
    arena.catchUp();
    this.completed(Atomics.load(m, op + Op.STATE));
    return 1;
  }

  cancel(): boolean {
    const [op] = this.#records;
    if (op === undefined) return false;
    const m = this.#arena.i32;
    if (Atomics.compareExchange(m, op + Op.STATE, State.WAITING, State.CANCELLED) !== State.WAITING) return false;
    this.#leave(-1, -1, false);
    return true;
  }

  /** Somebody died: a peer may have completed this and not told. Its channel may also be beyond repair. */
  lookAgain(): void {
    const [op] = this.#records;
    if (op === undefined) return;
    const arena = this.#arena;
    const state = Atomics.load(arena.i32, op + Op.STATE);
    if ((state & State.MASK) !== State.DONE) return void this.#giveUpIfBroken();
    // A peer that lives announces what it has completed before it lets go of the lock; what is not in the inbox then never will be.
    const { c } = portIn(this.#select.cases[state >>> 8]);
    arena.lock(c);
    arena.unlock(c);
    arena.takeInbox();
    this.completed(state);
  }

  /**
   * Blocks until it is completed (true) or `timeout` ms are over and it is withdrawn (false). Looks for `spin` µs before it sleeps where
   * there is no buffer to look at before it parks.
   */
  sleep(timeout: number, spin: number): boolean {
    const start = now();
    const [op] = this.#records as [number];
    const { i32 } = this.#arena;
    if (meets(this.#select.cases)) look(() => Number(Atomics.load(i32, op + Op.STATE) !== State.WAITING), false, 1, spin);
    for (;;) {
      const m = this.#arena.i32;
      const state = Atomics.load(m, op + Op.STATE);
      if ((state & State.MASK) === State.DONE) {
        this.#arena.catchUp();
        this.completed(state);
        return true;
      }
      if ((state & State.MASK) === State.CLAIMED) {
        this.#arena.look();
        continue;
      }
      const slept = now() - start;
      const left = timeout - slept;
      if (left <= 0 && this.cancel()) return false;
      if (left > 0 && this.#nap(m, op, Math.min(SLICE + slept * PART, LONGEST, left))) this.#arena.look();
      if (this.#giveUpIfBroken()) return true;
    }
  }

  /** True: nothing has happened meanwhile. */
  #nap(m: Int32Array, op: number, milliseconds: number): boolean {
    try {
      return Atomics.wait(m, op + Op.STATE, State.WAITING, milliseconds) === 'timed-out';
    } catch (error) {
      // A browser's main thread: nothing must be left waiting.
      if (!this.cancel()) return false;
      throw new BlockingError('this host does not let this thread block', { cause: error });
    }
  }

  #giveUpIfBroken(): boolean {
    const arena = this.#arena;
    const { cases } = this.#select;
    for (let i = 0; i < cases.length; i++) {
      const error = broken(arena, portIn(cases[i]).c);
      if (error === undefined) continue;
      const [op] = this.#records as [number];
      if (Atomics.compareExchange(arena.i32, op + Op.STATE, State.WAITING, State.CANCELLED) !== State.WAITING) return false;
      // The queues of a broken channel are left as they are, and so are the records, which may stand in them.
      if (this.#kind !== Kind.BLOCKING) arena.delist(op);
      this.#records = [];
      this.#select.fail(i, error);
      return true;
    }
    return false;
  }

  /**
   * Pass 3, `later` if it takes long: leaves the queues but that of case `committed`; gives back the messages but that of
   * case `sent`, and the records.
   */
  #leave(committed: number, sent: number, later: boolean): void {
    const arena = this.#arena;
    const records = this.#records;
    const [op] = records as [number];
    this.#records = [];
    if (this.#kind !== Kind.BLOCKING) arena.delist(op);
    if (later && records.length > 1) {
      voidMessage(arena.i32, records, sent);
      arena.putOff(() => leave(arena, records, committed, sent));
    } else leave(arena, records, committed, sent);
  }
}

/**
 * Who clears up after this thread, should it die before it leaves the queues, is not to hand on once more what it has been told
 * to have received, nor to free the block that case `sent` has sent.
 */
function voidMessage(m: Int32Array, records: readonly number[], sent: number): void {
  const record = records[sent];
  if (record !== undefined && m[record + Sudog.SENDS] === 1) m[record + Sudog.FRAME] = 0;
  Atomics.store(m, (records[0] as number) + Op.STATE, State.CANCELLED);
}

function leave(arena: Arena, records: readonly number[], committed: number, sent: number): void {
  arena.catchUp();
  const m = arena.i32;
  for (let i = 0; i < records.length; i++) {
    const record = records[i] as number;
    if (i !== committed) {
      const c = m[record + Sudog.CHAN] as number;
      arena.lock(c);
      dequeueSudoG(m, record);
      arena.unlock(c);
    }
    const unsent = m[record + Sudog.SENDS] === 1 && i !== sent && m[record + Sudog.FRAME] === LONG;
    if (unsent) arena.free(m[record + Sudog.FRAME + 2] as number);
  }
  for (let i = records.length - 1; i >= 0; i--) arena.giveRecord(records[i] as number);
}
