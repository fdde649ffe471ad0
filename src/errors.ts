/**
 * Every error class of the package, made from one table.
 *
 * Messages are operation + state + operands, and name the channel: `send on closed channel 'jobs'`.
 * A programmer's mistake in an argument is a TypeError or RangeError and is not made here (see arguments.ts).
 */
import { hide } from './codec/property.js';
import { oneLine } from './description.js';

/** What every error of a channel operation extends. */
export class ChannelError extends Error {
  /** Stable, for programs: `ERR_HCHAN_…`. */
  readonly code: string = 'ERR_HCHAN';
}
hide(ChannelError.prototype, 'name', 'ChannelError');

/** What an operation that could not send adds to its error. */
export interface Unsent {
  /** What was not sent. */
  readonly value?: unknown;
  /** `sendMany` and its kin: how many values went before. */
  readonly sent?: number;
}

/** What a message that did not decode adds to its error. */
export interface Undecoded extends Unsent {
  /** The message as it arrived. */
  readonly bytes?: Uint8Array;
  /** What a Standard Schema found wrong. */
  readonly issues?: readonly unknown[] | undefined;
}

/** What an error is made from. */
export type Details<Extra = Unsent> = Extra & { readonly cause?: unknown };

/** An error that says what was not sent, where something was to be. */
export type UnsentError<Code extends string, Extra = Unsent> = ChannelError & Extra & { readonly code: Code };

/** The class of such an error; spelled out, because what a compiler infers for it needs the types of Node. */
export interface UnsentErrorClass<Code extends string, Extra = Unsent> {
  new (message: string, details?: Details<Extra>): UnsentError<Code, Extra>;
  readonly prototype: UnsentError<Code, Extra>;
}

const FIELDS = ['value', 'sent', 'bytes', 'issues'] as const;

/** Adds to what `error` says. */
export function detail(error: Error, field: string, value: unknown): void {
  Object.defineProperty(error, field, { value, enumerable: true, configurable: true });
}

/** The code follows from the name. */
function declare<Code extends string, Extra = Unsent>(name: string): UnsentErrorClass<Code, Extra> {
  const made = {
    [name]: class extends ChannelError {
      override readonly code = `ERR_HCHAN_${name.slice(0, -5).toUpperCase()}`;

      constructor(message: string, details: Details<Undecoded> = {}) {
        super(message, details.cause === undefined ? undefined : details); // of which it takes `cause` only
        // `undefined` is a value.
        for (const field of FIELDS)
          if (field === 'value' ? field in details : details[field] !== undefined) detail(this, field, details[field]);
      }
    },
  }[name] as typeof ChannelError;
  hide(made.prototype, 'name', name);
  return made as unknown as UnsentErrorClass<Code, Extra>;
}

/** Sending to, or closing, a channel that is closed. */
export const ClosedError = declare<'ERR_HCHAN_CLOSED'>('ClosedError');
export type ClosedError = InstanceType<typeof ClosedError>;

/** Sending to a channel that nobody can receive from any more. */
export const DisconnectedError = declare<'ERR_HCHAN_DISCONNECTED'>('DisconnectedError');
export type DisconnectedError = InstanceType<typeof DisconnectedError>;

/** A blocking call whose time was over; nothing happened. */
export const TimeoutError = declare<'ERR_HCHAN_TIMEOUT'>('TimeoutError');
export type TimeoutError = InstanceType<typeof TimeoutError>;

/** A blocking call where blocking is not allowed. */
export const BlockingError = declare<'ERR_HCHAN_BLOCKING'>('BlockingError');
export type BlockingError = InstanceType<typeof BlockingError>;

/** The handle was disposed, or the token names a channel that is gone. */
export const DetachedError = declare<'ERR_HCHAN_DETACHED'>('DetachedError');
export type DetachedError = InstanceType<typeof DetachedError>;

/** An operation that the handle's direction does not have. */
export const DirectionError = declare<'ERR_HCHAN_DIRECTION'>('DirectionError');
export type DirectionError = InstanceType<typeof DirectionError>;

/**
 * A value does not fit the codec, bytes do not decode, or the two ends' codecs differ. `value`: also what `recvManyInto` received for an
 * array that has lost its memory meanwhile.
 */
export const CodecError = declare<'ERR_HCHAN_CODEC', Undecoded>('CodecError');
export type CodecError = InstanceType<typeof CodecError>;

/** How an error calls a channel: by its name, else by its number. */
export function label(channel: { readonly name: string | undefined; readonly id: number }): string {
  return channel.name === undefined ? `channel #${channel.id}` : `channel '${oneLine(channel.name)}'`;
}
