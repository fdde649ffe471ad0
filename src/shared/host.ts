/**
 * What the host says of threads: this one's number, and whether another one lives.
 *
 * Node says when a worker that this thread has started exits; Linux knows at any moment which threads a process has.
 * A host that says neither (a browser, Deno without permission to see /proc) has Web Locks, which die with their thread; see
 * liveness.ts. No module is imported for it, so that this loads everywhere.
 */
import { builtin } from '../platform/builtin.js';

interface Files {
  existsSync(path: string): boolean;
  readlinkSync(path: string): string;
}
interface Threads {
  readonly threadId: number;
  getEnvironmentData?(key: string): unknown;
  setEnvironmentData?(key: string, value: unknown): void;
}
interface ExitingWorker {
  readonly threadId: number;
  once?(event: 'exit', listener: () => void): unknown;
  /** Bun's Web Workers. */
  addEventListener?(event: 'close', listener: () => void): unknown;
}
interface Host {
  readonly platform?: string;
  on?(event: 'worker', listener: (worker: ExitingWorker) => void): unknown;
}

const host = (globalThis as { process?: Host }).process;
const files = host?.platform === 'linux' ? (builtin('fs') as Files | undefined) : undefined;

const threads = builtin('worker_threads') as Threads | undefined;
const KEY = 'hchan.shared';

/** Node's number of this thread; 0 for the main thread and where there is no such number. */
export const threadId: number = threads?.threadId ?? 0;

/** The kernel's number of this thread, 0 if it is not known. */
export function ownTid(): number {
  try {
    return Number(files?.readlinkSync('/proc/thread-self').split('/').pop() ?? 0);
  } catch {
    return 0;
  }
}

/** Whether the thread with the kernel's number `tid` lives; undefined if nobody can tell. */
export function tidLives(tid: number): boolean | undefined {
  if (tid === 0 || files === undefined) return undefined;
  return files.existsSync(`/proc/self/task/${tid}`);
}

/** Whether this is Deno, which tells of exits while the thread still runs, and has Web Locks. */
export const isDeno: boolean = 'Deno' in globalThis;

/** Calls `onExit` with the number of each worker that this thread starts from now on, when the host says that it has exited. */
export function onWorkerExit(onExit: (threadId: number) => void): void {
  if (isDeno && ownTid() === 0) return;
  host?.on?.('worker', (worker) => {
    const { threadId } = worker;
    const exited = (): void => onExit(threadId);
    if (worker.once === undefined) worker.addEventListener?.('close', exited);
    else worker.once('exit', exited);
  });
}

/** What `passOn` was given in a thread that started this one, if anything. */
export function inherited(): unknown {
  return threads?.getEnvironmentData?.(KEY);
}

/** Gives `memory` to every thread that this one starts from now on. */
export function passOn(memory: SharedArrayBuffer): void {
  threads?.setEnvironmentData?.(KEY, memory);
}

type WaitAsync = (
  words: Int32Array,
  index: number,
  value: number,
) => { readonly async: boolean; readonly value: Promise<string> };

/** `Atomics.waitAsync`, which this project's `lib` does not know yet, and some hosts neither. */
export const waitAsync: WaitAsync | undefined = (Atomics as { waitAsync?: WaitAsync }).waitAsync;
