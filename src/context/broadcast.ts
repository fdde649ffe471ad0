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
 * that is told, and a tree is cancelled by one message to each thread. So are those between that came from another thread, which tells of
 * their end where this one may be blocked. The others between are not, however deep the tree: when
 * one of these ends, each shared context below it is told by itself. A context is of the same level in every thread, or below the
 * upper ones in all of them.
 */
import { attach, unbounded } from '../chan.js';
import { codec } from '../codec/index.js';
import type { Channel } from '../handle/channel.js';
import type { Cancellation } from './cancellation.js';
import { putOff } from './chores.js';
import { type Link, linkOf, remember } from './known.js';
import { packReason } from './parcel.js';

/** Copies of the reason beyond what the attached threads need: for those that attach, or look, between times. */
const SPARE = 16;

/** The owner's ends, kept for late attachers as long as somebody here has the context. */
const owned = new WeakMap<Cancellation, Broadcast>();

/** How another thread attaches to `cancellation`, which has not ended: its own link first, the topmost above it last. */
export function linksTo(cancellation: Cancellation): readonly Link[] {
  const path: Link[] = [];
  for (let one: Cancellation | undefined = cancellation; one !== undefined; one = one.told) path.push(linkTo(one));
  return path;
}

function linkTo(cancellation: Cancellation): Link {
  const link = linkOf(cancellation);
  if (link !== undefined) return link;
  const broadcast = new Broadcast(cancellation);
  owned.set(cancellation, broadcast);
  remember(cancellation, broadcast.link, (reason) => broadcast.end(reason));
  return broadcast.link;
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
    try {
      this.#gate.trySendMany(new Array<Uint8Array>(copies).fill(packReason(reason)));
    } catch {
      // There is no room for the reason: that it has ended is told without one.
    }
    this.#gate.close();
    putOff(() => this.#takeBack());
  }

  #close(): void {
    this.#hello.close();
    this.#gate.close();
    this.#takeBack();
  }

  /** A token that nobody has attached counts as a handle: attached and given back, it does not any more. */
  #takeBack(): void {
    if (this.#hello.length > 0) return;
    attach(this.link.gate)[Symbol.dispose]();
    attach(this.link.hello)[Symbol.dispose]();
  }
}
