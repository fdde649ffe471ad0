/**
 * One awaiting operation of a handle: parked in its engine, ended by its peer, its signal or its handle's disposal.
 *
 * Invariant: exactly one of `settle`, `fail` and `refuse` is called, and by then nothing of the operation is left
 * behind: no listener, no hold on the process, no entry in the handle.
 */
import { offAbort, onAbort } from '../abort.js';
import type { Case, Parked, Port, Waiter } from '../engine.js';
import { Status } from '../engine.js';
import { ClosedError, DisconnectedError, label, type Unsent } from '../errors.js';
import { inTurn } from './budget.js';
import { type Detachable, DISPOSED, delist, detached, type Endpoint, enlist, PORT } from './endpoint.js';

/** What an operation that waits is made of. Subclasses say what its results mean. */
export abstract class Pending implements Waiter, Detachable {
  readonly #endpoint: Endpoint<unknown>;
  readonly #signal: AbortSignal | undefined;
  #parked: Parked | null = null;
  #onAbort: (() => void) | undefined;
  #send = false;
  #since = 0;

  constructor(endpoint: Endpoint<never> | Endpoint<unknown>, signal: AbortSignal | undefined) {
    this.#endpoint = endpoint as Endpoint<unknown>;
    this.#signal = signal;
  }

  /** The operation happened. */
  protected abstract happened(status: Status, value: unknown): void;
  /** The operation did not happen, or its message did not decode. */
  protected abstract refused(error: unknown): void;

  /** Waits in the engine; may end before it returns. Throws CodecError, nothing having happened. */
  park(send: boolean, value: unknown): this {
    const port: Port = this.#endpoint[PORT];
    const cases: readonly Case[] = [{ port, send, value }];
    const parked = port.engine.park(cases, true, this);
    if (parked === null) return this;
    this.#parked = parked;
    this.#send = send;
    if (port.waited !== undefined) this.#since = performance.now();
    enlist(this.#endpoint, this);
    if (this.#signal !== undefined) {
      this.#onAbort = () => this.withdraw(this.#signal?.reason);
      onAbort(this.#signal, this.#onAbort);
    }
    const ended = endedMeanwhile(this.#endpoint, this.#signal);
    if (ended !== undefined) this.withdraw(ended.reason);
    return this;
  }

  settle(_index: number, status: Status, value: unknown): void {
    if (this.#since > 0) this.#endpoint[PORT].waited?.(this.#send, performance.now() - this.#since);
    this.#leave();
    this.happened(status, value);
  }

  fail(_index: number, error: unknown): void {
    this.#leave();
    this.refused(error);
  }

  detach(error: Error): void {
    this.withdraw(error);
  }

  /** Ends the operation with `reason`, unless it has happened already. */
  withdraw(reason: unknown): void {
    if (this.#parked === null || !this.#parked.cancel()) return;
    this.#leave();
    this.refused(reason);
  }

  #leave(): void {
    if (this.#parked === null) return;
    this.#parked = null;
    delist(this.#endpoint, this);
    if (this.#signal !== undefined && this.#onAbort !== undefined) offAbort(this.#signal, this.#onAbort);
  }
}

/** Why an operation just parked is over: encoding what it sends runs user code, which may abort its signal or dispose its handle. */
export function endedMeanwhile(
  endpoint: Endpoint<unknown>,
  signal: AbortSignal | undefined,
): { readonly reason: unknown } | undefined {
  if (endpoint[DISPOSED]) return { reason: detached(endpoint, 'operation') };
  return signal?.aborted ? { reason: signal.reason } : undefined;
}

/** A pending operation whose outcome is a promise. */
export abstract class PendingPromise<R> extends Pending {
  readonly promise: Promise<R>;
  #resolve!: (result: R) => void;
  #reject!: (error: unknown) => void;

  constructor(endpoint: Endpoint<never> | Endpoint<unknown>, signal: AbortSignal | undefined) {
    super(endpoint, signal);
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  protected resolve(result: R): void {
    inTurn(this.#resolve, result);
  }

  protected reject(error: unknown): void {
    inTurn(this.#reject, error);
  }

  protected override refused(error: unknown): void {
    this.reject(error);
  }
}

/** The error of a send that found its channel shut. */
export function shut(port: Port, status: Status, operation: string, details: Unsent): Error {
  if (status === Status.DISCONNECTED) {
    return new DisconnectedError(`${operation} on ${label(port)}, which nobody can receive from any more`, details);
  }
  return new ClosedError(`${operation} on closed ${label(port)}`, details);
}
