/**
 * What every handle is: a port, whether it was disposed, and the operations that wait on it.
 *
 * Invariant: after disposal no operation of this handle is pending, and the port is used for its properties only.
 */

import type { Case, EngineName, Port } from '../engine.js';
import { DetachedError, DirectionError, label } from '../errors.js';
import type { Shared } from '../token.js';
import { hold, release } from './keepalive.js';

/** The handle's end of its channel. */
export const PORT: unique symbol = Symbol('port');
/** The port if the handle can still be used, else a DetachedError. */
export const LIVE: unique symbol = Symbol('live');
/** The operation that waits on the handle, which is seldom more than one; the later ones are in `MORE`. */
const FIRST = Symbol('first');
const MORE = Symbol('more');
/** How many operations wait on the handle. */
const WAITING = Symbol('waiting');
/** Whether pending operations keep the process alive. */
export const REFERENCED: unique symbol = Symbol('referenced');
/** Whether the handle was disposed. */
export const DISPOSED: unique symbol = Symbol('disposed');
/** What every waiting receive waits for: the same for all, since 100 000 of them may wait. */
export const RECEIVES: unique symbol = Symbol('receives');

/** An operation that a handle must end when it is disposed. */
export interface Detachable {
  /** Ends the operation with `error`, if it has not happened. */
  detach(error: DetachedError): void;
}

/** The properties that every handle answers, disposed or not. */
export interface Properties extends Disposable {
  /** The same number on every handle of one channel, in every thread. */
  readonly id: number;
  /** The label given to `chan`, if any. */
  readonly name: string | undefined;
  /** What carries the messages. */
  readonly engine: EngineName;
  /** Messages that the buffer holds; Infinity if unbounded. */
  readonly capacity: number;
  /** Messages at rest now; senders that wait are not counted. */
  readonly length: number;
  /** True from `close()` on, drained or not. */
  readonly closed: boolean;
}

/** The common part of Sender, Receiver and Channel handles. */
export class Endpoint<T> implements Properties {
  readonly [PORT]: Port<T>;
  [FIRST]: Detachable | null = null;
  [MORE]: Set<Detachable> | null = null;
  [WAITING] = 0;
  [REFERENCED] = true;
  [DISPOSED] = false;
  readonly [RECEIVES]: readonly Case[];

  constructor(port: Port<T>) {
    this[PORT] = port;
    this[RECEIVES] = [{ port: port as Port, send: false, value: undefined }];
  }

  get id(): number {
    return this[PORT].id;
  }
  get name(): string | undefined {
    return this[PORT].name;
  }
  get engine(): EngineName {
    return this[PORT].engineName;
  }
  get capacity(): number {
    return this[PORT].capacity;
  }
  get length(): number {
    return this[PORT].length();
  }
  get closed(): boolean {
    return this[PORT].closed();
  }

  /**
   * Makes a token that `attach` turns into a handle like this one, in any thread of the process.
   *
   * A token counts as a handle of its direction until it is first attached, and this handle until it is disposed: do so if it was made
   * only to be shared.
   * @throws DetachedError after disposal; TypeError on engine `local`, which does not cross threads.
   */
  share(): Shared<never> {
    return this[LIVE]('share').share() as unknown as Shared<never>;
  }

  /** Pending operations of this handle keep the process alive (they do, unless `unref` was called). */
  ref(): this {
    reference(this as Endpoint<unknown>, true);
    return this;
  }

  /** Pending operations of this handle do not keep the process alive. */
  unref(): this {
    reference(this as Endpoint<unknown>, false);
    return this;
  }

  /** Gives the handle back: its pending operations end with DetachedError, other handles are not touched. */
  [Symbol.dispose](): void {
    if (this[DISPOSED]) return;
    // An operation that is withdrawn, or ended by the last handle of the other direction, and not told of it would wait for ever.
    if (this[WAITING] > 0 || this[PORT].engine.name !== 'native') needStack();
    this[DISPOSED] = true;
    let isDone = false;
    try {
      for (const pending of pendingOf(this as Endpoint<unknown>)) pending.detach(detached(this, 'operation'));
      this[PORT].dispose();
      isDone = true;
    } finally {
      // Where the stack was full, the rest is left for another time.
      this[DISPOSED] = isDone;
    }
  }

  [LIVE](operation: string): Port<T> {
    if (this[DISPOSED]) throw detached(this, operation);
    return this[PORT];
  }

  /** What `console.log` shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const port = this[PORT];
    const closed = port.closed() ? ', closed' : '';
    const disposed = this[DISPOSED] ? ', disposed' : '';
    return `${this.constructor.name} { ${label(port)}, ${port.engineName}, ${port.length()} of ${port.capacity}${closed}${disposed} }`;
  }
}

/** 48 KiB of arguments. V8 asks for 40 before it compiles a function that has not run yet (its `kStackSpaceRequiredForCompilation`). */
const ARGUMENTS: readonly number[] = new Array(6144).fill(0);

/** Throws RangeError unless as much stack is left as all that ends operations needs. Calls something harmless: arguments travel on the stack. */
function needStack(): void {
  Reflect.apply(String.prototype.at, '', ARGUMENTS);
}

// No private methods, which a Proxy of a handle does not have.

function reference(handle: Endpoint<unknown>, referenced: boolean): void {
  if (handle[REFERENCED] === referenced) return;
  handle[REFERENCED] = referenced;
  const change = referenced ? hold : release;
  for (let waiting = handle[WAITING]; waiting > 0; waiting--) change();
}

/** The operations that wait: those the port knows of, in the order they came, then the others in theirs. */
function pendingOf(handle: Endpoint<unknown>): Iterable<Detachable> {
  const port = handle[PORT];
  const enqueued = [...(port.waiting?.() ?? [])].filter((sg) => (sg.owner as Endpoint<unknown>)[PORT] === port);
  const all = new Set<unknown>([...enqueued, handle[FIRST], ...(handle[MORE] ?? [])]);
  all.delete(null);
  return all as Set<Detachable>;
}

/** The error of an operation on a disposed handle. */
export function detached(endpoint: Endpoint<never> | Endpoint<unknown>, operation: string): DetachedError {
  return new DetachedError(`${operation} on a disposed handle of ${label((endpoint as Endpoint<unknown>)[PORT])}`);
}

/** The error of an operation that the handle's direction does not have. */
export function misdirected(port: Port, operation: string): DirectionError {
  const can = port.direction === 1 ? 'sends' : 'receives';
  return new DirectionError(`${operation} on a handle of ${label(port)} that only ${can}`);
}

/** Whether `value` is a handle. */
export function isHandle(value: unknown): value is Endpoint<unknown> {
  return value instanceof Endpoint;
}

/**
 * Lists `pending` with a handle while it waits, unless its port does (`listed`), and keeps the process alive if the handle
 * says so. Every `enlist` is undone by one `delist`, but for one that threw, because the stack is full: what it may have listed stays listed and never waits.
 */
export function enlist(endpoint: Endpoint<unknown>, pending: Detachable, listed = false): void {
  if (!listed) list(endpoint, pending);
  if (endpoint[REFERENCED]) hold();
  endpoint[WAITING]++;
}

function list(endpoint: Endpoint<unknown>, pending: Detachable): void {
  const more = endpoint[MORE];
  // Behind others also when the first of them has left, so that the order is kept.
  if (endpoint[FIRST] === null && (more === null || more.size === 0)) endpoint[FIRST] = pending;
  else if (more === null) endpoint[MORE] = new Set([pending]);
  else more.add(pending);
}

/** Undoes `enlist`. */
export function delist(endpoint: Endpoint<unknown>, pending: Detachable): void {
  if (endpoint[FIRST] === pending) endpoint[FIRST] = null;
  else endpoint[MORE]?.delete(pending);
  endpoint[WAITING]--;
  if (endpoint[REFERENCED]) release();
}
