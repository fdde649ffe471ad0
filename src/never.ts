/**
 * Go's nil channel: no operation on it is ever ready, and what waits on it waits until it is withdrawn.
 */
import type { Codec } from './codec/codec.js';
import { Direction, EMPTY, type Engine, type Parked, type Port, Status } from './engine.js';

/** An operation that only its owner can end. */
const WAITING: Parked = { cancel: () => true };

const neverEngine: Engine = {
  name: 'local',
  trySelect: () => false,
  park: () => WAITING,
  // Waits for nothing, where worker.terminate() and process.exit() reach it.
  block(_cases, _biased, timeout) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, timeout);
    return false;
  },
};

class NeverPort<T> implements Port<T> {
  readonly engine = neverEngine;
  readonly engineName = 'local';
  readonly id = 0;
  readonly name = 'never';
  readonly capacity = 0;
  readonly direction: Direction;
  readonly codec: Codec<T>;

  constructor(direction: Direction, codec: Codec<T>) {
    this.direction = direction;
    this.codec = codec;
  }

  length(): number {
    return 0;
  }
  closed(): boolean {
    return false;
  }
  trySend(): Status {
    return Status.BLOCKED;
  }
  trySendMany(): number {
    return 0;
  }
  tryRecv(): typeof EMPTY {
    return EMPTY;
  }
  tryRecvMany(): number {
    return 0;
  }
  /** As closing Go's nil channel panics: reported as closed already. */
  close(): boolean {
    return false;
  }
  clone(direction: Direction): Port<T> {
    return new NeverPort<T>(direction, this.codec);
  }
  share(): never {
    throw new TypeError('never() stays in its thread: call never() in the other one');
  }
  dispose(): void {}
}

/** A port that is never ready. */
export function openNever<T>(codec: Codec<T>): Port<T> {
  return new NeverPort<T>(Direction.BOTH, codec);
}

/** Whether no operation on `port` is ever ready. */
export function isNever(port: Port<never> | Port): boolean {
  return (port as Port).engine === neverEngine;
}
