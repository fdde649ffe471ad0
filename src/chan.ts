/**
 * Making channels, and attaching to those of other threads.
 */
import { checkInteger, checkOneOf, checkOptions, show, unfit } from './arguments.js';
import { type Codec, checkCodec, codecFromSpec } from './codec/codec.js';
import { codec as codecs } from './codec/index.js';
import { isContextToken } from './context/token.js';
import { attachContext, type Context } from './context.js';
import * as Direction from './direction.js';
import type { Port } from './engine.js';
import { chooseEngine, type EngineChoice, engineNamed } from './engines.js';
import { CodecError, label } from './errors.js';
import { type Channel, makeChannel, makeHandle } from './handle/channel.js';
import { openNever } from './never.js';
import { isToken, type Shared, type TokenBody } from './token.js';

/** The largest capacity of a bounded channel: 2^31 - 1. */
const LARGEST = 2 ** 31 - 1;
const OPTIONS = ['codec', 'engine', 'name'] as const;
const NATIVE_AND_SHARED = ['crossbeam', 'kanal', 'mutex', 'shared'] as const;

/** How a channel is made. */
export interface ChanOptions<T> {
  /** How a value becomes bytes. @default codec.structuredClone() */
  readonly codec?: Codec<T> | undefined;
  /** What carries the messages. @default 'auto' */
  readonly engine?: EngineChoice | undefined;
  /** What errors call the channel, and `console.log` its handles, in every thread; `name` of each handle. */
  readonly name?: string | undefined;
}

/**
 * Makes a channel that holds at most `capacity` messages at rest; 0 is a rendezvous. Go's `make(chan T, capacity)`.
 *
 * Throws RangeError for a capacity that is no integer from 0 to 2^31-1, TypeError for an unknown option.
 * @example
 * const jobs = chan(64, { codec: codec.struct({ id: codec.u32, url: codec.string }) });
 */
export function chan<T = unknown>(capacity = 0, options?: ChanOptions<T>): Channel<T> {
  return open(checkInteger('capacity', capacity, 0, LARGEST), options);
}

/** Makes a channel whose sends never wait. Its memory grows with what is sent and not received. */
export function unbounded<T = unknown>(options?: ChanOptions<T>): Channel<T> {
  return open(Infinity, options);
}

/** Go's nil channel: no operation on it is ever ready, and closing it throws ClosedError. */
export function never<T = never>(): Channel<T> {
  return makeChannel(openNever<T>());
}

function open<T>(capacity: number, options: ChanOptions<T> | undefined): Channel<T> {
  const checked = checkOptions(options) as Record<string, unknown> | undefined;
  for (const option of Object.keys(checked ?? {})) checkOneOf('an option', option, OPTIONS);
  const codec = (checked?.['codec'] === undefined ? codecs.structuredClone<T>() : codecGiven(checked['codec'])) as Codec<T>;
  const name = checkName(checked?.['name']);
  const chosen = chooseEngine(checked?.['engine'], capacity);
  return makeChannel(chosen.engine.open<T>(chosen.name, { capacity, codec, name }));
}

function checkName(name: unknown): string | undefined {
  if (name === undefined || typeof name === 'string') return name;
  throw unfit('options.name', 'a string', name);
}

/** How a token is attached. */
export interface AttachOptions<T> {
  /** The channel's codec, where it is a custom one; must have the same id as at the other end. */
  readonly codec?: Codec<T> | undefined;
}

/**
 * Makes a handle of the channel that `token` names; a sender's token gives a sender.
 *
 * May be called more than once, in any thread of the process. Throws TypeError for what is no token, DetachedError when
 * its channel is gone, CodecError when the codec is missing or another one than at the other end. A context's token gives
 * a context (see attachContext in hchan/context).
 * @example
 * const jobs = attach<Receiver<Job>>(workerData.jobs);
 */
export function attach<H>(token: Shared<H>, options?: AttachOptions<unknown>): H;
export function attach<H>(token: unknown, options?: AttachOptions<unknown>): H;
export function attach<H>(given: unknown, options?: AttachOptions<unknown>): H {
  // Read once: a getter may say something else the next time.
  const token: unknown = (given as TokenBody | undefined)?.hchan === 'token' ? { ...(given as TokenBody) } : given;
  const checked = checkOptions(options) as { codec?: unknown } | undefined;
  if (isContextToken(token)) return attachContext(token as unknown as Shared<Context>) as H;
  if (!isToken(token)) throw new TypeError(`attach needs a token made by share(), not ${show(given)}`);
  const engine = checkOneOf("the token's engine", token.engine, NATIVE_AND_SHARED);
  if (token.version !== 1) throw unfit("the token's version", '1', token.version);
  if (![Direction.SEND, Direction.RECV, Direction.BOTH].includes(token.direction)) {
    throw unfit("the token's direction", '1, 2 or 3', token.direction);
  }
  const port: Port = engineNamed(engine).attach(token, codecOf(token, checked?.codec));
  return makeHandle(port) as unknown as H;
}

/** `given` as a codec; whoever has given a name meant the codec of that name. */
function codecGiven(given: unknown): Codec<unknown> {
  if (typeof given === 'string' && Object.hasOwn(codecs, given)) throw unfit('codec', `a codec, as codec.${given}`, given);
  return checkCodec(given);
}

function codecOf(token: TokenBody, given: unknown): Codec<unknown> {
  if (given !== undefined) {
    const codec = codecGiven(given);
    if (codec.id === token.codec) return codec;
    throw new CodecError(`${label(token)} has codec '${token.codec}', but attach was given '${codec.id}'`);
  }
  if (token.spec === undefined) {
    throw new CodecError(`${label(token)} has the custom codec '${token.codec}': pass it, attach(token, { codec })`);
  }
  const codec = codecFromSpec(token.spec) as Codec<unknown>;
  if (codec.id === token.codec) return codec;
  throw new CodecError(`the token says codec '${token.codec}', but describes '${codec.id}'`);
}
