/**
 * What an engine must do, and nothing about how.
 *
 * The facade (handles, select, iteration) is written once over these interfaces; `native`, `shared` and `local`
 * implement them. An engine owns: where messages rest, who is served next, and the moment at which an operation
 * happens. The facade owns: argument checks, promises, signals, keeping the process alive, and disposal.
 *
 * Invariant: every operation handed to `park` ends exactly once: it is settled, or it fails, or `cancel()` returned
 * true and nothing happened.
 */
import type { Codec } from './codec/codec.js';
import type * as Direction from './direction.js';
import type { Faults } from './faults.js';
import type * as Status from './status.js';
import type { Sudog } from './sudog.js';
import type { TokenBody } from './token.js';

/** What `channel.engine` can say. */
export type EngineName = 'crossbeam' | 'kanal' | 'mutex' | 'shared' | 'local';

/** `tryRecv` found nothing there now. */
export const EMPTY: unique symbol = Symbol('empty');
/** `tryRecv` found the channel closed and drained. */
export const CLOSED: unique symbol = Symbol('closed');

/** What a channel is made from, once the facade has checked it. */
export interface OpenOptions<T> {
  /** 0 to 2^31-1, or Infinity. */
  readonly capacity: number;
  readonly codec: Codec<T>;
  readonly name: string | undefined;
}

/**
 * One handle's end of a channel in this thread. Made by `Engine.open`, `Engine.attach` or `Port.clone`; each port is
 * counted as one handle of its direction until `dispose`.
 *
 * The facade never calls an operation that the direction does not allow, nor any but the properties, `length` and
 * `closed` after `dispose`.
 */
export interface Port<T = unknown> {
  readonly engine: Engine;
  /** What carries the messages (a `crossbeam` channel of capacity 0 says `mutex`). */
  readonly engineName: EngineName;
  /** The same number on every handle of one channel, in every thread. */
  readonly id: number;
  readonly name: string | undefined;
  /** Infinity if unbounded. */
  readonly capacity: number;
  readonly direction: Direction.Direction;
  readonly codec: Codec<T>;

  /** Messages at rest: never above `capacity`, never below 0; 0 for a rendezvous. Also answers after `dispose`. */
  length(): number;
  /** True from `close` on, drained or not. Also answers after `dispose`. */
  closed(): boolean;

  /** Never waits. Throws CodecError, nothing having happened, if the value does not fit. */
  trySend(value: T): Status.Status;
  /**
   * Sends the first of `values[from..]`, as many as there is room for (at least one message at a time is attempted).
   * Returns how many went. If none went because the channel is shut, returns `-Status.CLOSED` or `-Status.DISCONNECTED`.
   * A value that does not fit throws CodecError only when it is the first one; else the values before it are sent,
   * and the next call throws.
   */
  trySendMany(values: ArrayLike<T>, from: number): number;
  /** Never waits. Throws CodecError when a message was taken and did not decode. */
  tryRecv(): T | typeof EMPTY | typeof CLOSED;
  /** As `tryRecv`, of a message only that an earlier call has found: it has been there since. Engines that find no more than asked leave it out. */
  tryLent?(): T | typeof EMPTY;
  /**
   * Appends at most `max` values to `into` and returns how many; 0: nothing there now; -1: closed and drained.
   * A message that does not decode behind ones that do is reported (CodecError) by this port's next receive.
   */
  tryRecvMany(into: T[], max: number): number;
  /**
   * Numeric codecs: fills `into`, the typed array that the codec matches, from index 0 with what is there now. Returns as `tryRecvMany`.
   * Engines without a fast way leave it out.
   */
  tryRecvInto?(into: ArrayLike<T>): number;

  /** What earlier receives have left to be reported. Engines that do not decode leave it out. */
  readonly faults?: Faults;

  /**
   * An awaiting operation found nothing to do: waits a moment if the other end has lately been quick. True: try again.
   * Engines whose wake-ups are cheap leave it out.
   */
  linger?(send: boolean): boolean;

  /**
   * Engines of one thread, instead of the engine's `park` for an operation that is no select: queues it as it is. It is told
   * by `ready`. False: it was settled before this returned.
   */
  enqueue?(send: boolean, operation: Sudog & Waiter): boolean;
  /** Whether this port lists (`waiting`) what is enqueued next, so that its handle need not. */
  lists?(send: boolean): boolean;
  /** What this port lists and still waits, in the order it came; maybe among others. */
  waiting?(): Iterable<Sudog>;

  /** False: it was closed already. Wakes every waiting operation. */
  close(): boolean;
  /** Another handle of the same channel, of a direction that this one includes. */
  clone(direction: Direction.Direction): Port<T>;
  /** Makes a token of this port's direction, which counts as a handle until it is first attached. */
  share(): TokenBody;
  /**
   * Gives the handle back. Its parked operations have been cancelled by the facade before. When the last handle of a
   * direction goes, the channel closes (senders) or disconnects (receivers).
   */
  dispose(): void;
}

/** One alternative of an operation: send `value` to, or receive from, `port`. */
export interface Case {
  readonly port: Port;
  readonly send: boolean;
  /** What to send; undefined for a receive. */
  readonly value: unknown;
}

/** Who is told how an operation ended. Called once at most, never under a lock, and it must not throw. */
export interface Waiter {
  /** Case `index` happened: `value` is what was received (`DONE` of a receive), else undefined. */
  settle(index: number, status: Status.Status, value: unknown): void;
  /** Case `index` took a message that did not decode. */
  fail(index: number, error: unknown): void;
}

/** An operation that is waiting. */
export interface Parked {
  /** True: it is withdrawn, nothing happened, the waiter will not be called. False: it has happened, and the waiter was or will be told. */
  cancel(): boolean;
}

/**
 * An engine commits one of several cases, atomically. A single send or receive is a list of one case; there is at least
 * one (but for `idle.ts`). All cases of one call belong to ports of this engine. `biased` takes the first ready case, else
 * one of the ready ones uniformly at random. CodecError for a value that does not fit is thrown before anything happens.
 */
export interface Engine {
  readonly name: 'native' | 'shared' | 'local';

  /** Settles `waiter` with a ready case and returns true, or returns false at a moment when none was ready. */
  trySelect(cases: readonly Case[], biased: boolean, waiter: Waiter): boolean;

  /** As that of a port, for an operation of several cases. */
  linger?(cases: readonly Case[]): boolean;

  /**
   * As `trySelect`, and if none is ready, waits first come, first served in every case's queue.
   * Null: it was settled before this returned. The losing cases leave their queues when one is committed.
   *
   * `claim` (in-thread engines only): asked just before a peer commits one of the cases; false withdraws the
   * operation instead. This is how a select over several engines stays exactly-once.
   */
  park(cases: readonly Case[], biased: boolean, waiter: Waiter, claim?: () => boolean): Parked | null;

  /**
   * As `park`, but blocks this thread until it settles (true) or `timeout` ms are over (false, nothing happened).
   * Interrupted by worker.terminate(), process.exit() and the inspector within 100 ms. `timeout` may be Infinity.
   */
  block(cases: readonly Case[], biased: boolean, timeout: number, waiter: Waiter): boolean;

  /**
   * Engines of which a select can have several: calls `onReady` once, when a case may have become ready, taking nothing; null: one may be
   * ready now. For selects over several engines, which then try again.
   */
  watch?(cases: readonly Case[], onReady: () => void): Parked | null;
}

/** How the facade opens channels on an engine. */
export interface Opener {
  open<T>(name: EngineName, options: OpenOptions<T>): Port<T>;
}

/** An engine whose channels cross threads; the facade has checked that the token is one and names this engine. */
export interface EngineFactory extends Opener {
  /** Throws DetachedError when the channel is gone. */
  attach<T>(body: TokenBody, codec: Codec<T>): Port<T>;
}
