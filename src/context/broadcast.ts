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
 * In each thread a shared context exists once while it has not ended, however often it is attached.
 */
import { defer } from '#platform';
import { attach, unbounded } from '../chan.js';
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

/** What attaching needs to know of a cancellation. */
export interface Link {
  readonly id: string;
  readonly gate: Shared<Receiver<Uint8Array>>;
  readonly hello: Shared<Sender<number>>;
}

/** The shared cancellations of this thread that have not ended, its own and attached ones. */
const known = new Map<string, Cancellation>();
const links = new WeakMap<Cancellation, Link>();
/** The owner's ends, kept for late attachers as long as somebody here has the context. */
const owned = new WeakMap<Cancellation, Broadcast>();

/** How another thread attaches to `cancellation`, which has not ended. */
export function linkTo(cancellation: Cancellation): Link {
  let link = links.get(cancellation);
  if (link === undefined) {
    const broadcast = new Broadcast();
    link = broadcast.link;
    links.set(cancellation, link);
    owned.set(cancellation, broadcast);
    remember(cancellation, link, (reason) => broadcast.end(reason));
  }
  return link;
}

/** The cancellation behind `link`, in this thread; `setUp` is done to a new one first. */
export function attachTo(link: Link, setUp: (made: Cancellation) => void): Cancellation {
  const here = known.get(link.id);
  if (here !== undefined) return here;
  const made = new Cancellation();
  setUp(made);
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
  readonly link: Link;

  constructor() {
    const gate = this.#gate.receiver();
    const hello = this.#hello.sender();
    this.link = { id: crypto.randomUUID(), gate: gate.share(), hello: hello.share() };
    gate[Symbol.dispose]();
    hello[Symbol.dispose]();
  }

  end(reason: unknown): void {
    this.#hello.close();
    const copies = this.#hello.length * 2 + SPARE;
    this.#gate.trySendMany(new Array<Uint8Array>(copies).fill(packed(reason)));
    this.#gate.close();
    defer(() => this.#takeBack());
  }

  /** A token that nobody has attached counts as a handle: attached and disposed, it does not any more. */
  #takeBack(): void {
    attach<Receiver<Uint8Array>>(this.link.gate)[Symbol.dispose]();
    attach<Sender<number>>(this.link.hello)[Symbol.dispose]();
  }
}

let last: { readonly reason: unknown; readonly bytes: Uint8Array } | undefined;

/** The reason as bytes: the same for a whole tree, so it is packed once. */
function packed(reason: unknown): Uint8Array {
  if (last === undefined || last.reason !== reason) {
    last = { reason, bytes: packReason(reason) };
    defer(() => {
      last = undefined;
    });
  }
  return last.bytes;
}

function gone(): DOMException {
  return aborted('The thread that made this context has ended, or the context has');
}

function follow(made: Cancellation, link: Link): void {
  const gate = attach<Receiver<Uint8Array>>(link.gate).unref();
  const end = (got: { ok: boolean; value: Uint8Array | undefined } | null) => {
    if (got !== null) made.end(got.value === undefined ? gone() : unpackReason(got.value));
  };
  remember(made, link, () => gate[Symbol.dispose]());
  links.set(made, link);
  if (!announce(link)) end(gate.tryRecv());
  if (made.ended !== undefined) return;
  made.upstream = { look: () => gate.closed && end(gate.tryRecv()), due: () => GLANCE };
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
