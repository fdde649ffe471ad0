/**
 * Contexts, after Go's package context: cancellation, deadlines and values that go down a tree of calls, and across threads.
 *
 * A context ends once: by its `cancel`, its deadline, or because the one above it ends. It is immutable otherwise.
 * Departures from Go: contexts have an AbortSignal, for everything in JavaScript that takes one; the reason is any value
 * (`err()` gives what Go's `Cause` does); `cancel` is also what `using` calls.
 */

import { checkMilliseconds, show, unfit } from './arguments.js';
import { refuseToClone } from './codec/clone/clone.js';
import { attachTo } from './context/attached.js';
import { linksTo } from './context/broadcast.js';
import { aborted, Cancellation, common } from './context/cancellation.js';
import { packReason, unpackReason } from './context/parcel.js';
import { type ContextToken, isContextToken } from './context/token.js';
import { lookUp, packValues, unpackValues, type Values } from './context/values.js';
import type { Receiver } from './handle/receiving.js';
import { openNever } from './never.js';
import type { Shared } from './token.js';

/** What is passed down a tree of calls. */
export interface Context {
  /** Closed once the context has ended; a case for `select`. The same receiver every time. */
  readonly done: Receiver<never>;
  /** Aborted once the context has ended, with `err()` as its reason. The same signal every time. */
  readonly signal: AbortSignal;
  /** When it ends by itself at the latest, in ms since 1970: the earliest of its own and those above it. */
  readonly deadline: number | undefined;
  /** Undefined while it goes on, then the reason why it ended. */
  err(): unknown;
  /** The value that the nearest `withValue` gave to `key`. */
  value(key: unknown): unknown;
  /**
   * A token of this context: attached in another thread it ends when this one does, or when this thread is gone.
   *
   * Values go with it that structured clone can carry and whose keys are strings, numbers, booleans or symbols of
   * `Symbol.for`; others stay behind.
   */
  share(): Shared<Context>;
}

/** A context and what ends it. */
export interface Cancellable extends Disposable {
  readonly ctx: Context;
  /** Ends `ctx` and all below it; `reason` is an AbortError by default. Only the first call has an effect. */
  readonly cancel: (reason?: unknown) => void;
}

class Branch implements Context {
  readonly cancellation: Cancellation;
  readonly values: Values | undefined;

  constructor(cancellation: Cancellation, values: Values | undefined) {
    this.cancellation = cancellation;
    this.values = values;
  }

  get done(): Receiver<never> {
    return this.cancellation === root.cancellation ? never : this.cancellation.done;
  }

  get signal(): AbortSignal {
    return this.cancellation.signal;
  }

  get deadline(): number | undefined {
    return this.cancellation.deadline;
  }

  err(): unknown {
    return this.cancellation.ended?.reason;
  }

  value(key: unknown): unknown {
    return lookUp(this.values, key);
  }

  share(): Shared<Context> {
    const { cancellation } = this;
    const end = cancellation.ended;
    const token: ContextToken = {
      hchan: 'token',
      kind: 'context',
      version: 1,
      deadline: cancellation.deadline,
      links: end === undefined && cancellation !== root.cancellation ? linksTo(cancellation) : undefined,
      reason: end === undefined ? undefined : packReason(end.reason),
      values: packValues(this.values),
    };
    return token as unknown as Shared<Context>;
  }

  /** What `console.log` shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const { cancellation, deadline } = this;
    const state = cancellation.ended === undefined ? 'not done' : `done: ${show(this.err())}`;
    return `Context { ${state}${deadline === undefined ? '' : `, deadline ${deadline}`} }`;
  }
}
refuseToClone(Branch);

/** `done` of what never ends: a case that select drops. */
const never: Receiver<never> = common(openNever<never>());

const root = new Branch(new Cancellation(), undefined);

function branchOf(parent: Context): Branch {
  if (parent instanceof Branch) return parent;
  throw unfit('parent', 'a context', parent);
}

/** The context that all others come from: it never ends, and has no deadline and no values. */
export function background(): Context {
  return root;
}

/** A context below `parent` that ends when it is cancelled, or `parent` ends. */
export function withCancel(parent: Context): Cancellable {
  return cancellable(branchOf(parent), Infinity, Infinity);
}

/**
 * As `withCancel`; ends `ms` from now at the latest, with a TimeoutError DOMException, as `AbortSignal.timeout` does.
 *
 * The timer does not keep the process alive and is gone once the context has ended, so cancel it when the work is done.
 * `ms` is 0 to Infinity, else RangeError.
 * @example
 * const { ctx, cancel } = withTimeout(background(), 5_000);
 * try {
 *   await fetch(url, { signal: ctx.signal });
 * } finally {
 *   cancel();
 * }
 */
export function withTimeout(parent: Context, ms: number): Cancellable {
  const branch = branchOf(parent);
  checkMilliseconds('ms', ms);
  return cancellable(branch, Date.now() + ms, ms);
}

/** As `withTimeout`, ending at a time: a Date, or ms since 1970. */
export function withDeadline(parent: Context, deadline: number | Date): Cancellable {
  const branch = branchOf(parent);
  const time = deadline instanceof Date ? deadline.getTime() : deadline;
  if (typeof time !== 'number' || Number.isNaN(time)) {
    const given = deadline instanceof Date ? Number.NaN : deadline;
    throw unfit('deadline', 'a valid Date or a number of milliseconds since 1970', given);
  }
  return cancellable(branch, time, time - Date.now());
}

/** A context that ends with `parent` and has one value more. `key` is compared as by Object.is and must not be undefined or null. */
export function withValue(parent: Context, key: unknown, value: unknown): Context {
  const { cancellation, values } = branchOf(parent);
  if (key === undefined || key === null) throw new TypeError(`key must not be ${show(key)}`);
  return new Branch(cancellation, { key, value, rest: values });
}

/**
 * The context that `token` was made from, in this thread: it ends when that one does, or that one's thread is gone.
 *
 * While it goes on, a thread has it once, however often it is attached. It does not keep the process alive. A thread that
 * blocks hears of the end when it looks at the context, waits for it, or attaches others. Throws TypeError for what is no
 * token of a context.
 */
export function attachContext(token: Shared<Context>): Context {
  if (!isContextToken(token)) throw new TypeError(`attachContext needs a token made by a context's share(), not ${show(token)}`);
  const { deadline, links, reason } = token as ContextToken;
  const values = unpackValues((token as ContextToken).values);
  if (links !== undefined) return new Branch(attachTo(links), values);
  if (reason === undefined) return new Branch(root.cancellation, values);
  const ended = new Cancellation();
  ended.deadline = deadline;
  ended.end(unpackReason(reason));
  return new Branch(ended, values);
}

function cancellable(parent: Branch, deadline: number, left: number): Cancellable {
  // What never ends keeps no list of those below it.
  const above = parent.cancellation === root.cancellation ? undefined : parent.cancellation;
  const cancellation = new Cancellation(above);
  if (deadline !== Infinity) cancellation.endAt(deadline, left);
  const cancel = (reason?: unknown): void => cancellation.end(reason === undefined ? aborted() : reason);
  return { ctx: new Branch(cancellation, parent.values), cancel, [Symbol.dispose]: () => cancel() };
}
