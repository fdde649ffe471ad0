/**
 * Sending: the operations of a Sender, over whatever engine carries the channel.
 *
 * Order of checks: arguments, handle, signal, value against codec, channel.
 */
import { checkArray, checkIterable, signalOf } from '../arguments.js';
import { now } from '../clock.js';
import { type Codec, numericArray } from '../codec/codec.js';
import { kindOf } from '../codec/views.js';
import type { Port } from '../engine.js';
import { ChannelError, ClosedError, CodecError, DisconnectedError, detail, label, TimeoutError, type Unsent } from '../errors.js';
import * as Status from '../status.js';
import type { Shared } from '../token.js';
import { type Blocking, blockingOf, blockUntil, type SyncOptions } from './blocking.js';
import { nextTurn, rejected, resolvedVoid, spent, spentMuch } from './budget.js';
import { Endpoint, LIVE, PORT, type Properties } from './endpoint.js';
import { Pending, shut } from './pending.js';

/** Options of operations that await. */
export interface AwaitOptions {
  /** Withdraws the operation: it rejects with `signal.reason`, unless it has happened. */
  readonly signal?: AbortSignal | undefined;
}

/** The sending end of a channel. */
export interface Sender<T> extends Properties {
  /**
   * Sends one value; waits while the channel is full (capacity 0: until a receiver takes it).
   *
   * Values are received in the order sent. Rejects with ClosedError or DisconnectedError (`.value`: what was not
   * sent), CodecError, DetachedError, or `signal.reason`.
   * @example
   * await jobs.send({ id: 1, url: 'https://example.org' });
   */
  send(value: T, options?: AwaitOptions): Promise<void>;
  /** Sends one value if that needs no waiting; false: full, or no receiver is waiting (capacity 0). */
  trySend(value: T): boolean;
  /** Sends one value, blocking this thread while the channel is full. Throws TimeoutError (`.value`) when its time is over. */
  sendSync(value: T, options?: SyncOptions): void;
  /**
   * Sends all values in order, taking them from the iterable as there is room. Cut short, what went is a prefix of
   * `.sent` values. CodecError too for a typed array that loses its memory meanwhile.
   */
  sendMany(values: Iterable<T>, options?: AwaitOptions): Promise<void>;
  /** Sends the first of `values`, as many as there is room for, and returns how many. */
  trySendMany(values: ArrayLike<T>): number;
  /** As `sendMany`, blocking this thread. */
  sendManySync(values: Iterable<T>, options?: SyncOptions): void;
  /** Closes the channel for all: receivers drain it, then see its end. Throws ClosedError if it is closed. */
  close(): void;
  /** A token of this handle for another thread. */
  share(): Shared<Sender<T>>;
  /** Pending operations of this handle keep the process alive (the default). */
  ref(): this;
  /** Pending operations of this handle do not keep the process alive. */
  unref(): this;
}

// V8 takes what a module declares for constant, and looks up what it imports at every use.
const BLOCKED = Status.BLOCKED;
const DONE = Status.DONE;

/** A handle that can send. */
export class SendingEnd<T> extends Endpoint<T> {
  send(value: T, options?: AwaitOptions): Promise<void> {
    try {
      const signal = options === undefined ? undefined : signalOf(options);
      const port = this[LIVE]('send');
      if (signal?.aborted) return rejected(signal.reason);
      let status = port.trySend(value);
      if (status === BLOCKED && port.linger?.(true)) status = port.trySend(value);
      if (status === DONE) return resolvedVoid();
      if (status !== BLOCKED) throw shut(port as Port, status, 'send', { value });
      return new Pending(this as Endpoint<unknown>, signal).promise<void>(true, value);
    } catch (error) {
      return rejected(error);
    }
  }

  trySend(value: T): boolean {
    const port = this[LIVE]('trySend');
    const status = port.trySend(value);
    if (status > DONE) throw shut(port as Port, status, 'trySend', { value });
    return status === DONE;
  }

  sendSync(value: T, options?: SyncOptions): void {
    const blocking = blockingOf(options);
    const port = this[LIVE]('sendSync');
    blocking.check(port as Port, 'sendSync');
    sendBlocking(port, value, blocking, blocking.deadline(), 'sendSync');
  }

  async sendMany(values: Iterable<T>, options?: AwaitOptions): Promise<void> {
    const progress = { sent: 0 };
    let signal: AbortSignal | undefined;
    try {
      signal = signalOf(options);
      const all = checkIterable('values', values) as Iterable<T>;
      this[LIVE]('sendMany');
      signal?.throwIfAborted();
      await sendAll(this, all, signal, progress);
      if (progress.sent === 0) return resolvedVoid();
    } catch (error) {
      return rejected(error === signal?.reason ? error : withSent(error, progress.sent));
    }
  }

  trySendMany(values: ArrayLike<T>): number {
    const all = checkArray('values', values) as ArrayLike<T>;
    const port = this[LIVE]('trySendMany');
    let sent = 0;
    try {
      while (sent < all.length) {
        const went = trySendSome(port, all, sent, 'trySendMany');
        if (went === 0) break;
        sent += went;
      }
    } catch (error) {
      if (sent > 0 && (error instanceof ClosedError || error instanceof DisconnectedError)) return sent;
      throw withSent(error, sent);
    }
    return sent;
  }

  sendManySync(values: Iterable<T>, options?: SyncOptions): void {
    const blocking = blockingOf(options);
    const all = checkIterable('values', values) as Iterable<T>;
    blocking.check(this[LIVE]('sendManySync') as Port, 'sendManySync');
    const deadline = blocking.deadline();
    let sent = 0;
    try {
      for (const next of batches(all)) {
        for (let from = 0; from < next.length; ) {
          // The iterable may have disposed it.
          const port = this[LIVE]('sendManySync');
          const went = trySendSome(port, next, from, 'sendManySync');
          if (went === 0) sendBlocking(port, next[from] as T, blocking, deadline, 'sendManySync');
          from += went || 1;
          sent += went || 1;
        }
      }
    } catch (error) {
      throw withSent(error, sent);
    }
  }

  close(): void {
    const port = this[LIVE]('close');
    if (!port.close()) throw new ClosedError(`close of closed ${label(port)}`);
  }
}

/** Counts what a batch operation has sent, for its error. */
interface Progress {
  sent: number;
}

/** What an iterable threw, on its way through what throws errors of ours. */
class Thrown {
  constructor(readonly error: unknown) {}
}

/** Puts `sent` on an error of ours; leaves an iterable's own error as it is, also if it is of a class of ours. */
function withSent(error: unknown, sent: number): unknown {
  if (error instanceof Thrown) return error.error;
  if (error instanceof ChannelError && (error as Unsent).sent === undefined) {
    detail(error, 'sent', sent);
  }
  return error;
}

/** An array in windows, else one value at a time: an iterable is not asked for more than goes. */
function* batches<T>(values: Iterable<T>, window?: Window): Generator<ArrayLike<T>> {
  if (Array.isArray(values) || kindOf(values) !== undefined) {
    if (window === undefined) yield values as unknown as ArrayLike<T>;
    else yield* window.over(values as unknown as ArrayLike<T>);
    return;
  }
  try {
    for (const value of values) yield [value];
  } catch (error) {
    throw new Thrown(error);
  }
}

function trySendSome<T>(port: Port<T>, values: ArrayLike<T>, from: number, operation: string): number {
  const went = port.trySendMany(values, from);
  if (went < 0) throw shut(port as Port, -went as Status.Status, operation, { value: values[from] });
  return went;
}

/** Values of an array that are offered at once: at first, and at most. Offering them should take about a millisecond. */
const WINDOW = 64;
const WIDEST = 8192;

/** The part of an array that a `sendMany` offers at once, so that it leaves turns of the loop to others. */
class Window {
  readonly #codec: Codec<unknown>;
  #width: number;

  constructor({ codec }: Port) {
    this.#codec = codec;
    this.#width = codec.size === undefined ? WINDOW : WIDEST;
  }

  /** `values` in windows; an array that fits into one as it is. */
  *over<T>(values: ArrayLike<T>): Generator<ArrayLike<T>> {
    if (values.length <= this.#width) yield values;
    else
      for (let from = 0, to = 0; from < values.length; from = to) {
        to = Math.min(from + this.#width, values.length); // which may grow meanwhile
        yield this.#part(values, from, to);
      }
  }

  /** `values[from..to)`. */
  #part<T>(values: ArrayLike<T>, from: number, to: number): ArrayLike<T> {
    const kind = kindOf(values);
    if (kind === undefined || kind !== numericArray(this.#codec)?.name) return Array.prototype.slice.call(values, from, to);
    return (values as unknown as Uint8Array).subarray(from, to) as unknown as ArrayLike<T>;
  }

  /** Sends what there is room for of a window, and learns from how long that takes. */
  offer<T>(port: Port<T>, values: ArrayLike<T>, from: number): number {
    if (values.length < 2) return trySendSome(port, values, from, 'sendMany');
    const began = now();
    const went = trySendSome(port, values, from, 'sendMany');
    const ms = now() - began;
    if (ms > 2) this.#width = Math.max(1, this.#width >> 2);
    else if (ms < 0.5 && went >= this.#width) this.#width = Math.min(WIDEST, this.#width * 2);
    return went;
  }
}

async function sendAll<T>(
  endpoint: Endpoint<T>,
  values: Iterable<T>,
  signal: AbortSignal | undefined,
  progress: Progress,
): Promise<void> {
  const window = new Window(endpoint[PORT] as Port);
  const length = ArrayBuffer.isView(values) ? (values as unknown as Uint8Array).length : 0;
  for (const next of batches(values, window)) {
    for (let from = 0; from < next.length; ) {
      signal?.throwIfAborted();
      const port = endpoint[LIVE]('sendMany');
      let went = window.offer(port, next, from);
      if (went === 0 && port.linger?.(true)) went = window.offer(port, next, from);
      if (went === 0) await new Pending(endpoint as Endpoint<unknown>, signal).promise<void>(true, next[from]);
      from += went || 1;
      progress.sent += went || 1;
      if (went > 1 ? spentMuch() : spent()) await nextTurn();
    }
  }
  // The memory was given away, or shrank, while this waited.
  if (progress.sent < length)
    throw new CodecError(
      `values of sendMany on ${label(endpoint[PORT] as Port)} were detached or cut short: ${progress.sent} of ${length} went`,
    );
}

function sendBlocking<T>(port: Port<T>, value: T, blocking: Blocking, deadline: number, operation: string): void {
  let status: Status.Status = port.trySend(value);
  if (status === BLOCKED) {
    const outcome = blockUntil(port as Port, true, value, deadline);
    if (outcome === undefined) {
      throw new TimeoutError(`${operation} on full ${label(port)} timed out after ${blocking.timeout} ms`, { value });
    }
    status = outcome.status;
  }
  if (status !== DONE) throw shut(port as Port, status, operation, { value });
}
