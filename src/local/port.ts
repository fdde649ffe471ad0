/**
 * A handle's end of a local channel: counts one handle of its direction, and passes operations to `hchan`.
 *
 * A port that is collected without `dispose` gives its handle back too. One that has an operation waiting is not
 * collected: its channel's queue holds it, and every other handle's record holds the channel. For the same reason a
 * channel that carries its own handle by reference is not collected while it does.
 */
import type { Codec } from '../codec/codec.js';
import * as Direction from '../direction.js';
import { CLOSED, EMPTY, type Port, type Waiter } from '../engine.js';
import { label } from '../errors.js';
import * as Status from '../status.js';
import type { Sudog } from '../sudog.js';
import type { TokenBody } from '../token.js';
import { local } from './engine.js';
import { chanrecv, chansend, closechan, disconnect, type Hchan, receivable, sendable } from './hchan.js';
import { perform } from './select.js';

// V8 takes what a module declares for constant, and looks up what it imports at every use.
const BLOCKED = Status.BLOCKED;
const DONE = Status.DONE;

/** One counted handle, apart from its port, so that it can be given back after the port was collected. */
class Counted {
  #c: Hchan | null;
  readonly #direction: Direction.Direction;

  constructor(c: Hchan, direction: Direction.Direction) {
    this.#c = c;
    this.#direction = direction;
    if (direction & Direction.SEND) c.senders++;
    if (direction & Direction.RECV) c.receivers++;
  }

  giveBack(): void {
    const c = this.#c;
    if (c === null) return;
    this.#c = null;
    // The last sender closes; the last receiver disconnects.
    if (this.#direction & Direction.SEND && --c.senders === 0) closechan(c);
    if (this.#direction & Direction.RECV && --c.receivers === 0) {
      disconnect(c);
      c.source?.onGone?.();
    }
  }
}

const collected = new FinalizationRegistry<Counted>((counted) => counted.giveBack());

export class LocalPort<T> implements Port<T> {
  readonly engine = local;
  readonly engineName = 'local';
  readonly id: number;
  readonly name: string | undefined;
  readonly capacity: number;
  /** The channel; for the engine only. */
  readonly c: Hchan;
  readonly direction: Direction.Direction;
  readonly codec: Codec<T>;
  readonly #counted: Counted;
  /** Whether operations of this handle may be listed in the channel's queues only. */
  #lists = false;

  constructor(c: Hchan, direction: Direction.Direction, codec: Codec<T>) {
    this.c = c;
    this.id = c.id;
    this.name = c.name;
    this.capacity = c.dataqsiz;
    this.direction = direction;
    this.codec = codec;
    this.#counted = new Counted(c, direction);
    // A source holds nothing that would have to be given back, and its closures usually hold the port.
    if (c.source === undefined) collected.register(this, this.#counted, this);
  }

  length(): number {
    this.c.source?.poll?.();
    return this.c.buf.qcount;
  }

  closed(): boolean {
    this.c.source?.poll?.();
    return this.c.closed;
  }

  trySend(value: T): Status.Status {
    return chansend(this.c, value);
  }

  trySendMany(values: ArrayLike<T>, from: number): number {
    // A receiver may run in here and change the array: what went is what was counted.
    let i = from;
    for (; i < values.length; i++) {
      const status = chansend(this.c, values[i]);
      if (status !== DONE) return i > from || status === BLOCKED ? i - from : -status;
    }
    return i - from;
  }

  tryRecv(): T | typeof EMPTY | typeof CLOSED {
    return chanrecv(this.c) as T | typeof EMPTY | typeof CLOSED;
  }

  tryRecvMany(into: T[], max: number): number {
    for (let count = 0; count < max; count++) {
      const value = chanrecv(this.c);
      if (value === EMPTY) return count;
      if (value === CLOSED) return count > 0 ? count : -1;
      into.push(value as T);
    }
    return max;
  }

  lists(send: boolean): boolean {
    // All that wait are this handle's. Of a channel's handles at most one living one has ever been the only one of its
    // direction, so only one ever looks through the queue for its operations.
    const alone = (send ? this.c.senders : this.c.receivers) === 1;
    this.#lists ||= alone;
    return alone;
  }

  enqueue(send: boolean, operation: Sudog & Waiter): boolean {
    const { c } = this;
    // Other code may have run since the last try: a getter of an array, a hook of the host.
    if ((send ? sendable(c) : receivable(c)) !== BLOCKED && perform(c, send, operation.elem, 0, operation)) return false;
    (send ? c.sendq : c.recvq).enqueue(operation);
    return true;
  }

  waiting(): Sudog[] {
    return this.#lists ? [...this.c.recvq, ...this.c.sendq] : [];
  }

  close(): boolean {
    return closechan(this.c);
  }

  clone(direction: Direction.Direction): LocalPort<T> {
    return new LocalPort(this.c, direction, this.codec);
  }

  /** Always a TypeError: values of a local channel travel by reference, which no thread but this one can follow. */
  share(): TokenBody {
    const instead = this.c.source === undefined ? 'to share one, make it with another engine' : 'make one in each thread';
    throw new TypeError(`${label(this)} has engine 'local' and stays in its thread; ${instead}`);
  }

  dispose(): void {
    collected.unregister(this);
    this.#counted.giveBack();
  }
}
