/** The two ends of whatever carries the messages. A contestant implements these, and the roles are written once over them. */
import type { MessagePort } from 'node:worker_threads';
import type { Channel } from '../../handle/channel.js';
import type { Receiver } from '../../handle/receiving.js';
import type { Sender } from '../../handle/sending.js';
import type { Shared } from '../../token.js';

/** Messages per call in batched mode. */
export const BATCH = 256;

/** What `Source.one` gives at the end. */
export const END: unique symbol = Symbol('end');

/** The sending end. */
export interface Sink {
  /** Sends one value; returns a promise if that has to be awaited. */
  one(value: unknown): Promise<void> | void;
  /** Sends `value(from)` to `value(from + count - 1)`. */
  many(from: number, count: number, value: (index: number) => unknown): Promise<void>;
  /** Nothing more comes from this end. */
  close(): Promise<void> | void;
}

/** The receiving end. */
export interface Source {
  /** The next value, or END. */
  one(): Promise<unknown> | unknown;
  /** Shows every value to `see` until the end, and awaits what that returns if it is a promise. */
  all(see: (value: unknown) => Promise<void> | void): Promise<void>;
  close(): void;
}

/** An end on its way to the thread that uses it. */
export type End =
  | { readonly kind: 'channel'; readonly token: Shared<Channel<unknown> | Sender<unknown> | Receiver<unknown>> }
  | { readonly kind: 'handle'; readonly handle: Sender<unknown> | Receiver<unknown> }
  | { readonly kind: 'ports'; readonly ports: readonly MessagePort[] }
  | { readonly kind: 'broadcast'; readonly name: string }
  | { readonly kind: 'guest'; readonly module: string; readonly end: unknown };

/** How many use each side of a link. */
export interface Sides {
  readonly senders: number;
  readonly receivers: number;
}

/** One thing that carries messages, by its ends: as many of each as there are senders and receivers. */
export interface Ends {
  readonly senders: readonly End[];
  readonly receivers: readonly End[];
}
