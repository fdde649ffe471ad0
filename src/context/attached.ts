/**
 * Contexts of other threads in this one: each exists once while it has not ended, however often it is attached.
 *
 * They wait for the news from the next turn of the event loop on. Where the loop never turns (a worker that only blocks) nobody can be told,
 * so there nothing waits, and those that have ended are found and let go of as others are attached: a few are looked at with each.
 */
import { defer } from '#platform';
import { attach } from '../chan.js';
import { ChannelError } from '../errors.js';
import type { Received, Receiver } from '../handle/receiving.js';
import type { Sender } from '../handle/sending.js';
import { aborted, Cancellation, type Upstream } from './cancellation.js';
import { putOff } from './chores.js';
import { type Link, recall, remember } from './known.js';
import { unpackReason } from './parcel.js';

/** How often a blocked thread looks, in ms. */
const GLANCE = 5;
/** How many are looked at with each one that is attached: more than one, so that there are never many more than go on. */
const LOOKS = 2;

/** Those that were attached in this turn of the loop. */
const fresh = new Set<Attached>();
let turning = false;
let looking = false;

/** The cancellation behind `path`, in this thread. */
export function attachTo(path: readonly Link[]): Cancellation {
  lookAround();
  let cancellation: Cancellation | undefined;
  for (const link of [...path].reverse()) cancellation = recall(link) ?? attachOne(link, cancellation);
  if (cancellation === undefined) throw new TypeError('the token of a context has no link');
  return cancellation;
}

function attachOne(link: Link, above: Cancellation | undefined): Cancellation {
  const made = new Cancellation(above);
  if (link.deadline !== undefined) made.endAt(link.deadline, link.deadline - Date.now());
  if (made.ended !== undefined) return made;
  try {
    new Attached(made, link).follow();
  } catch (error) {
    // The channels are gone: the owner's thread has ended, or the context has and is forgotten.
    if (!(error instanceof ChannelError)) throw error;
    made.end(gone());
  }
  return made;
}

class Attached implements Upstream {
  readonly cancellation: Cancellation;
  readonly #link: Link;
  readonly #gate: Receiver<Uint8Array>;

  constructor(cancellation: Cancellation, link: Link) {
    this.cancellation = cancellation;
    this.#link = link;
    this.#gate = attach<Receiver<Uint8Array>>(link.gate).unref();
  }

  follow(): void {
    const { cancellation } = this;
    remember(cancellation, this.#link, () => {
      fresh.delete(this);
      putOff(() => this.#gate[Symbol.dispose]());
    });
    if (!announce(this.#link)) this.#take();
    if (cancellation.over) return;
    cancellation.follow(this);
    fresh.add(this);
    waitNextTurn();
  }

  look(): void {
    if (this.#gate.closed) this.#take();
  }

  due(): number {
    return GLANCE;
  }

  wait(): void {
    this.#gate.recv().then(
      (got) => this.#hear(got),
      () => this.cancellation.end(gone()),
    );
  }

  #take(): void {
    const got = this.#gate.tryRecv();
    if (got !== null) this.#hear(got);
  }

  #hear({ ok, value }: Received<Uint8Array>): void {
    const { cancellation } = this;
    if (ok) return cancellation.end(unpackReason(value));
    // With one above it that has ended this has, and that one has the reason.
    cancellation.lookAbove();
    if (!cancellation.over) cancellation.end(gone());
  }
}

function gone(): DOMException {
  return aborted('The thread that made this context has ended, or the context has, or another copy of hchan made it');
}

/** Counts this thread among the attachers; false: it is too late for that. */
function announce(link: Link): boolean {
  const hello = attach<Sender<number>>(link.hello);
  try {
    return hello.trySend(1);
  } catch {
    return false;
  } finally {
    hello[Symbol.dispose]();
  }
}

function waitNextTurn(): void {
  if (turning) return;
  turning = true;
  defer(() => {
    turning = false;
    for (const one of fresh) one.wait();
    fresh.clear();
  });
}

/** Looks at those that nobody looked at for longest. What ends tells listeners, and these may attach others. */
function lookAround(): void {
  if (looking) return;
  looking = true;
  try {
    let left = LOOKS;
    for (const one of fresh) {
      if (left-- === 0) return;
      fresh.delete(one);
      fresh.add(one);
      one.cancellation.look();
    }
  } finally {
    looking = false;
  }
}
