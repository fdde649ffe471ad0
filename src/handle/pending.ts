/**
 * One awaiting operation of a handle: parked in its engine, ended by its peer, its signal or its handle's disposal.
 *
 * Invariant: exactly one of `settle`, `fail` and `refuse` is called, and by then nothing of the operation is left
 * behind: no listener, no hold on the process, no entry in the handle.
 */
import { offAbort, onAbort } from '../abort.js';
import type { Parked, Port, Waiter } from '../engine.js';
import { Status } from '../engine.js';
import { ClosedError, DisconnectedError, label, type Unsent } from '../errors.js';
import { inTurn } from './budget.js';
import { type Detachable, DISPOSED, delist, detached, type Endpoint, enlist, PORT, RECEIVES } from './endpoint.js';
import type { Received } from './receiving.js';

/** An operation that waits. Its outcome is a promise, unless a subclass takes it otherwise. */
export class Pending<R = unknown> implements Waiter, Detachable {
  // Declared, and set by the constructor: V8 makes the fields that a class defines in a call of their own.
  declare private readonly endpoint: Endpoint<unknown>;
  declare private readonly signal: AbortSignal | undefined;
  declare private parked: Parked | null;
  declare private onAbort: (() => void) | undefined;
  declare private send: boolean;
  declare private value: unknown;
  declare private since: number;
  declare private fulfil: (result: R) => void;
  declare private refuse: (error: unknown) => void;

  constructor(endpoint: Endpoint<never> | Endpoint<unknown>, signal: AbortSignal | undefined) {
    this.endpoint = endpoint as Endpoint<unknown>;
    this.signal = signal;
    this.parked = null;
    this.onAbort = undefined;
    this.send = false;
    this.value = undefined;
    this.since = 0;
  }

  /** Parks, and promises the outcome. Throws CodecError, nothing having happened. */
  promise(send: boolean, value: unknown): Promise<R> {
    const promise = new Promise<R>((resolve, reject) => {
      this.fulfil = resolve;
      this.refuse = reject;
    });
    this.park(send, value);
    return promise;
  }

  /** Waits in the engine; may end before it returns. Throws CodecError, nothing having happened. */
  park(send: boolean, value: unknown): void {
    const { endpoint } = this;
    const port: Port = endpoint[PORT];
    this.send = send;
    this.value = value;
    const parked =
      port.park === undefined
        ? port.engine.park(send ? [{ port, send, value }] : endpoint[RECEIVES], true, this)
        : port.park(send, value, this);
    if (parked === null) return;
    this.parked = parked;
    enlist(endpoint, this);
    if (port.park === undefined || this.signal !== undefined) this.watch(port);
  }

  /** What else may end the operation, and how long it takes to happen. */
  private watch(port: Port): void {
    const { endpoint, signal } = this;
    if (port.waited !== undefined) this.since = performance.now();
    if (signal !== undefined) {
      this.onAbort = () => this.withdraw(signal.reason);
      onAbort(signal, this.onAbort);
    }
    const ended = endedMeanwhile(endpoint, signal);
    if (ended !== undefined) this.withdraw(ended.reason);
  }

  /** The operation happened. */
  protected happened(status: Status, value: unknown): void {
    if (!this.send) this.resolve(receivedOf(status, value) as R);
    else if (status === Status.DONE) this.resolve(undefined as R);
    else this.reject(shut(this.endpoint[PORT], status, 'send', { value: this.value }));
  }

  /** The operation did not happen, or its message did not decode. */
  protected refused(error: unknown): void {
    this.reject(error);
  }

  protected resolve(result: R): void {
    inTurn(this.fulfil, result);
  }

  protected reject(error: unknown): void {
    inTurn(this.refuse, error);
  }

  settle(_index: number, status: Status, value: unknown): void {
    if (this.since > 0) this.endpoint[PORT].waited?.(this.send, performance.now() - this.since);
    this.leave();
    this.happened(status, value);
  }

  fail(_index: number, error: unknown): void {
    this.leave();
    this.refused(error);
  }

  detach(error: Error): void {
    this.withdraw(error);
  }

  /** Ends the operation with `reason`, unless it has happened already. */
  withdraw(reason: unknown): void {
    if (!this.parked?.cancel()) return;
    this.leave();
    this.refused(reason);
  }

  private leave(): void {
    if (this.parked === null) return;
    this.parked = null;
    delist(this.endpoint, this);
    if (this.signal !== undefined && this.onAbort !== undefined) offAbort(this.signal, this.onAbort);
  }
}

/** The result of a receive. */
export function receivedOf<T>(status: Status, value: T): Received<T> {
  return status === Status.DONE ? { ok: true, value } : { ok: false, value: undefined };
}

/** Why an operation just parked is over: encoding what it sends runs user code, which may abort its signal or dispose its handle. */
export function endedMeanwhile(
  endpoint: Endpoint<unknown>,
  signal: AbortSignal | undefined,
): { readonly reason: unknown } | undefined {
  if (endpoint[DISPOSED]) return { reason: detached(endpoint, 'operation') };
  return signal?.aborted ? { reason: signal.reason } : undefined;
}

/** The error of a send that found its channel shut. */
export function shut(port: Port, status: Status, operation: string, details: Unsent): Error {
  if (status === Status.DISCONNECTED) {
    return new DisconnectedError(`${operation} on ${label(port)}, which nobody can receive from any more`, details);
  }
  return new ClosedError(`${operation} on closed ${label(port)}`, details);
}
