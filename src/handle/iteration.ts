/**
 * `for await` over a receiver: one receive per step, nothing taken ahead.
 */
import { CLOSED, EMPTY } from '../engine.js';
import * as Status from '../status.js';
import { nextTurnWith, rejected, resolved, spent } from './budget.js';
import { type Endpoint, LIVE } from './endpoint.js';
import { Pending, type Taker } from './pending.js';

// Declared here for the reason that receiving.ts gives.
const closed: typeof CLOSED = CLOSED;
const empty: typeof EMPTY = EMPTY;

const FINISHED = Symbol('finished');

/** The iterator of one `for await`; `return` (break) leaves the rest in the channel. */
export class Iteration<T> implements AsyncIterableIterator<T> {
  readonly #endpoint: Endpoint<unknown>;
  readonly #waiting = new Set<Pending>();
  readonly #taker: Taker = {
    happened: (step, status, value) => {
      this.#waiting.delete(step);
      step.resolve(status === Status.DONE ? { done: false, value } : { done: true, value: undefined });
    },
    refused: (step, error) => {
      this.#waiting.delete(step);
      if (error === FINISHED) step.resolve({ done: true, value: undefined });
      else step.reject(error);
    },
  };
  #finished = false;

  constructor(endpoint: Endpoint<unknown>) {
    this.#endpoint = endpoint;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#finished) return resolved({ done: true, value: undefined });
    try {
      const port = this.#endpoint[LIVE]('iterate');
      let value = port.tryRecv();
      if (value === empty && port.linger?.(false)) value = port.tryRecv();
      if (value === empty) return this.#wait();
      if (value !== closed) {
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

  #wait(): Promise<IteratorResult<T, undefined>> {
    const step = new Pending(this.#endpoint, undefined, this.#taker);
    this.#waiting.add(step);
    return step.promise(false, undefined);
  }

  #finish(): void {
    this.#finished = true;
    for (const waiting of [...this.#waiting]) waiting.withdraw(FINISHED);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
