/**
 * Go's nil channel: no operation on it is ever ready, and what waits on it waits until it is withdrawn.
 */
import * as Direction from './direction.js';
import { EMPTY, type Engine, type Port } from './engine.js';
import { idle } from './idle.js';
import { BY_REFERENCE } from './local/source.js';
import * as Status from './status.js';

const neverEngine: Engine = { name: 'local', ...idle };

/** A port that is never ready. */
export function openNever<T>(direction: Direction.Direction = Direction.BOTH): Port<T> {
  return {
    engine: neverEngine,
    engineName: 'local',
    id: 0,
    name: 'never',
    capacity: 0,
    direction,
    codec: BY_REFERENCE,
    length: () => 0,
    closed: () => false,
    trySend: () => Status.BLOCKED,
    trySendMany: () => 0,
    tryRecv: () => EMPTY,
    tryRecvMany: () => 0,
    // As closing Go's nil channel panics: reported as closed already.
    close: () => false,
    clone: (narrower) => openNever(narrower),
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
