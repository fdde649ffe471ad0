/**
 * One awaiting select: parked in its engine (or engines), ended by a peer, its signal or the disposal of a handle.
 *
 * Invariant: its promise settles once, and when those who wait for it have heard, nothing of it is left behind: no
 * listener, no hold on the process, no entry in any of its handles. They hear first because leaving takes time for every
 * case. While it waits it keeps its handles from being collected.
 */
import { offAbort, onAbort } from '../abort.js';
import { soon } from '../clock.js';
import type { Engine, Parked, Waiter } from '../engine.js';
import { inTurn, rejected, resolved } from '../handle/budget.js';
import { type Detachable, DISPOSED, delist, detached, type Endpoint, enlist } from '../handle/endpoint.js';
import type * as Status from '../status.js';
import type { LiveCase } from './cases.js';
import { type Result, resultOf } from './result.js';

export class PendingSelect implements Waiter, Detachable {
  readonly #live: readonly LiveCase[];
  readonly #signal: AbortSignal | undefined;
  /** Null before it waits and after. */
  #parked: Parked | null = null;
  /** Those of the cases, each once. */
  readonly #handles = new Set<Endpoint<unknown>>();
  /** The outcome, when there was one before anybody had to wait. */
  #atOnce: Promise<Result> | undefined;
  #resolve: ((result: Result) => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;

  constructor(live: readonly LiveCase[], signal: AbortSignal | undefined) {
    this.#live = live;
    this.#signal = signal;
  }

  /** Selects. Throws CodecError, nothing having happened; and RangeError where the stack is full, as `Pending.park` does. */
  start(engine: Pick<Engine, 'park'>, biased: boolean): Promise<Result> {
    const signal = this.#signal;
    const promise = new Promise<Result>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    try {
      for (const { endpoint } of this.#live) {
        if (!this.#handles.has(endpoint)) enlist(endpoint, this);
        this.#handles.add(endpoint);
      }
      if (signal !== undefined) onAbort(signal, this);
      this.#parked = engine.park(this.#live, biased, this);
    } finally {
      if (this.#parked === null) this.#unlist();
    }
    if (this.#atOnce !== undefined) return this.#atOnce;
    // Encoding what is sent runs user code, which may dispose handles or abort the signal.
    for (const handle of this.#handles) if (handle[DISPOSED]) this.withdraw(detached(handle, 'operation'));
    if (signal?.aborted) this.withdraw(signal.reason);
    return promise;
  }

  settle(index: number, status: Status.Status, value: unknown): void {
    const result = resultOf('select', this.#live[index] as LiveCase, status, value);
    if (result instanceof Error) this.#end(result);
    else if (this.#parked === null) this.#atOnce = resolved(result);
    else {
      inTurn(this.#resolve as (result: Result) => void, result);
      this.#leave();
    }
  }

  fail(_index: number, error: unknown): void {
    this.#end(error);
  }

  detach(error: Error): void {
    this.withdraw(error);
  }

  /** Ends the select with `reason`, unless it has happened. */
  withdraw(reason: unknown): void {
    if (this.#parked?.cancel()) this.#end(reason);
  }

  #end(error: unknown): void {
    if (this.#parked === null) this.#atOnce = rejected(error);
    else {
      inTurn(this.#reject as (error: unknown) => void, error);
      this.#leave();
    }
  }

  #leave(): void {
    this.#parked = null;
    soon(() => this.#unlist());
  }

  #unlist(): void {
    offAbort(this.#signal, this);
    for (const handle of this.#handles) delist(handle, this);
  }
}
