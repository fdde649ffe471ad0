/**
 * Blocking operations: who may block, for how long, and what came of it.
 */
import { isMainThread } from '#platform';
import { checkBoolean, checkMilliseconds, checkOptions } from '../arguments.js';
import { now } from '../clock.js';
import type { Port, Waiter } from '../engine.js';
import { BlockingError, label } from '../errors.js';
import type * as Status from '../status.js';

/** Options of operations that block. */
export interface SyncOptions {
  /** Milliseconds, 0 to Infinity; 0 tries once. @default Infinity */
  readonly timeout?: number | undefined;
  /**
   * Allows blocking the main thread, where timers, I/O and handlers of signals stop meanwhile: Ctrl-C does nothing until the call is over if
   * the program has a handler of SIGINT. @default false
   */
  readonly allowMainThread?: boolean | undefined;
}

/** Checked SyncOptions. */
export class Blocking {
  /** Milliseconds, maybe Infinity. */
  readonly timeout: number;
  readonly #allowed: boolean;

  constructor(timeout: number, allowed: boolean) {
    this.timeout = timeout;
    this.#allowed = allowed;
  }

  /** Throws BlockingError where this thread may not block. */
  check(port: Port, operation: string): void {
    this.checkFor(operation, label(port));
  }

  /** As `check`, for an operation on several channels. */
  checkFor(operation: string, operand: string): void {
    if (this.#allowed || !isMainThread) return;
    throw new BlockingError(`${operation} on ${operand} would block the main thread; pass allowMainThread: true to allow it`);
  }

  /** When the operation's time is over, on the clock of clock.ts. */
  deadline(): number {
    return this.timeout === Infinity ? this.timeout : now() + this.timeout;
  }
}

const UNLIMITED = new Blocking(Infinity, false);

/** Checks the options of a blocking operation. */
export function blockingOf(options: unknown): Blocking {
  const checked = checkOptions(options) as SyncOptions | undefined;
  if (checked === undefined) return UNLIMITED;
  const timeout = checked.timeout === undefined ? Infinity : checkMilliseconds('options.timeout', checked.timeout);
  return new Blocking(timeout, checkBoolean('options.allowMainThread', checked.allowMainThread, false));
}

/** How a blocking operation ended. */
export class Outcome implements Waiter {
  index = -1;
  status: Status.Status = 0;
  value: unknown;
  #error: { error: unknown } | undefined;

  settle(index: number, status: Status.Status, value: unknown): void {
    this.index = index;
    this.status = status;
    this.value = value;
  }

  fail(index: number, error: unknown): void {
    this.index = index;
    this.#error = { error };
  }

  /** This outcome; throws what failed. */
  checked(): this {
    if (this.#error !== undefined) throw this.#error.error;
    return this;
  }
}

/** Blocks until one send or receive happens; undefined when the deadline passed and nothing did. */
export function blockUntil(port: Port, send: boolean, value: unknown, deadline: number): Outcome | undefined {
  const timeout = Math.max(0, deadline - now());
  const outcome = new Outcome();
  return port.engine.block([{ port, send, value }], true, timeout, outcome) ? outcome.checked() : undefined;
}
