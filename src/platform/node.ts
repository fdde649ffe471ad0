/** What differs between hosts: Node (and what speaks its modules). The twin for browsers is web.ts. */
import { AsyncResource } from 'node:async_hooks';
import { nextTick } from 'node:process';
import { isMainThread as main } from 'node:worker_threads';

/** How many threads can run at once. */
export { availableParallelism } from 'node:os';

/** Whether blocking this thread would block the whole program. Deno takes its Web Workers for main threads. */
export const isMainThread: boolean = main && !('WorkerGlobalScope' in globalThis);

/** What runs a function in the asynchronous context of now (AsyncLocalStorage), whoever calls it. */
export function context(): (run: () => void) => void {
  const resource = new AsyncResource('hchan');
  return (run) => resource.runInAsyncScope(run);
}

/** Runs `turn` once the event loop has looked at its other events. */
export const defer: (turn: () => void) => void = setImmediate;

/** Runs `work` once nothing is left to run before the event loop goes on. */
export const beforeIdle: (work: () => void) => void = nextTick;

/** An environment variable, or undefined, also where Deno does not permit to look. */
export function environment(name: string): string | undefined {
  try {
    return process.env[name];
  } catch {
    return undefined;
  }
}

/** The native engine, or why there is none. */
export { nativeEngine } from '../native/engine.js';
