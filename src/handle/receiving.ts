/**
 * Receiving: the operations of a Receiver, over whatever engine carries the channel.
 *
 * Order of checks: arguments, handle, signal, channel. A message is taken only to be given to somebody: an operation
 * that ends early leaves in the channel what it did not deliver.
 */
import { checkFunction, checkInteger, checkOptions, signalOf } from '../arguments.js';
import { CLOSED, EMPTY, type Port } from '../engine.js';
import { CodecError, label, TimeoutError } from '../errors.js';
import * as Status from '../status.js';
import type { Shared } from '../token.js';
import { arrayFor, fillFrom, type NumericArray } from './arrays.js';
import { type Blocking, blockingOf, blockUntil, type SyncOptions } from './blocking.js';
import { nextTurnWith, rejected, resolved, spent } from './budget.js';
import { Consumption } from './consume.js';
import { DISPOSED, Endpoint, LIVE, PORT, type Properties } from './endpoint.js';
import { Iteration } from './iteration.js';
import { Pending } from './pending.js';
import type { AwaitOptions } from './sending.js';

/** What a receive gives: a value, or the news that the channel is closed and drained. */
export type Received<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly value: undefined };

/** Options of `consume`. */
export interface ConsumeOptions extends AwaitOptions {
  /** Async handlers that may run at once, at least 1. @default 1 */
  readonly concurrency?: number | undefined;
}

/** The receiving end of a channel. */
export interface Receiver<T> extends AsyncIterable<T>, Properties {
  /**
   * Receives one value; waits while there is none. `ok: false`: the channel is closed and drained.
   *
   * Receivers are served first come, first served. Rejects with CodecError (a message that did not decode; it is
   * gone), DetachedError, or `signal.reason` (nothing left the channel).
   * @example
   * const got = await results.recv();
   * if (got.ok) console.log(got.value);
   */
  recv(options?: AwaitOptions): Promise<Received<T>>;
  /** Receives one value if that needs no waiting; null: nothing there now. */
  tryRecv(): Received<T> | null;
  /** Receives one value, blocking this thread while there is none. Throws TimeoutError when its time is over. */
  recvSync(options?: SyncOptions): Received<T>;
  /** Receives 1 to `max` values: waits for the first, then takes what is there. Empty only when closed and drained. */
  recvMany(max: number, options?: AwaitOptions): Promise<T[]>;
  /** Receives what is there now, at most `max` values. */
  tryRecvMany(max: number): T[];
  /** As `recvMany`, blocking this thread. */
  recvManySync(max: number, options?: SyncOptions): T[];
  /**
   * Numeric codecs: fills `array` from index 0 with 1 to `array.length` values and returns how many; 0 only when closed and drained.
   *
   * CodecError (`.value`: what was received) if the array loses its memory while it waits.
   */
  recvManyInto(array: NumericArray<T>, options?: AwaitOptions): Promise<number>;
  /** Receives values in a blocking `for…of` until the channel is closed and drained. `timeout` is for each value. */
  valuesSync(options?: SyncOptions): IterableIterator<T>;
  /**
   * Calls `handler` for each value, at most `concurrency` async ones at once, until the channel is closed and drained.
   *
   * Rejects with the handler's first error, or `signal.reason`, after the running handlers settle; what no handler was
   * given stays in the channel. Costs no promise per message. Yields to the event loop between batches.
   */
  consume(handler: (value: T) => unknown, options?: ConsumeOptions): Promise<void>;
  /** Pending operations of this handle keep the process alive (the default). */
  ref(): this;
  /** Pending operations of this handle do not keep the process alive. */
  unref(): this;
  /** A token of this handle for another thread. */
  share(): Shared<Receiver<T>>;
}

// V8 takes what a module declares for constant, and looks up what it imports at every use.
const closed: typeof CLOSED = CLOSED;
const empty: typeof EMPTY = EMPTY;

function received<T>(value: T | typeof CLOSED): Received<T> {
  return value === closed ? { ok: false, value: undefined } : { ok: true, value };
}

/** As `resolved(received(value))`. A literal in the very call is seen to be no thenable, else V8 asks it for its `then`. */
function promised<T>(value: T | typeof CLOSED): Promise<Received<T>> {
  if (spent()) return nextTurnWith(received(value));
  if (value === closed) return Promise.resolve({ ok: false, value: undefined });
  return Promise.resolve({ ok: true, value });
}

/** A handle that can receive. */
export class ReceivingEnd<T> extends Endpoint<T> {
  recv(options?: AwaitOptions): Promise<Received<T>> {
    try {
      const signal = options === undefined ? undefined : signalOf(options);
      const port = this[LIVE]('recv');
      if (signal?.aborted) return rejected(signal.reason);
      let value = port.tryRecv();
      if (value === empty && port.linger?.(false)) value = port.tryRecv();
      if (value !== empty) return promised(value);
      return new Pending(this as Endpoint<unknown>, signal).promise<Received<T>>(false, undefined);
    } catch (error) {
      return rejected(error);
    }
  }

  tryRecv(): Received<T> | null {
    const value = this[LIVE]('tryRecv').tryRecv();
    return value === empty ? null : received(value);
  }

  recvSync(options?: SyncOptions): Received<T> {
    const blocking = blockingOf(options);
    const port = this[LIVE]('recvSync');
    blocking.check(port as Port, 'recvSync');
    return received(recvBlocking(port, blocking, 'recvSync'));
  }

  async recvMany(max: number, options?: AwaitOptions): Promise<T[]> {
    try {
      checkInteger('max', max, 1);
      const signal = signalOf(options);
      const port = this[LIVE]('recvMany');
      signal?.throwIfAborted();
      const values: T[] = [];
      let taken = port.tryRecvMany(values, max);
      if (taken === 0 && port.linger?.(false)) taken = port.tryRecvMany(values, max);
      if (taken !== 0) return resolved(values);
      const first = await new Pending(this as Endpoint<unknown>, signal).promise<Received<T>>(false, undefined);
      if (!first.ok) return values;
      values.push(first.value);
      if (max > 1) more(this, (rest) => rest.tryRecvMany(values, max - 1));
      return values;
    } catch (error) {
      return rejected(error);
    }
  }

  tryRecvMany(max: number): T[] {
    checkInteger('max', max, 1);
    const values: T[] = [];
    this[LIVE]('tryRecvMany').tryRecvMany(values, max);
    return values;
  }

  recvManySync(max: number, options?: SyncOptions): T[] {
    checkInteger('max', max, 1);
    const blocking = blockingOf(options);
    const port = this[LIVE]('recvManySync');
    blocking.check(port as Port, 'recvManySync');
    const values: T[] = [];
    if (port.tryRecvMany(values, max) !== 0) return values;
    const first = recvBlocking(port, blocking, 'recvManySync');
    if (first === closed) return values;
    values.push(first);
    if (max > 1) more(this, (rest) => rest.tryRecvMany(values, max - 1));
    return values;
  }

  async recvManyInto(array: NumericArray<T>, options?: AwaitOptions): Promise<number> {
    try {
      const signal = signalOf(options);
      const into = arrayFor(this as Endpoint<unknown>, array);
      const port = this[LIVE]('recvManyInto');
      signal?.throwIfAborted();
      let taken = fillFrom(port as Port, into, 0);
      if (taken === 0 && port.linger?.(false)) taken = fillFrom(port as Port, into, 0);
      if (taken !== 0) return resolved(Math.max(taken, 0));
      const first = await new Pending(this as Endpoint<unknown>, signal).promise<Received<T>>(false, undefined);
      if (!first.ok) return 0;
      const { value } = first;
      if (into.length === 0) {
        throw new CodecError(`array of recvManyInto on ${label(port)} was detached or cut short`, { value });
      }
      into[0] = value;
      let rest = 0;
      if (into.length > 1) more(this, (from) => (rest = fillFrom(from as Port, into, 1)));
      return 1 + Math.max(rest, 0);
    } catch (error) {
      return rejected(error);
    }
  }

  valuesSync(options?: SyncOptions): IterableIterator<T> {
    const blocking = blockingOf(options);
    blocking.check(this[LIVE]('valuesSync') as Port, 'valuesSync');
    return values(this as Endpoint<T>, blocking);
  }

  consume(handler: (value: T) => unknown, options?: ConsumeOptions): Promise<void> {
    try {
      checkFunction('handler', handler);
      const given = checkOptions(options) as ConsumeOptions | undefined;
      const concurrency = given?.concurrency === undefined ? 1 : checkInteger('options.concurrency', given.concurrency, 1);
      const signal = signalOf(options);
      this[LIVE]('consume');
      if (signal?.aborted) return rejected(signal.reason);
      return new Consumption<T>(this as Endpoint<unknown>, handler, concurrency, signal).start();
    } catch (error) {
      return rejected(error);
    }
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    this[LIVE]('iterate');
    return new Iteration<T>(this as Endpoint<unknown>);
  }
}

/** Takes more behind a value already taken: what goes wrong now is the next receive's to report. */
function more<T>(handle: Endpoint<T>, take: (port: Port<T>) => void): void {
  const port = handle[PORT];
  try {
    if (!handle[DISPOSED]) take(port);
  } catch (error) {
    port.faults?.putBack(error);
  }
}

function recvBlocking<T>(port: Port<T>, blocking: Blocking, operation: string): T | typeof CLOSED {
  const value = port.tryRecv();
  if (value !== empty) return value;
  const outcome = blockUntil(port as Port, false, undefined, blocking.deadline());
  if (outcome === undefined)
    throw new TimeoutError(`${operation} on empty ${label(port)} timed out after ${blocking.timeout} ms`);
  return outcome.status === Status.DONE ? (outcome.value as T) : closed;
}

function* values<T>(endpoint: Endpoint<T>, blocking: Blocking): IterableIterator<T> {
  for (;;) {
    const value = recvBlocking(endpoint[LIVE]('recvSync'), blocking, 'valuesSync');
    if (value === closed) return;
    yield value;
  }
}
