/**
 * A cancellation in several threads.
 *
 * The thread that owns it has two channels per shared context:
 * ```
 *   hello   attachers → owner   one message from each, never received: its length says how many there are
 *   gate    owner → attachers   nothing, until the context ends: then the reason, a copy for each, and it is closed
 * ```
 * The owner closes `hello` before it counts, so the count is exact: an attacher that comes later finds it closed, looks
 * at once, and takes one of the spare copies. When the owner's thread is gone, `gate` closes by itself: what nobody can
 * end any more has ended. A dead attacher leaves a copy behind that nobody takes.
 *
 * With a context those of the upper levels above it are shared too, so whoever has a context has these: when one of them ends, only
 * that is told, and a tree is cancelled by one message to each thread. Those between are not shared, however deep the tree: when
 * one of these ends, each shared context below it is told by itself. A context is of the same level in every thread, or below the
 * upper ones in all of them.
 *
 * In each thread a shared context exists once while it has not ended, however often it is attached.
 */
import { defer } from '#platform';
import { attach, unbounded } from '../chan.js';
import { later } from '../clock.js';
import { codec } from '../codec/index.js';
import { ChannelError } from '../errors.js';
import type { Channel } from '../handle/channel.js';
import type { Receiver } from '../handle/receiving.js';
import type { Sender } from '../handle/sending.js';
import type { Shared } from '../token.js';
import { aborted, Cancellation } from './cancellation.js';
import { packReason, unpackReason } from './parcel.js';

/** Copies of the reason beyond what the attached threads need: for those that attach, or look, between times. */
const SPARE = 4;
/** How often a blocked thread looks, in ms. */
const GLANCE = 5;

/** Ended contexts whose channels are given back in one turn of the event loop. */
const BATCH = 64;
/** How long an ended context that nobody has to be told of waits for its channels to be given back, in ms. */
const LATER = 100;

/** What attaching needs to know of one cancellation. */
export interface Link {
  readonly id: string;
  readonly deadline: number | undefined;
  readonly gate: Shared<Receiver<Uint8Array>>;
  readonly hello: Shared<Sender<number>>;
}

/** The shared cancellations of this thread that have not ended, its own and attached ones. */
const known = new Map<string, Cancellation>();
const links = new WeakMap<Cancellation, Link>();
/** The owner's ends, kept for late attachers as long as somebody here has the context. */
const owned = new WeakMap<Cancellation, Broadcast>();

/** How another thread attaches to `cancellation`, which has not ended: its own link first, the topmost above it last. */
export function linksTo(cancellation: Cancellation): readonly Link[] {
  const path: Link[] = [];
  for (let one: Cancellation | undefined = cancellation; one !== undefined; one = one.upper) path.push(linkTo(one));
  return path;
}

function linkTo(cancellation: Cancellation): Link {
  let link = links.get(cancellation);
  if (link === undefined) {
    const broadcast = new Broadcast(cancellation);
    link = broadcast.link;
    links.set(cancellation, link);
    owned.set(cancellation, broadcast);
    remember(cancellation, link, (reason) => broadcast.end(reason));
  }
  return link;
}

/** The cancellation behind `path`, in this thread. */
export function attachTo(path: readonly Link[]): Cancellation {
  let cancellation: Cancellation | undefined;
  for (const link of [...path].reverse()) cancellation = known.get(link.id) ?? attachOne(link, cancellation);
  if (cancellation === undefined) throw new TypeError('the token of a context has no link');
  return cancellation;
}

function attachOne(link: Link, above: Cancellation | undefined): Cancellation {
  const made = new Cancellation(above);
  if (link.deadline !== undefined) made.endAt(link.deadline, link.deadline - Date.now());
  if (made.ended !== undefined) return made;
  try {
    follow(made, link);
  } catch (error) {
    // The channels are gone: the owner's thread has ended, or the context has and is forgotten.
    if (!(error instanceof ChannelError)) throw error;
    made.end(gone());
  }
  return made;
}

function remember(cancellation: Cancellation, { id }: Link, ended: (reason: unknown) => void): void {
  known.set(id, cancellation);
  cancellation.onEnd((reason) => {
    known.delete(id);
    ended(reason);
  });
}

class Broadcast {
  readonly #gate: Channel<Uint8Array> = unbounded({ codec: codec.bytes, name: 'context' });
  readonly #hello: Channel<number> = unbounded({ codec: codec.u8, name: 'context attachers' });
  /** Attached wherever this is. */
  #upper: Cancellation | undefined;
  readonly link: Link;

  constructor({ upper, deadline }: Cancellation) {
    this.#upper = upper;
    const gate = this.#gate.receiver();
    const hello = this.#hello.sender();
    this.link = { id: crypto.randomUUID(), deadline, gate: gate.share(), hello: hello.share() };
    gate[Symbol.dispose]();
    hello[Symbol.dispose]();
  }

  end(reason: unknown): void {
    // Whoever has this learns of that one's end, with which this has ended.
    const silent = this.#upper?.over === true;
    this.#upper = undefined;
    if (silent) {
      putOff(() => this.#close());
      return;
    }
    this.#hello.close();
    const copies = this.#hello.length * 2 + SPARE;
    this.#gate.trySendMany(new Array<Uint8Array>(copies).fill(packed(reason)));
    this.#gate.close();
    putOff(() => this.#takeBack());
  }

  #close(): void {
    this.#hello.close();
    this.#gate.close();
    this.#takeBack();
  }

  /** A token that nobody has attached counts as a handle: attached and disposed, it does not any more. */
  #takeBack(): void {
    attach<Receiver<Uint8Array>>(this.link.gate)[Symbol.dispose]();
    attach<Sender<number>>(this.link.hello)[Symbol.dispose]();
  }
}

const chores: (() => void)[] = [];

/** Does `chore` when those who are to be told have been, a few at a time. */
function putOff(chore: () => void): void {
  if (chores.push(chore) === 1) workLater();
}

function workLater(): void {
  later(() => work(chores.length), LATER).unref?.();
}

/** Does the first `left` chores, `BATCH` each turn of the loop. */
function work(left: number): void {
  for (const chore of chores.splice(0, Math.min(left, BATCH))) chore();
  if (left > BATCH) defer(() => work(left - BATCH));
  else if (chores.length > 0) workLater();
}

interface Packed {
  readonly reason: unknown;
  readonly bytes: Uint8Array;
}

/** The reason that was last told or heard, for the rest of this turn of the loop. */
let last: Packed | undefined;

function keep(reason: unknown, bytes: Uint8Array): Packed {
  defer(() => {
    last = undefined;
  });
  last = { reason, bytes };
  return last;
}

/** The reason as bytes: the same for a whole tree, so it is packed once. */
function packed(reason: unknown): Uint8Array {
  const known = last?.reason === reason ? last : undefined;
  return (known ?? keep(reason, packReason(reason))).bytes;
}

/** The reason in `bytes`: one object for equal bytes that arrive together. */
function unpacked(bytes: Uint8Array): unknown {
  const same = last?.bytes.length === bytes.length && last.bytes.every((byte, i) => byte === bytes[i]);
  return ((same && last) || keep(unpackReason(bytes), bytes)).reason;
}

function gone(): DOMException {
  return aborted('The thread that made this context has ended, or the context has, or another copy of hchan made it');
}

function follow(made: Cancellation, link: Link): void {
  const gate = attach<Receiver<Uint8Array>>(link.gate).unref();
  const end = (got: { ok: boolean; value: Uint8Array | undefined } | null) => {
    if (got !== null) made.end(got.value === undefined ? gone() : unpacked(got.value));
  };
  remember(made, link, () => putOff(() => gate[Symbol.dispose]()));
  links.set(made, link);
  if (!announce(link)) end(gate.tryRecv());
  if (made.ended !== undefined) return;
  made.follow({ look: () => gate.closed && end(gate.tryRecv()), due: () => GLANCE });
  gate.recv().then(end, () => made.end(gone()));
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
