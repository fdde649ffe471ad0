/**
 * The part of a context that ends: a tree of cancellations, each ended once, with all below it.
 *
 * A child holds its parent, a parent its children, and an ended one is let go by its parent at once. All of a subtree
 * have their reason before anybody is told. Told are, in this order: receivers of `done` and other threads, then
 * signals, whose listeners are user code.
 *
 * Signals and receivers are made when first asked for. A deadline also ends the context when somebody looks at it
 * late (`look`), so a thread that blocks or computes learns of it without its event loop.
 */

import { hide } from '../codec/property.js';
import type { Port } from '../engine.js';
import { makeReceiver } from '../handle/channel.js';
import type { Receiver } from '../handle/receiving.js';
import { type OpenedSource, openSource } from '../local/source.js';
import { Alarm, clock } from '../timers/alarm.js';

/** A receiver that belongs to all who ask its context for it, so that none of them can dispose it. */
export function common(port: Port<never>): Receiver<never> {
  const receiver = makeReceiver(port);
  hide(receiver, Symbol.dispose, () => {});
  return receiver;
}

/** The reason of a context whose deadline has passed; what `AbortSignal.timeout` gives. */
export function timedOut(): DOMException {
  return new DOMException('The operation was aborted due to timeout', 'TimeoutError');
}

/** The reason of a context that was cancelled without one. */
export function aborted(message = 'This operation was aborted'): DOMException {
  return new DOMException(message, 'AbortError');
}

/** Where else a cancellation may come from than this thread's event loop. */
export interface Upstream {
  /** Looks, and ends the cancellation if it has come. */
  look(): void;
  /** In how many ms it is worth looking again. */
  due(): number;
}

/** How many levels of a tree, from the topmost one on, are its upper levels. */
const UPPER = 4;

export class Cancellation {
  #parent: Cancellation | undefined;
  #level = 0;
  #upper: Cancellation | undefined;
  #told: Cancellation | undefined;
  readonly #children = new Set<Cancellation>();
  #end: { readonly reason: unknown } | undefined;
  /** When it ends by itself, on the clock of timers. */
  #due = Infinity;
  #alarm: Alarm | undefined;
  #controller: AbortController | undefined;
  #source: OpenedSource<never> | undefined;
  #receiver: Receiver<never> | undefined;
  readonly #listeners = new Set<(reason: unknown) => void>();
  #upstream: Upstream | undefined;
  /** The nearest one, from this upwards, that has a time: the earliest, as none is given a later one than those above it have. */
  #timed: Cancellation | undefined;
  /** The nearest one, from this upwards, that another thread can end; then the next one above it. These are at the top of a tree, and few. */
  #followed: Cancellation | undefined;
  #above: Cancellation | undefined;
  /** The earliest end known, in ms since 1970; undefined: none. */
  deadline: number | undefined;

  constructor(parent?: Cancellation) {
    if (parent === undefined) return;
    this.deadline = parent.deadline;
    parent.look();
    if (parent.#end !== undefined) this.#end = parent.#end;
    else {
      this.#parent = parent;
      this.#level = parent.#level + 1;
      const isUpper = parent.#level < UPPER;
      this.#upper = isUpper ? parent : parent.#upper;
      this.#told = isUpper || parent.#upstream !== undefined ? parent : parent.#told;
      this.#timed = parent.#timed;
      this.#followed = parent.#followed;
      parent.#children.add(this);
    }
  }

  /** Another thread can end it. To be said before it has children. */
  follow(upstream: Upstream): void {
    this.#upstream = upstream;
    this.#above = this.#followed;
    this.#followed = this;
  }

  /** Why it ended, or undefined. */
  get ended(): { readonly reason: unknown } | undefined {
    this.look();
    return this.#end;
  }

  /** Whether it has ended, as far as this thread has been told. */
  get over(): boolean {
    return this.#end !== undefined;
  }

  /** The nearest one above it that is of the upper levels; undefined: there is none, or this has ended. */
  get upper(): Cancellation | undefined {
    return this.#upper;
  }

  /** The nearest one above it that is of the upper levels or that another thread can end; undefined as `upper`. */
  get told(): Cancellation | undefined {
    return this.#told;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#end !== undefined) this.#controller.abort(this.#end.reason);
    }
    return this.#controller.signal;
  }

  get done(): Receiver<never> {
    if (this.#receiver === undefined) {
      this.#source = openSource<never>({ poll: () => this.look(), due: () => this.#nextLook() }, 'context.done');
      this.#receiver = common(this.#source.port);
      if (this.#end !== undefined) this.#source.close();
    }
    return this.#receiver;
  }

  /** Ends it at `deadline` (ms since 1970), `left` ms from now, unless its parent ends earlier. To be said before it has children. */
  endAt(deadline: number, left: number): void {
    if (this.deadline !== undefined && this.deadline <= deadline) return;
    this.deadline = deadline;
    if (this.#end !== undefined) return;
    const due = clock() + left;
    if (left <= 0) this.end(timedOut());
    // Not so if the host's clock has been set back since the one above got its time.
    else if (this.#timed === undefined || due < this.#timed.#due) {
      this.#due = due;
      this.#timed = this;
      this.#alarm = new Alarm(() => this.end(timedOut()));
      this.#alarm.set(due);
    }
  }

  /** `listener` is called once it has ended. It must not throw. */
  onEnd(listener: (reason: unknown) => void): void {
    this.#listeners.add(listener);
  }

  /** Ends this and all below it; does nothing the second time. */
  end(reason: unknown): void {
    if (this.#end !== undefined) return;
    if (this.#parent !== undefined) this.#parent.#children.delete(this);
    const end = { reason };
    const gone: Cancellation[] = [this];
    this.#end = end;
    for (const one of gone) {
      for (const child of one.#children) {
        child.#end = end;
        gone.push(child);
      }
      one.#children.clear();
      one.#parent = one.#upper = one.#told = undefined;
    }
    for (const one of gone) one.#tell(reason);
    for (const one of gone) one.#controller?.abort(reason);
  }

  /** Ends it if its time, or that of one above it, has come. */
  look(): void {
    const timed = this.#timed;
    if (timed !== undefined && clock() >= timed.#due) timed.end(timedOut());
    this.#lookAt(this.#followed);
  }

  /** As `look`, but at those above it only. */
  lookAbove(): void {
    this.#lookAt(this.#followed === this ? this.#above : this.#followed);
  }

  /** The topmost first: with one that has ended those below it have, without a reason of their own. */
  #lookAt(nearest: Cancellation | undefined): void {
    const all: Cancellation[] = [];
    for (let one = nearest; one !== undefined; one = one.#above) all.push(one);
    for (let one = all.pop(); one !== undefined && this.#end === undefined; one = all.pop()) one.#upstream?.look();
  }

  #nextLook(): number {
    let due = this.#timed === undefined ? Infinity : this.#timed.#due - clock();
    for (let one = this.#followed; one !== undefined; one = one.#above) due = Math.min(due, one.#upstream?.due() ?? due);
    return due;
  }

  #tell(reason: unknown): void {
    this.#alarm?.clear();
    this.#source?.close();
    for (const listener of this.#listeners) listener(reason);
    this.#listeners.clear();
    this.#upstream = this.#timed = this.#followed = this.#above = undefined;
  }
}
