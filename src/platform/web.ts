/** What differs between hosts: browsers and other hosts without Node's modules. The twin for Node is node.ts. */
import type { EngineFactory } from '../engine.js';

/** How many threads can run at once. */
export const availableParallelism = (): number =>
  (globalThis as unknown as { navigator: { hardwareConcurrency: number } }).navigator.hardwareConcurrency;

/** Whether blocking this thread would block the whole program. */
export const isMainThread: boolean = 'document' in globalThis;

const { port1, port2 } = new MessageChannel();
const turns: (() => void)[] = [];
(port1 as unknown as { onmessage: () => void }).onmessage = () => turns.shift()?.();

/** There are no asynchronous contexts. */
export const context = () => (run: () => void) => run();

/** Runs `turn` once the event loop has looked at its other events. */
export function defer(turn: () => void): void {
  port2.postMessage(0);
  turns.push(turn);
}

/** There is nothing that would have to be let go of: a page has no process to keep alive. */
export const beforeIdle: (work: () => void) => void = queueMicrotask;

/** An environment variable: there are none here. */
export function environment(_name: string): undefined {
  return undefined;
}

/** Why there is no native engine. */
export function nativeEngine(): EngineFactory | Error {
  return new Error('the native engine needs Node');
}
