/**
 * One awaiting operation of a handle: parked in its engine, ended by its peer, its signal or its handle's disposal.
 *
 * Invariant: exactly one of `settle`, `fail` and `withdraw` ends it, and by then (or, if it ends while it parks, by when `park` returns)
 * nothing of the operation is left behind: no listener, no hold on the process, no entry in the handle.
 */
import { offAbort, onAbort } from '../abort.js';
import type { Parked, Port, Waiter } from '../engine.js';
import { ClosedError, DisconnectedError, label, type Unsent } from '../errors.js';
import * as Status from '../status.js';
import type { Queue, Sudog } from '../sudog.js';
import { inTurn, nextTurn, spent } from './budget.js';
import { type Detachable, DISPOSED, delist, detached, type Endpoint, enlist, PORT, RECEIVES } from './endpoint.js';
import type { Received } from './receiving.js';

/** Who takes the outcome of an operation. Not a subclass of it: V8 does not inline constructors that call `super`. */
export interface Taker {
  /** The operation happened. */
  happened(operation: Pending, status: Status.Status, value: unknown): void;
  /** The operation did not happen, or its message did not decode. */
  refused(operation: Pending, error: unknown): void;
}

/** The outcome of a send or a receive is that of its promise. */
const PROMISED: Taker = {
  happened(operation, status, value) {
    if (!operation.send) operation.resolve(receivedOf(status, value));
    else if (status === Status.DONE) operation.resolve(undefined);
    else operation.reject(shut(operation.owner[PORT], status, 'send', { value: operation.elem }));
  },
  refused(operation, error) {
    operation.reject(error);
  },
};

/** An operation that waits. */
export class Pending implements Waiter, Detachable, Parked, Sudog {
  // Declared, and set by the constructor: V8 makes the fields that a class defines in a call of their own.
  declare queue: Queue | null;
  declare prev: Sudog;
  declare next: Sudog;
  declare elem: unknown;
  declare readonly owner: Endpoint<unknown>;
  declare private readonly signal: AbortSignal | undefined;
  declare private parked: Parked | null;
  declare send: boolean;
  declare private readonly taker: Taker;
  declare private fulfil: (result: unknown) => void;
  declare private refuse: (error: unknown) => void;

  constructor(endpoint: Endpoint<unknown>, signal: AbortSignal | undefined, taker: Taker = PROMISED) {
    this.queue = null;
    this.prev = this;
    this.next = this;
    this.elem = undefined;
    this.owner = endpoint;
    this.taker = taker;
    this.signal = signal;
    this.parked = null;
    this.send = false;
  }

  /** Parks, and promises the outcome. Throws CodecError, nothing having happened. */
  promise<R>(send: boolean, value: unknown): Promise<R> {
    const promise = new Promise<R>((resolve, reject) => {
      this.fulfil = resolve as (result: unknown) => void;
      this.refuse = reject;
    });
    this.park(send, value);
    return promise;
  }

  /**
   * Waits in the engine; may end before it returns. Throws CodecError, nothing having happened; and RangeError where the stack is full, which
   * all that needs much of it meets before the operation waits: one that waits is known to its handle and to its signal.
   */
  park(send: boolean, value: unknown): void {
    const { owner, signal } = this;
    const port: Port = owner[PORT];
    this.send = send;
    this.elem = value;
    enlist(owner, this, port.lists?.(send));
    try {
      if (signal !== undefined) onAbort(signal, this);
      this.parked = port.enqueue === undefined ? this.parkIn(port) : port.enqueue(send, this) ? this : null;
    } catch (error) {
      this.unlist();
      throw error;
    }
    // Encoding what is sent runs user code, which may dispose the handle or abort the signal.
    if (this.parked === null) this.unlist();
    else if (owner[DISPOSED]) this.withdraw(detached(owner, 'operation'));
    else if (signal?.aborted) this.withdraw(signal.reason);
  }

  /** In an engine that keeps its own records. */
  private parkIn(port: Port): Parked | null {
    const { owner, send, elem } = this;
    return port.engine.park(send ? [{ port, send, value: elem }] : owner[RECEIVES], true, this);
  }

  /** Fulfils the promise. */
  resolve(result: unknown): void {
    inTurn(this.fulfil, result);
  }

  /** Rejects the promise. */
  reject(error: unknown): void {
    inTurn(this.refuse, error);
  }

  settle(_index: number, status: Status.Status, value: unknown): void {
    // What ends before it has waited leaves the loop no turn.
    if (this.parked === null && spent()) void nextTurn();
    this.leave();
    this.taker.happened(this, status, value);
  }

  ready(status: Status.Status, value: unknown): void {
    this.settle(0, status, value);
  }

  fail(_index: number, error: unknown): void {
    this.leave();
    this.taker.refused(this, error);
  }

  detach(error: Error): void {
    this.withdraw(error);
  }

  /** Ends the operation with `reason`, unless it has happened already. */
  withdraw(reason: unknown): void {
    if (!this.parked?.cancel()) return;
    this.leave();
    this.taker.refused(this, reason);
  }

  /** Leaves the queue of an engine of one thread, if it has not happened. */
  cancel(): boolean {
    if (this.queue === null) return false;
    this.queue.dequeueSudoG(this);
    return true;
  }

  private leave(): void {
    if (this.parked === null) return;
    this.parked = null;
    this.unlist();
  }

  private unlist(): void {
    if (this.signal !== undefined) offAbort(this.signal, this);
    delist(this.owner, this);
  }
}

/** The result of a receive. */
export function receivedOf<T>(status: Status.Status, value: T): Received<T> {
  return status === Status.DONE ? { ok: true, value } : { ok: false, value: undefined };
}

/** The error of a send that found its channel shut. */
export function shut(port: Port, status: Status.Status, operation: string, details: Unsent): Error {
  if (status === Status.DISCONNECTED) {
    return new DisconnectedError(`${operation} on ${label(port)}, which nobody can receive from any more`, details);
  }
  return new ClosedError(`${operation} on closed ${label(port)}`, details);
}
