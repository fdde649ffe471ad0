/** What differs between hosts: browsers and other hosts without Node's modules. The twin for Node is node.ts. */
import type { EngineFactory } from '../engine.js';

/** How many threads can run at once; where nobody says so, more than one. */
export const availableParallelism = (): number =>
  (globalThis as { navigator?: { hardwareConcurrency?: number } }).navigator?.hardwareConcurrency ?? 2;

/** Whether blocking this thread would block the whole program. */
export const isMainThread: boolean = 'document' in globalThis;

interface Port {
  onmessage: () => void;
  postMessage(data: number): void;
  /** Of Node, whose processes a port that listens keeps alive; so one does while it has something to do. */
  ref?(): void;
  unref?(): void;
}
const { port1, port2 } = new MessageChannel() as unknown as { port1: Port; port2: Port };
const turns: (() => void)[] = [];
port1.onmessage = () => {
  const turn = turns.shift();
  if (turns.length === 0) port1.unref?.();
  turn?.();
};
port1.unref?.();

/** There are no asynchronous contexts. */
export const context = () => (run: () => void) => run();

/** Runs `turn` once the event loop has looked at its other events. */
export function defer(turn: () => void): void {
  port2.postMessage(0);
  if (turns.push(turn) === 1) port1.ref?.();
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
