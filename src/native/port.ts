/**
 * A handle's end of a native channel: the hot path, at most one native call a message.
 *
 * A port that is collected gives its handle back; one that has an operation waiting is held by the operation table
 * (park.ts). A port that is disposed has given it back at once, also in a thread whose event loop never turns, where nothing is told of what is collected.
 */
import { type Codec, decodeMessage, isFallible, type Reader } from '../codec/codec.js';
import * as Direction from '../direction.js';
import { CLOSED, EMPTY, type EngineName, type Port } from '../engine.js';
import { label } from '../errors.js';
import { Faults } from '../faults.js';
import { Ends } from '../patience.js';
import { scratch } from '../scratch.js';
import * as Status from '../status.js';
import type { TokenBody } from '../token.js';
import { Ahead } from './ahead.js';
import { native } from './binding.js';
import * as Code from './code.js';
import { Credit } from './credit.js';
import { nativeFactory } from './engine.js';
import { failure, unsent } from './failure.js';
import { decode, fetchHeld, makeRoom, send } from './message.js';
import { fill, receiveMany, receiveOneByOne } from './receiving.js';
import { type Elements, sendMany } from './sending.js';
import { writeToken } from './token.js';
import { Flavor } from './wire.js';
import * as Word from './word.js';

const NAMES: readonly EngineName[] = Object.keys(Flavor) as (keyof typeof Flavor)[];

const collected = new FinalizationRegistry<number>((handle) => native.release(handle));

/** What the addon gives out to nobody. */
const NO_HANDLE = 0;

export class NativePort<T = unknown> implements Port<T> {
  readonly engine = nativeFactory;
  readonly engineName: EngineName;
  readonly id: number;
  readonly name: string | undefined;
  readonly capacity: number;
  readonly direction: Direction.Direction;
  readonly codec: Codec<T>;
  /** The addon's number for this handle, `NO_HANDLE` once it was given back; for this folder only. */
  handle: number;
  /** How errors call the channel. */
  readonly label: string;
  readonly ends: Ends;
  /** How many messages are received. */
  readonly #receive: typeof receiveMany;
  /** A rendezvous and the mutex engine lend nothing and give no credit, and each end needs one of the two. */
  readonly #ahead: Ahead | undefined;
  readonly #credit: Credit | undefined;
  readonly faults = new Faults();

  /** Takes over `handle`, which the addon has just made and described in the header. */
  constructor(handle: number, direction: Direction.Direction, codec: Codec<T>, name: string | undefined) {
    const { words } = scratch;
    const capacity = words[Word.CAPACITY] as number;
    this.engineName = NAMES[words[Word.FLAVOR] as number] as EngineName;
    this.id = (words[Word.ID_HIGH] as number) * 2 ** 32 + ((words[Word.ID_LOW] as number) >>> 0);
    this.name = name;
    this.capacity = capacity < 0 ? Infinity : capacity;
    this.direction = direction;
    this.codec = codec;
    this.handle = handle;
    this.label = label(this);
    const gated = this.engineName !== 'mutex';
    const fallible = isFallible(codec as Codec<unknown>);
    // What decodes by user code may itself receive.
    this.#receive = fallible ? receiveOneByOne : receiveMany;
    this.#ahead = gated && direction !== Direction.SEND ? new Ahead(this as NativePort<unknown>) : undefined;
    this.#credit = gated && direction !== Direction.RECV && !fallible ? new Credit(this as NativePort<unknown>) : undefined;
    this.ends = new Ends(this.capacity);
    collected.register(this, handle, this);
  }

  length(): number {
    if (this.handle === NO_HANDLE) return native.lengthOf(...halves(this.id));
    return Math.max(0, native.length(this.handle));
  }

  closed(): boolean {
    if (this.handle === NO_HANDLE) return native.closedOf(...halves(this.id)) !== 0;
    return native.closed(this.handle) !== 0;
  }

  trySend(value: T): Status.Status {
    const code = this.#credit === undefined ? send(this, value) : this.#credit.send(value);
    return code === 0 ? Status.DONE : unsent(code, this);
  }

  trySendMany(values: ArrayLike<T>, from: number): number {
    return sendMany(this as NativePort<unknown>, values, from);
  }

  tryRecv(): T | typeof EMPTY | typeof CLOSED {
    this.faults.report();
    const ahead = this.#ahead;
    if (ahead === undefined) return this.received(native.tryRecv(this.handle));
    if (ahead.claim()) return decodeMessage(this.codec, ahead.reader as Reader, this.label) as T;
    return this.received(ahead.tryRecv());
  }

  tryLent(): T | typeof EMPTY {
    const ahead = this.#ahead;
    this.faults.report();
    if (!ahead?.claim()) return EMPTY;
    return decodeMessage(this.codec, ahead.reader as Reader, this.label) as T;
  }

  /** What the answer to `tryRecv` or its kin means. */
  received(code: number): T | typeof EMPTY | typeof CLOSED {
    if (code >= 0) return decode(this, code);
    if (code === Code.BLOCKED) return EMPTY;
    if (code === Code.CLOSED) return CLOSED;
    if (code !== Code.NEED_GROW) throw failure(code, this);
    makeRoom();
    return decode(this, fetchHeld(this));
  }

  tryRecvMany(into: T[], max: number): number {
    this.faults.report();
    return this.#receive(this as NativePort<unknown>, into, max);
  }

  tryRecvInto(into: ArrayLike<T>): number {
    this.faults.report();
    return fill(this as NativePort<unknown>, into as ArrayLike<unknown> as Elements);
  }

  linger(send: boolean): boolean {
    return this.ends.linger(send, (want, microseconds) => native.linger(this.handle, send ? -want : want, microseconds));
  }

  close(): boolean {
    return native.close(this.handle) === 1;
  }

  clone(direction: Direction.Direction): NativePort<T> {
    const handle = native.clone(this.handle, direction);
    if (handle < 0) throw failure(handle, this);
    return new NativePort(handle, direction, this.codec, this.name);
  }

  share(): TokenBody {
    return writeToken(this);
  }

  dispose(): void {
    collected.unregister(this);
    native.release(this.handle);
    this.handle = NO_HANDLE;
  }
}

/** The low and the high 32 bits of an id. */
function halves(id: number): [number, number] {
  return [id | 0, Math.floor(id / 2 ** 32)];
}
