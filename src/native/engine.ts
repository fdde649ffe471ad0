/**
 * Engine `native`: the addon behind the border. It never keeps the process alive, and it is loaded on first use.
 */
import type { Codec } from '../codec/codec.js';
import * as Direction from '../direction.js';
import type { Case, Engine, EngineFactory, EngineName, OpenOptions, Parked, Port, Waiter } from '../engine.js';
import { faulty } from '../faults.js';
import { linger, met } from '../patience.js';
import type { TokenBody } from '../token.js';
import { connect, native } from './binding.js';
import { block } from './block.js';
import { describe } from './cases.js';
import * as Code from './code.js';
import { failure } from './failure.js';
import { encode } from './message.js';
import { areUntold, Operation, onCompletions, onOwnCompletions, settle, stayAwake, sweepLater } from './park.js';
import { NativePort } from './port.js';
import { readToken } from './token.js';
import { Flavor } from './wire.js';

/** Tells `waiter` how it ended, which `code`, an answer of the addon below 1, says. */
function conclude(code: number, cases: readonly Case[], waiter: Waiter): null {
  if (code < 0 && code !== Code.NEED_GROW) throw failure(code, (cases[0] as Case).port);
  settle(cases, waiter, code);
  return null;
}

/** Operation `number` has parked: waits a moment for it, if it is likely to end soon. How it ended, below 1; else its number. */
function awaited(number: number, cases: readonly Case[]): number {
  let code = 0;
  const look = (_want: number, microseconds: number) => {
    code = native.settled(number, microseconds);
    return Number(code !== 0);
  };
  try {
    if (areUntold() || !met(cases, look, stayAwake)) return number;
    if (cases.length > 1) sweepLater();
  } catch {
    // The stack is full: it waits on, unless it was seen to have ended.
    if (code === 0) return number;
  }
  return Math.min(code, 0);
}

/** Parks one send or receive, without a description. */
function parkOne({ port, send, value }: Case): number {
  if (!send) return native.parkRecv((port as NativePort).handle);
  encode(port as NativePort, value);
  // Not before: what encodes may dispose the port, and its number may then be another one's.
  return native.parkSend((port as NativePort).handle);
}

export const nativeFactory: EngineFactory & Engine = {
  name: 'native',

  open<T>(name: EngineName, options: OpenOptions<T>): Port<T> {
    const capacity = options.capacity === Infinity ? -1 : options.capacity;
    const handle = native.open(Flavor[name as keyof typeof Flavor], capacity);
    if (handle < 0) throw failure(handle, { name: options.name ?? 'new', id: 0 });
    return new NativePort(handle, Direction.BOTH, options.codec, options.name);
  },

  attach<T>(body: TokenBody, codec: Codec<T>): Port<T> {
    return new NativePort(readToken(body), body.direction, codec, body.name);
  },

  trySelect(cases: readonly Case[], biased: boolean, waiter: Waiter): boolean {
    if (faulty(cases, waiter)) return true;
    const code = native.selectTry(describe(cases), cases.length, biased ? 1 : 0);
    return code !== Code.BLOCKED && conclude(code, cases, waiter) === null;
  },

  park(cases: readonly Case[], biased: boolean, waiter: Waiter): Parked | null {
    if (faulty(cases, waiter)) return null;
    const operation = new Operation(cases, waiter);
    const [only] = cases;
    const number =
      cases.length === 1 && only !== undefined ? parkOne(only) : native.selectPark(describe(cases), cases.length, biased ? 1 : 0);
    if (number <= 0) return conclude(number, cases, waiter);
    operation.entered(number);
    const code = awaited(number, cases);
    if (code > 0) return operation;
    operation.left();
    return conclude(code, cases, waiter);
  },

  linger(cases: readonly Case[]): boolean {
    return linger(cases, (_want, microseconds) => native.lingerAny(describe(cases, true), cases.length, microseconds));
  },

  block(cases: readonly Case[], biased: boolean, timeout: number, waiter: Waiter): boolean {
    return faulty(cases, waiter) || block(cases, biased, timeout, waiter);
  },

  watch(cases: readonly Case[], onReady: () => void): Parked | null {
    const operation = new Operation([], { settle: onReady, fail: onReady });
    const number = native.selectPark(describe(cases, true), cases.length, 1);
    if (number < 0) throw failure(number, (cases[0] as Case).port);
    if (number === 0) return null;
    operation.entered(number);
    return operation;
  },
};

let engine: EngineFactory | Error | undefined;

/** The engine, or why there is none in this thread. */
export function nativeEngine(): EngineFactory | Error {
  if (engine === undefined) {
    // A hook of the host (`async_hooks`) may run meanwhile, and ask as well.
    engine = new Error('it is being loaded');
    try {
      const loaded = connect(onCompletions, onOwnCompletions);
      engine = loaded instanceof Error ? loaded : nativeFactory;
    } catch (error) {
      // Deno throws for what it does not permit.
      engine = error as Error;
    }
  }
  return engine;
}
