/**
 * One awaiting select: parked in its engine (or engines), ended by a peer, its signal or the disposal of a handle.
 *
 * Invariant: its promise settles once, and when those who wait for it have heard, nothing of it is left behind: no
 * listener, no hold on the process, no entry in any of its handles. They hear first because leaving takes time for every
 * case. While it waits it keeps its handles from being collected.
 */
import { offAbort } from '../abort.js';
import type { Engine, Parked, Waiter } from '../engine.js';
import { inTurn, rejected, resolved } from '../handle/budget.js';
import { type Detachable, delist, type Endpoint, enlist } from '../handle/endpoint.js';
import { watchFor } from '../handle/pending.js';
import type * as Status from '../status.js';
import type { LiveCase } from './cases.js';
import { type Result, resultOf } from './result.js';

export class PendingSelect implements Waiter, Detachable {
  readonly #live: readonly LiveCase[];
  readonly #signal: AbortSignal | undefined;
  #parked: Parked | null = null;
  #handles: readonly Endpoint<unknown>[] = [];
  /** The outcome, when there was one before anybody had to wait. */
  #atOnce: Promise<Result> | undefined;
  #resolve: ((result: Result) => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;

  constructor(live: readonly LiveCase[], signal: AbortSignal | undefined) {
    this.#live = live;
    this.#signal = signal;
  }

  /** Selects. Throws CodecError, nothing having happened. */
  start(engine: Pick<Engine, 'park'>, biased: boolean): Promise<Result> {
    const parked = engine.park(this.#live, biased, this);
    if (this.#atOnce !== undefined) return this.#atOnce;
    this.#parked = parked;
    // A handle that is in several cases is enlisted once.
    this.#handles = [...new Set(this.#live.map(({ endpoint }) => endpoint))];
    for (const endpoint of this.#handles) enlist(endpoint, this);
    const promise = new Promise<Result>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    watchFor(this, this.#handles, this.#signal);
    return promise;
  }

  settle(index: number, status: Status.Status, value: unknown): void {
    const result = resultOf('select', this.#live[index] as LiveCase, status, value);
    if (result instanceof Error) this.#end(result);
    else if (this.#resolve === undefined) this.#atOnce = resolved(result);
    else {
      inTurn(this.#resolve, result);
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
    if (this.#reject === undefined) this.#atOnce = rejected(error);
    else {
      inTurn(this.#reject, error);
      this.#leave();
    }
  }

  #leave(): void {
    this.#parked = null;
    queueMicrotask(() => {
      for (const endpoint of this.#handles) delist(endpoint, this);
    });
    offAbort(this.#signal, this);
  }
}
