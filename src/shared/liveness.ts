/**
 * Who lives, where neither Linux nor Node says so: a Web Lock that each thread holds until it dies.
 *
 * The browser lets go of a worker's locks when the worker is terminated, and nobody else can. So a thread that wants to know
 * whether another one lives asks for its lock: to get it is to know. The answer comes with the event loop, not at once; a thread
 * that blocks learns it from one that does not.
 */
import type { Arena } from './arena.js';
import { isDeno, threadId, tidLives } from './host.js';
import * as Thread from './layout/thread.js';
import { THREAD_WORDS, THREADS } from './layout.js';

interface Locks {
  request(name: string, use: () => Promise<unknown>): Promise<unknown>;
  request(name: string, options: { ifAvailable: true }, use: (lock: object | null) => unknown): Promise<unknown>;
}

function locks(): Locks | undefined {
  // Node tells of exits itself. In Deno a lock that is held keeps its thread going, which only a Web Worker does anyway.
  const { process } = globalThis as { process?: { versions?: { node?: string } } };
  if (process?.versions?.node !== undefined && !isDeno) return undefined;
  return (globalThis as { navigator?: { locks?: Locks } }).navigator?.locks;
}

function nameOf(arena: Arena, slot: number): string {
  return `hchan ${arena.id} ${slot} ${arena.i32[THREADS + slot * THREAD_WORDS + Thread.GENERATION]}`;
}

/** WEB_LOCK: 0, or what its thread has done about its lock. */
const HELD = 1;
const ASKED_FOR = 2;

/** Holds this thread's lock from now on, if there are such locks and they are needed. */
export function holdWebLock(arena: Arena, given: Locks | undefined = locks()): void {
  const { i32, thread } = arena;
  if (given === undefined || tidLives(i32[thread + Thread.TID] as number) !== undefined) return;
  if (isDeno && (threadId !== 0 || !('WorkerGlobalScope' in globalThis))) return;
  given.request(nameOf(arena, arena.slot), () => {
    Atomics.store(i32, thread + Thread.WEB_LOCK, HELD);
    return new Promise(() => {});
  });
  Atomics.compareExchange(i32, thread + Thread.WEB_LOCK, 0, ASKED_FOR);
}

/** Locks that were free although their threads had asked for them. */
const free = new Set<string>();

/**
 * Calls `onDead`, some time later, if the thread in `slot` holds its lock no more. A thread that died before it heard that
 * it has the lock is found by the second question: by then the host had dealt with its request.
 */
export function askWebLock(arena: Arena, slot: number, onDead: () => void, given: Locks | undefined = locks()): void {
  const state = Atomics.load(arena.i32, THREADS + slot * THREAD_WORDS + Thread.WEB_LOCK);
  if (state === 0) return;
  const name = nameOf(arena, slot);
  given?.request(name, { ifAvailable: true }, (lock) => {
    if (lock === null || name !== nameOf(arena, slot)) free.delete(name);
    else if (state === HELD || free.delete(name)) onDead();
    else free.add(name);
  });
}
