/**
 * `for await` over a receiver: one receive per step, nothing taken ahead.
 */
import { CLOSED, EMPTY, Status } from '../engine.js';
import { nextTurnWith, rejected, resolved, spent } from './budget.js';
import { type Endpoint, LIVE } from './endpoint.js';
import { Pending } from './pending.js';

class PendingNext<T> extends Pending<IteratorResult<T, undefined>> {
  readonly #waiting: Set<PendingNext<T>>;

  constructor(endpoint: Endpoint<unknown>, waiting: Set<PendingNext<T>>) {
    super(endpoint, undefined);
    this.#waiting = waiting.add(this);
  }

  protected override happened(status: Status, value: unknown): void {
    this.#waiting.delete(this);
    this.resolve(status === Status.DONE ? { done: false, value: value as T } : { done: true, value: undefined });
  }

  /** Ends the step without a value, unless it has happened. */
  finish(): void {
    this.withdraw(FINISHED);
  }

  protected override refused(error: unknown): void {
    this.#waiting.delete(this);
    if (error === FINISHED) this.resolve({ done: true, value: undefined });
    else this.reject(error);
  }
}

const FINISHED = Symbol('finished');

/** The iterator of one `for await`; `return` (break) leaves the rest in the channel. */
export class Iteration<T> implements AsyncIterableIterator<T> {
  readonly #endpoint: Endpoint<unknown>;
  readonly #waiting = new Set<PendingNext<T>>();
  #finished = false;

  constructor(endpoint: Endpoint<unknown>) {
    this.#endpoint = endpoint;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#finished) return resolved({ done: true, value: undefined });
    try {
      const port = this.#endpoint[LIVE]('iterate');
      let value = port.tryRecv();
      if (value === EMPTY && port.linger?.(false)) value = port.tryRecv();
      if (value === EMPTY) return new PendingNext<T>(this.#endpoint, this.#waiting).promise(false, undefined);
      if (value !== CLOSED) {
        if (spent()) return nextTurnWith({ done: false, value: value as T });
        // A literal in the very call is seen to be no thenable, else V8 asks it for its `then`.
        return Promise.resolve({ done: false, value: value as T });
      }
      this.#finished = true;
      return resolved({ done: true, value: undefined });
    } catch (error) {
      return rejected(error);
    }
  }

  async return(value?: undefined): Promise<IteratorResult<T, undefined>> {
    this.#finish();
    return { done: true, value: await value };
  }

  /** What a `yield*` passes on: ends as `return` does, and gives `error` back. */
  async throw(error?: unknown): Promise<IteratorResult<T, undefined>> {
    this.#finish();
    throw error;
  }

  #finish(): void {
    this.#finished = true;
    for (const waiting of [...this.#waiting]) waiting.finish();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
