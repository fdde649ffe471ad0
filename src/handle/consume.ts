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
import { offAbort, onAbort } from '../abort.js';
import { CLOSED, EMPTY, Status } from '../engine.js';
import { nextTurn, spent } from './budget.js';
import { type Endpoint, LIVE } from './endpoint.js';
import { Pending } from './pending.js';

/** Values handled before the event loop gets a turn; less when the budget of time is spent. */
const BATCH = 512;
/** Handlers on the stack at once, each called by what the one before it sent; more wait for the stack to be empty. */
const DEEPEST = 64;

let nested = 0;

class Parked extends Pending {
  readonly #consumption: Consumption<never>;

  constructor(endpoint: Endpoint<unknown>, consumption: Consumption<never>) {
    super(endpoint, undefined);
    this.#consumption = consumption;
  }

  protected override happened(status: Status, value: unknown): void {
    this.#consumption.woken(status, value as never);
  }

  protected override refused(error: unknown): void {
    this.#consumption.unparked(error);
  }
}

/** One call of `consume`. */
export class Consumption<T> {
  readonly #endpoint: Endpoint<unknown>;
  readonly #handler: (value: T) => unknown;
  readonly #concurrency: number;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = () => this.stop(this.#signal?.reason);
  #resolve!: () => void;
  #reject!: (error: unknown) => void;
  #running = 0;
  #parked: Parked | null = null;
  #yielding = false;
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
    if (this.#signal !== undefined) onAbort(this.#signal, this.#onAbort);
    this.#pump();
    return promise;
  }

  /** Takes nothing more; the first error is the one that is reported. */
  stop(error: unknown): void {
    if (this.#ended) return;
    this.#error = { error };
    this.#end();
  }

  /** The parked receive happened; in one thread the sender's own call may say so, and the handler be a sender too. */
  woken(status: Status, value: T): void {
    if (nested >= DEEPEST) return queueMicrotask(() => this.woken(status, value));
    this.#parked = null;
    if (status !== Status.DONE) return this.#end();
    nested++;
    this.#handle(value);
    this.#goOn();
    nested--;
  }

  /** The parked receive was withdrawn, or its message did not decode. */
  unparked(error: unknown): void {
    this.#parked = null;
    if (this.#ended) this.#settleIfIdle();
    else this.stop(error);
  }

  #end(): void {
    this.#ended = true;
    this.#parked?.withdraw(undefined);
    this.#settleIfIdle();
  }

  #settleIfIdle(): void {
    if (!this.#ended || this.#running > 0 || this.#parked !== null) return;
    if (this.#signal !== undefined) offAbort(this.#signal, this.#onAbort);
    if (this.#error !== undefined) this.#reject(this.#error.error);
    else this.#resolve();
  }

  #pump(): void {
    this.#pumping = true;
    try {
      this.#takeBatch();
    } catch (error) {
      this.stop(error);
    }
    this.#pumping = false;
  }

  #takeBatch(): void {
    for (let taken = 0; this.#wants(); taken++) {
      if (taken === BATCH || spent()) return this.#yield();
      const port = this.#endpoint[LIVE]('consume');
      let value = port.tryRecv();
      if (value === EMPTY && port.linger?.(false)) value = port.tryRecv();
      if (value === CLOSED) return this.#end();
      // A value that came in between is handled by the park itself, and the batch goes on.
      if (value === EMPTY) this.#park();
      else this.#handle(value as T);
    }
  }

  #wants(): boolean {
    return !this.#ended && this.#running < this.#concurrency && this.#parked === null && !this.#yielding;
  }

  #handle(value: T): void {
    let result: unknown;
    try {
      result = (0, this.#handler)(value);
      if (!isThenable(result)) return;
      this.#running++;
    } catch (error) {
      return this.stop(error);
    }
    Promise.resolve(result).then(
      () => this.#finished(),
      (error) => {
        this.#finished(() => this.stop(error));
      },
    );
  }

  #finished(stop?: () => void): void {
    this.#running--;
    stop?.();
    this.#goOn();
  }

  #goOn(): void {
    if (this.#ended) this.#settleIfIdle();
    else if (!this.#pumping) this.#pump();
  }

  #yield(): void {
    this.#yielding = true;
    nextTurn().then(() => {
      this.#yielding = false;
      if (!this.#ended) this.#pump();
    });
  }

  #park(): void {
    const parked = new Parked(this.#endpoint, this as unknown as Consumption<never>);
    this.#parked = parked;
    parked.park(false, undefined);
  }
}

function isThenable(value: unknown): boolean {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    typeof (value as PromiseLike<unknown>).then === 'function'
  );
}
