/**
 * A handle's end of a shared channel in this thread.
 *
 * Holds the thread's share of the channel's handle counts (lifetime.ts). The hot paths are here: one lock, one frame, one
 * unlock, and nothing allocated but what the codec makes.
 */
import { type Codec, encodeTo, isFallible } from '../codec/codec.js';
import type * as Direction from '../direction.js';
import { type Case, CLOSED, EMPTY, type Engine, type Port } from '../engine.js';
import { ChannelError, DetachedError, label } from '../errors.js';
import { Faults } from '../faults.js';
import { Ends } from '../patience.js';
import { scratch } from '../scratch.js';
import * as Status from '../status.js';
import { type TokenBody, tokenOf } from '../token.js';
import type { Arena } from './arena.js';
import { ArenaEngine } from './arena-engine.js';
import { BATCH, recvBatch, sendBatch } from './batch.js';
import { shutBy } from './buffer.js';
import { chanrecv, chansend, closechan } from './hchan.js';
import * as Chan from './layout/chan.js';
import * as Flag from './layout/flag.js';
import { countHandle, grantToken, uncountHandle } from './lifetime.js';
import { look } from './linger.js';
import { incoming, Outgoing, settleLong, unsettle } from './message.js';

/** The port of a case. */
export function portIn(scase: Case | undefined): SharedPort<unknown> {
  return scase?.port as SharedPort<unknown>;
}

/** Why no operation on the channel can go on, if its lock was lost with a thread that nobody knows to be dead. */
export function broken(arena: Arena, c: number): ChannelError | undefined {
  if (((arena.i32[c + Chan.FLAGS] as number) & Flag.BROKEN) === 0) return undefined;
  const lost = arena.i32[c + Chan.COUNT] as number;
  return new ChannelError(
    `shared channel #${arena.i32[c + Chan.ID]} is broken: a thread stopped while it changed it; about ${lost} messages are lost`,
  );
}

/** Throws if the channel is broken. */
export function refuseBroken(arena: Arena, c: number): void {
  const error = broken(arena, c);
  if (error !== undefined) throw error;
}

/** One counted handle, apart from its port, so that it can be given back after the port was collected. */
interface Counted {
  readonly arena: Arena;
  readonly c: number;
  readonly direction: Direction.Direction;
  given: boolean;
}

function giveBack(counted: Counted): void {
  if (counted.given) return;
  counted.given = true;
  try {
    uncountHandle(counted.arena, counted.c, counted.direction);
  } catch (error) {
    // A broken channel counts nothing any more. Whoever uses it is told; giving back must not fail.
    if (broken(counted.arena, counted.c) === undefined) throw error;
  }
}

const collected = new FinalizationRegistry<Counted>(giveBack);
const sending = new Outgoing();

export class SharedPort<T> implements Port<T> {
  readonly engine: Engine;
  readonly engineName = 'shared';
  readonly id: number;
  readonly name: string | undefined;
  readonly capacity: number;
  readonly direction: Direction.Direction;
  readonly codec: Codec<T>;
  /** Where it lies in the arena. */
  readonly c: number;
  /** The memory that it lies in. */
  readonly arena: Arena;
  readonly #counted: Counted;
  readonly ends: Ends;
  /** How errors call the channel. */
  readonly label: string;
  /** How many messages may be taken at once. */
  readonly #batch: number;
  readonly faults = new Faults();

  /** The handle is counted already. */
  constructor(arena: Arena, c: number, direction: Direction.Direction, codec: Codec<T>, name: string | undefined) {
    const m = arena.i32;
    this.engine = arena.engine ??= new ArenaEngine(arena);
    this.arena = arena;
    this.c = c;
    this.id = m[c + Chan.ID] as number;
    this.name = name;
    this.capacity = m[c + Chan.UNBOUNDED] === 1 ? Infinity : (m[c + Chan.CAP] as number);
    this.direction = direction;
    this.codec = codec;
    this.label = label(this);
    this.#batch = isFallible(codec as Codec<unknown>) ? 1 : BATCH;
    this.ends = new Ends(this.capacity);
    this.#counted = { arena, c, direction, given: false };
    collected.register(this, this.#counted, this);
  }

  length(): number {
    const count = Atomics.load(this.arena.i32, this.c + Chan.COUNT);
    return this.#gone() ? 0 : Math.min(this.capacity, Math.max(0, count));
  }

  closed(): boolean {
    const flags = Atomics.load(this.arena.i32, this.c + Chan.FLAGS);
    return this.#gone() || (flags & Flag.CLOSED) !== 0;
  }

  /** Whether the channel went with its last handle. */
  #gone(): boolean {
    return Atomics.load(this.arena.i32, this.c + Chan.ID) !== this.id;
  }

  trySend(value: T): Status.Status {
    const start = scratch.begin();
    try {
      encodeTo(this.codec as Codec<unknown>, value, this.label);
      this.refuseDisposed();
      sending.set(start, scratch.end(start));
      return this.#send();
    } finally {
      scratch.release(start);
    }
  }

  /** Throws if the port was disposed: by user code, since the facade looked. */
  refuseDisposed(): void {
    if (this.#counted.given) throw new DetachedError(`operation on a disposed handle of ${this.label}`);
  }

  /** Sends what `sending` holds. */
  #send(): Status.Status {
    const { arena, c } = this;
    const m = arena.i32;
    // Without the lock, as Go does: after "open", "full and nobody waits" is true of one moment.
    const flags = Atomics.load(m, c + Chan.FLAGS);
    if (flags !== 0) {
      refuseBroken(arena, c);
      return shutBy(flags) || Status.BLOCKED;
    }
    if ((m[c + Chan.COUNT] as number) >= (m[c + Chan.CAP] as number) && Atomics.load(m, c + Chan.RECV_FIRST) === 0)
      return Status.BLOCKED;
    settleLong(arena, sending);
    arena.lock(c);
    let status: Status.Status = Status.BLOCKED;
    try {
      status = chansend(arena, arena.wakes, c, sending);
    } finally {
      arena.unlock(c);
      if (status !== Status.DONE) unsettle(arena, sending);
    }
    if (arena.wakes.any) arena.wake();
    return status;
  }

  trySendMany(values: ArrayLike<T>, from: number): number {
    refuseBroken(this.arena, this.c);
    const sent = sendBatch(this as SharedPort<unknown>, values, from);
    if (sent !== undefined) return sent;
    const status = this.trySend(values[from] as T);
    return status <= Status.DONE ? status : -status;
  }

  tryRecv(): T | typeof EMPTY | typeof CLOSED {
    this.faults.report();
    const status = this.#take();
    if (status === Status.BLOCKED) return EMPTY;
    if (status === Status.CLOSED) return CLOSED;
    return incoming.decode(this.arena, this.codec as Codec<unknown>, this.label) as T;
  }

  /** Takes a message into `incoming`. */
  #take(): Status.Status {
    const { arena, c } = this;
    const m = arena.i32;
    // Without the lock, as Go does: "nothing there" first, then "not closed".
    if (Atomics.load(m, c + Chan.COUNT) === 0 && m[c + Chan.SEND_FIRST] === 0 && Atomics.load(m, c + Chan.FLAGS) === 0)
      return Status.BLOCKED;
    refuseBroken(arena, c);
    incoming.ready();
    arena.lock(c);
    let status: Status.Status = Status.BLOCKED;
    try {
      status = chanrecv(arena, arena.wakes, c, incoming);
    } finally {
      arena.unlock(c);
    }
    if (arena.wakes.any) arena.wake();
    return status;
  }

  tryRecvMany(into: T[], max: number): number {
    this.faults.report();
    refuseBroken(this.arena, this.c);
    const before = into.length;
    // A codec's decode may dispose the port.
    while (into.length - before < max && !this.#counted.given) {
      const had = into.length;
      const status = recvBatch(this as SharedPort<unknown>, into, Math.min(this.#batch, before + max - had));
      if (into.length === before) {
        this.faults.report();
        if (status === Status.CLOSED) return -1;
      }
      if (status !== Status.DONE || into.length === had) break;
    }
    return into.length - before;
  }

  close(): boolean {
    const { arena, c } = this;
    refuseBroken(arena, c);
    return arena.locked(c, () => closechan(arena, arena.wakes, c));
  }

  linger(send: boolean): boolean {
    return this.ends.linger(send, (want, microseconds) => look(() => this.ready(send), send, want, microseconds));
  }

  /** How many messages there are, or how much room; more than that if the channel is closed, or somebody waits at the other end. */
  ready(send: boolean): number {
    const m = this.arena.i32;
    const { c } = this;
    const count = Atomics.load(m, c + Chan.COUNT);
    if (m[c + Chan.FLAGS] !== 0 || m[c + (send ? Chan.RECV_FIRST : Chan.SEND_FIRST)] !== 0) return Infinity;
    return send ? (m[c + Chan.CAP] as number) - count : count;
  }

  clone(direction: Direction.Direction): SharedPort<T> {
    countHandle(this.arena, this.c, direction);
    return new SharedPort(this.arena, this.c, direction, this.codec, this.name);
  }

  share(): TokenBody {
    const { arena, c, direction } = this;
    return { ...tokenOf(this, grantToken(arena, c, direction)), buffer: arena.buffer };
  }

  dispose(): void {
    if (this.#counted.given) return;
    collected.unregister(this);
    giveBack(this.#counted);
  }
}
