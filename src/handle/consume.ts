/**
 * `consume`: a handler for each value, without a promise per message.
 *
 * Invariant: a value is taken only when a handler can be called with it at once. When the consumption ends (closed and
 * drained, handler error, abort, disposal) nothing more is taken; it settles after the running handlers have.
 *
 * ```
 *   pump ──take──▶ handler ──sync──▶ pump            a batch ends after BATCH values or when its time is over
 *    │ empty            └──promise──▶ running++ ──settles──▶ pump
 *    └──▶ parked ──settle──▶ handler, pump
 * ```
 */
import { context } from '#platform';
import { type Abortable, offAbort, onAbort } from '../abort.js';
import { soon } from '../clock.js';
import { CLOSED, EMPTY } from '../engine.js';
import * as Status from '../status.js';
import { nextTurn, spent } from './budget.js';
import { type Endpoint, LIVE } from './endpoint.js';
import { Pending, type Taker } from './pending.js';

// Declared here for the reason that receiving.ts gives.
const closed: typeof CLOSED = CLOSED;
const empty: typeof EMPTY = EMPTY;

/** Values handled before the event loop gets a turn; less when the budget of time is spent. */
const BATCH = 512;
/** Handlers on the stack at once, each called by what the one before it sent; more wait for the stack to be empty. */
const DEEPEST = 64;

let nested = 0;

/** A microtask from now. */
const microtask = Promise.resolve();

/** One call of `consume`. */
export class Consumption<T> implements Abortable, Taker {
  readonly #endpoint: Endpoint<unknown>;
  readonly #handler: (value: T) => unknown;
  readonly #concurrency: number;
  readonly #signal: AbortSignal | undefined;
  #resolve!: () => void;
  #reject!: (error: unknown) => void;
  /** Runs a function in the asynchronous context of the call. */
  readonly #inContext = context();
  #running = 0;
  #parked: Pending | null = null;
  #pumping = false;
  #ended = false;
  #error: { readonly error: unknown } | undefined;

  constructor(endpoint: Endpoint<unknown>, handler: (value: T) => unknown, concurrency: number, signal: AbortSignal | undefined) {
    this.#endpoint = endpoint;
    this.#handler = handler;
    this.#concurrency = concurrency;
    this.#signal = signal;
  }

  /** Begins; the promise settles as `Receiver.consume` says. */
  start(): Promise<void> {
    const promise = new Promise<void>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    if (this.#signal !== undefined) onAbort(this.#signal, this);
    this.#pump(0);
    return promise;
  }

  /** Takes nothing more; the first error is the one that is reported. */
  withdraw(error: unknown): void {
    if (this.#ended) return;
    this.#error = { error };
    this.#end();
  }

  /** The parked receive happened; in one thread the sender's own call may say so, and the handler be a sender too. */
  happened(receive: Pending, status: Status.Status, value: unknown): void {
    if (nested >= DEEPEST) return soon(() => this.happened(receive, status, value));
    this.#parked = null;
    if (status !== Status.DONE) return this.#end();
    nested++;
    try {
      this.#inContext(() => {
        this.#handle(value as T);
        this.#goOn();
      });
    } catch (error) {
      this.withdraw(error); // the stack is full
    } finally {
      nested--;
    }
  }

  /** The parked receive was withdrawn, or its message did not decode. */
  refused(_receive: Pending, error: unknown): void {
    this.#parked = null;
    if (this.#ended) this.#settleIfIdle();
    else this.withdraw(error);
  }

  #end(): void {
    this.#ended = true;
    this.#parked?.withdraw(undefined);
    this.#settleIfIdle();
  }

  #settleIfIdle(): void {
    if (!this.#ended || this.#running > 0 || this.#parked !== null) return;
    offAbort(this.#signal, this);
    if (this.#error) this.#reject(this.#error.error);
    else this.#resolve();
  }

  /** Goes on after `taken` values. */
  #pump(taken: number): void {
    this.#pumping = true;
    try {
      const until = this.#takeBatch(taken);
      if (until) return void until.then(() => this.#pump(0));
    } catch (error) {
      this.withdraw(error);
    }
    this.#pumping = false;
  }

  /** Until when others are to have their turn; undefined: it has parked, or wants no more. */
  #takeBatch(before: number): Promise<void> | undefined {
    for (let taken = before; !this.#ended && this.#running < this.#concurrency && this.#parked === null; taken++) {
      if (taken >= BATCH || spent()) return nextTurn();
      const port = this.#endpoint[LIVE]('consume');
      let value = port.tryRecv();
      if (value === empty && port.linger !== undefined) {
        // Who sends in this loop goes on first, for one microtask, if there has just been something: to park for each message takes
        // three times as long.
        if (taken > 0 && port.capacity > 0) return microtask;
        if (port.linger(false)) value = port.tryRecv();
      }
      // A value that came in between is handled by the park itself, and the batch goes on.
      if (value === closed) this.#end();
      else if (value === empty) this.#park();
      else this.#handle(value as T);
    }
    return undefined;
  }

  #handle(value: T): void {
    this.#running++;
    try {
      const result = (0, this.#handler)(value);
      if (isThenable(result)) return void this.#finish(result);
    } catch (error) {
      this.withdraw(error);
    }
    this.#running--;
    // It may have aborted its own signal.
    if (this.#ended) this.#settleIfIdle();
  }

  /** Waits for a handler. By `await`, which makes nothing of a promise's own `then`. */
  async #finish(result: unknown): Promise<void> {
    try {
      await result;
    } catch (error) {
      this.withdraw(error);
    }
    this.#running--;
    this.#goOn();
  }

  #goOn(): void {
    if (this.#ended) this.#settleIfIdle();
    else if (!this.#pumping) this.#pump(1);
  }

  #park(): void {
    this.#parked = new Pending(this.#endpoint, undefined, this);
    try {
      this.#parked.park(false, undefined);
    } catch (error) {
      this.#parked = null;
      throw error;
    }
  }
}

function isThenable(value: unknown): boolean {
  return value !== undefined && value !== null && typeof (value as PromiseLike<unknown>).then === 'function';
}
