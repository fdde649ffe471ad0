/**
 * Operations that wait: the table from the addon's numbers to who is told, and the dispatch of completions.
 *
 * Invariant: an entry is in the table from `park` until its completion is read or it is cancelled. The table holds the
 * cases and so their ports, which are thus not collected while something waits on them.
 *
 * All completions of a drain are read and decoded before the first waiter is told, because a waiter may use channels
 * and so the scratch. A codec that runs user code decodes from its own copy, after all have been read.
 */
import { defer } from '#platform';
import { now, soon } from '../clock.js';
import { apart } from '../codec/apart.js';
import { decodeMessage, isFallible, type Reader } from '../codec/codec.js';
import type { Case, Parked, Waiter } from '../engine.js';
import { turned } from '../handle/budget.js';
import { stamp } from '../patience.js';
import { scratch } from '../scratch.js';
import * as Status from '../status.js';
import { native } from './binding.js';
import * as Code from './code.js';
import { fetchHeld, makeRoom } from './message.js';
import type { NativePort } from './port.js';
import { COMPLETION } from './wire.js';
import * as Word from './word.js';

/** The bits of an operation's number that are its index (crates/node, `slab.rs`); the others tell it from those before it. */
const INDEX = 2 ** 21 - 1;
/**
 * By index; as long as ever so many have waited at once. The addon may give an index away again before the completion of the operation that had
 * it has been read, which did not fit into the scratch: that operation is in `late` then, by its number.
 */
const table: (Operation | undefined)[] = [];
const late = new Map<number, Operation>();
let waiting = 0;

function find(number: number): Operation | undefined {
  const operation = table[number & INDEX];
  return operation?.is(number) ? operation : late.get(number);
}

/** An operation that waits in the addon. */
export class Operation implements Parked {
  #number = 0;
  readonly cases: readonly Case[];
  readonly waiter: Waiter;
  readonly #since = stamp();

  constructor(cases: readonly Case[], waiter: Waiter) {
    this.cases = cases;
    this.waiter = waiter;
  }

  /** It waits, says the addon, by this number. To be called at once, and without anything that needs more stack than the addon did. */
  entered(number: number): void {
    this.#number = number;
    const before = table[number & INDEX];
    if (before !== undefined) late.set(before.#number, before);
    table[number & INDEX] = this;
    waiting++;
  }

  is(number: number): boolean {
    return this.#number === number;
  }

  /** Its end is known without a completion. */
  left(): void {
    const index = this.#number & INDEX;
    if (table[index] === this) table[index] = undefined;
    else if (!late.delete(this.#number)) return;
    waiting--;
  }

  /** The case at `index` has happened, if there is one. */
  ended(index: number): Case | undefined {
    const scase = this.cases[index];
    if (scase !== undefined) (scase.port as NativePort).ends.ended(scase.send, this.#since, own);
    return scase;
  }

  cancel(): boolean {
    if (find(this.#number) !== this || native.cancel(this.#number) !== 1) return false;
    this.left();
    return true;
  }
}

/** Tells `waiter` the outcome in the header; `code` is what the call that settled it returned. */
export function settle(cases: readonly Case[], waiter: Waiter, code: number): void {
  const { words } = scratch;
  const index = words[Word.CASE] as number;
  const status = words[Word.STATUS] as Status.Status;
  let length = words[Word.COUNT] as number;
  if (code === Code.NEED_GROW) {
    makeRoom();
    length = fetchHeld(cases[index]?.port as NativePort<unknown>);
  }
  const base = scratch.begin();
  outcome(cases[index], waiter, index, status, scratch.reader.reset(base, base + length))();
}

/** What tells `waiter` that a case ended; what was received, if anything, is all of `message`, which is decoded now. */
function outcome(scase: Case | undefined, waiter: Waiter, index: number, status: Status.Status, message: Reader): () => void {
  if (scase === undefined || scase.send || status !== Status.DONE) return () => waiter.settle(index, status, undefined);
  const port = scase.port as NativePort<unknown>;
  try {
    const value = decodeMessage(port.codec, message, port.label);
    return () => waiter.settle(index, status, value);
  } catch (error) {
    return () => waiter.fail(index, error);
  }
}

let untold = false;

/** Whether a waiter is being told, and others of which the addon knows no more are still to be: nobody may hear before them. */
export const areUntold = (): boolean => untold;

/** Called by the addon when parked operations are done. */
export function onCompletions(): void {
  let more = true;
  while (more) {
    const count = native.drainCompletions();
    if (count === Code.NEED_GROW) makeRoom();
    else if (count < 0) return;
    else {
      more = scratch.words[Word.COUNT] === 1;
      const all = read(count);
      for (const [index, tell] of all.entries()) {
        untold = more || index < all.length - 1;
        guarded(tell);
      }
    }
  }
}

let own = false;

/** As `onCompletions`, for what this thread has done itself. */
export function onOwnCompletions(): void {
  own = true;
  try {
    onCompletions();
  } finally {
    own = false;
  }
}

/** ms that the loop stays awake for completions that are likely to come soon: about what it takes to wake it. */
const AWAKE = 0.2;
let awake = false;
let until = 0;

/**
 * Keeps the loop turning and looking for completions for a moment, because the other end has lately been quick: a loop
 * that sleeps takes its waker a system call, and itself up to 0.2 ms where cores are virtual. Not where that would keep
 * another thread from running.
 */
export function stayAwake(): void {
  until = now() + AWAKE;
  if (awake || native.mute(1) !== 1) return;
  awake = true;
  defer(look);
}

function look(): void {
  turned();
  onCompletions();
  if (waiting > 0 && now() < until && native.rest() === 1) {
    defer(look);
    return;
  }
  awake = false;
  native.mute(0);
  onCompletions();
}

let sweeping = false;

/** Has the losing cases of a select leave their channels, behind those who wait to hear how it ended. */
export function sweepLater(): void {
  if (sweeping) return;
  defer(sweep);
  sweeping = true;
}

function sweep(): void {
  sweeping = false;
  native.sweep();
}

/** Reads `count` completions; what is returned tells their waiters. */
function read(count: number): (() => void)[] {
  const tell: (() => void)[] = [];
  let isSelect = false;
  const { view } = scratch.writer;
  let at = (scratch.begin() + 3) & ~3;
  for (let i = 0; i < count; i++) {
    const number = view.getInt32(at, true);
    const length = view.getInt32(at + 12, true);
    const body = at + COMPLETION;
    const operation = find(number);
    if (operation !== undefined) {
      operation.left();
      isSelect ||= operation.cases.length > 1;
      tell.push(
        readOne(operation, view.getInt32(at + 4, true), view.getInt32(at + 8, true) as Status.Status, body, body + length),
      );
    }
    at = (body + length + 3) & ~3;
  }
  // A hook of the host may run in it and use channels.
  if (isSelect) sweepLater();
  return tell;
}

function readOne(operation: Operation, index: number, status: Status.Status, at: number, end: number): () => void {
  const { waiter } = operation;
  const scase = operation.ended(index);
  const message = scratch.reader.reset(at, end);
  if (scase?.send !== false || !isFallible(scase.port.codec)) return outcome(scase, waiter, index, status, message);
  const copy = apart(message);
  return () => outcome(scase, waiter, index, status, copy)();
}

/** A waiter must not throw; if one does, the others are told nevertheless, and the error surfaces as an uncaught one. */
function guarded(tell: () => void): void {
  try {
    tell();
  } catch (error) {
    soon(() => {
      throw error;
    });
  }
}
