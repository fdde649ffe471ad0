/** The shared contexts of this thread that have not ended, its own and attached ones, and how others attach to them. */
import type { Receiver } from '../handle/receiving.js';
import type { Sender } from '../handle/sending.js';
import type { Shared } from '../token.js';
import type { Cancellation } from './cancellation.js';

/** What attaching needs to know of one cancellation. */
export interface Link {
  readonly id: string;
  readonly deadline: number | undefined;
  readonly gate: Shared<Receiver<Uint8Array>>;
  readonly hello: Shared<Sender<number>>;
}

const known = new Map<string, Cancellation>();
const links = new WeakMap<Cancellation, Link>();

/** The cancellation that `link` is of, if this thread knows it. */
export function recall({ id }: Link): Cancellation | undefined {
  return known.get(id);
}

/** The link of `cancellation`, if it is known. */
export function linkOf(cancellation: Cancellation): Link | undefined {
  return links.get(cancellation);
}

/** Knows `cancellation` until it has ended, and then calls `ended`. */
export function remember(cancellation: Cancellation, link: Link, ended: (reason: unknown) => void): void {
  known.set(link.id, cancellation);
  links.set(cancellation, link);
  cancellation.onEnd((reason) => {
    known.delete(link.id);
    ended(reason);
  });
}
