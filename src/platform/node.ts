/** What differs between hosts: Node (and what speaks its modules). The twin for browsers is web.ts. */
import { isMainThread as main } from 'node:worker_threads';
import type { EngineFactory } from '../engine.js';
import { nativeEngine as native } from '../native/engine.js';

/** Whether blocking this thread would block the whole program. */
export const isMainThread: boolean = main;

/** Runs `turn` once the event loop has looked at its other events. */
export const defer: (turn: () => void) => void = setImmediate;

/** An environment variable, or undefined. */
export function environment(name: string): string | undefined {
  return process.env[name];
}

/** The native engine, or why there is none. */
export function nativeEngine(): EngineFactory | Error {
  return native();
}
