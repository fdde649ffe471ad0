/**
 * Every error class of the package, made from one table.
 *
 * Messages are operation + state + operands, and name the channel: `send on closed channel 'jobs'`.
 * A programmer's mistake in an argument is a TypeError or RangeError and is not made here (see arguments.ts).
 */

/** What every error of a channel operation extends. */
export class ChannelError extends Error {
  /** Stable, for programs: `ERR_HCHAN_…`. */
  readonly code: string = 'ERR_HCHAN';
}

/** What an operation that could not send adds to its error. */
export interface Unsent {
  /** What was not sent. */
  readonly value?: unknown;
  /** `sendMany` and its kin: how many values went before. */
  readonly sent?: number;
}

/** What an error is made from. */
export interface Details extends Unsent {
  readonly cause?: unknown;
}

/** An error that says what was not sent, where something was to be. */
export interface UnsentError<Code extends string> extends ChannelError, Unsent {
  readonly code: Code;
}

/** The class of such an error; spelled out, because what a compiler infers for it needs the types of Node. */
export interface UnsentErrorClass<Code extends string> {
  new (message: string, details?: Details): UnsentError<Code>;
  readonly prototype: UnsentError<Code>;
}

/** Adds to what `error` says. */
export function detail(error: Error, field: string, value: unknown): void {
  Object.defineProperty(error, field, { value, enumerable: true, configurable: true });
}

function declare<Code extends string>(name: string, code: Code): UnsentErrorClass<Code> {
  const made = {
    [name]: class extends ChannelError {
      override readonly code: Code = code;
      /** What was not sent. */
      declare readonly value?: unknown;
      /** `sendMany` and its kin: how many values went. */
      declare readonly sent?: number;

      constructor(message: string, details: Details = {}) {
        super(message, 'cause' in details ? { cause: details.cause } : undefined);
        if ('value' in details) detail(this, 'value', details.value);
        if (details.sent !== undefined) detail(this, 'sent', details.sent);
      }
    },
  }[name];
  if (made === undefined) throw new TypeError(name);
  Object.defineProperty(made.prototype, 'name', { value: name, configurable: true, writable: true });
  return made;
}

/** Sending to, or closing, a channel that is closed. */
export const ClosedError = declare('ClosedError', 'ERR_HCHAN_CLOSED');
export type ClosedError = InstanceType<typeof ClosedError>;

/** Sending to a channel that nobody can receive from any more. */
export const DisconnectedError = declare('DisconnectedError', 'ERR_HCHAN_DISCONNECTED');
export type DisconnectedError = InstanceType<typeof DisconnectedError>;

/** A blocking call whose time was over; nothing happened. */
export const TimeoutError = declare('TimeoutError', 'ERR_HCHAN_TIMEOUT');
export type TimeoutError = InstanceType<typeof TimeoutError>;

/** A blocking call where blocking is not allowed. */
export const BlockingError = declare('BlockingError', 'ERR_HCHAN_BLOCKING');
export type BlockingError = InstanceType<typeof BlockingError>;

/** The handle was disposed, or the token names a channel that is gone. */
export const DetachedError = declare('DetachedError', 'ERR_HCHAN_DETACHED');
export type DetachedError = InstanceType<typeof DetachedError>;

/** An operation that the handle's direction does not have. */
export const DirectionError = declare('DirectionError', 'ERR_HCHAN_DIRECTION');
export type DirectionError = InstanceType<typeof DirectionError>;

/** A value does not fit the codec, bytes do not decode, or the two ends' codecs differ. */
export class CodecError extends ChannelError {
  override readonly code = 'ERR_HCHAN_CODEC';
  /** The message as it arrived, when it did not decode. */
  declare readonly bytes?: Uint8Array;
  /** What a Standard Schema found wrong. */
  declare readonly issues?: readonly unknown[];
  /** `sendMany` and its kin: how many values went before. */
  declare readonly sent?: number;
  /** `recvManyInto`: what was received for an array that has lost its memory meanwhile. */
  declare readonly value?: unknown;

  constructor(
    message: string,
    details: { cause?: unknown; bytes?: Uint8Array; issues?: readonly unknown[]; sent?: number; value?: unknown } = {},
  ) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    for (const field of ['bytes', 'issues', 'sent', 'value'] as const) {
      if (details[field] !== undefined) detail(this, field, details[field]);
    }
  }
}
Object.defineProperty(CodecError.prototype, 'name', { value: 'CodecError', configurable: true, writable: true });

/** How an error calls a channel: by its name, else by its number. */
export function label(channel: { readonly name: string | undefined; readonly id: number }): string {
  return channel.name === undefined ? `channel #${channel.id}` : `channel '${channel.name}'`;
}
