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

/** A port that is never ready. */
export function openNever<T>(codec: Codec<T>, direction: Direction = Direction.BOTH): Port<T> {
  return {
    engine: neverEngine,
    engineName: 'local',
    id: 0,
    name: 'never',
    capacity: 0,
    direction,
    codec,
    length: () => 0,
    closed: () => false,
    trySend: () => Status.BLOCKED,
    trySendMany: () => 0,
    tryRecv: () => EMPTY,
    tryRecvMany: () => 0,
    // As closing Go's nil channel panics: reported as closed already.
    close: () => false,
    clone: (narrower) => openNever(codec, narrower),
    share() {
      throw new TypeError('never() stays in its thread: call never() in the other one');
    },
    dispose() {},
  };
}

/** Whether no operation on `port` is ever ready. */
export function isNever(port: Port<never> | Port): boolean {
  return (port as Port).engine === neverEngine;
}
