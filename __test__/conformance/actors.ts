/**
 * Actors: this thread, or a worker that obeys scripts; and pairings, which say who of two ends is where and whether it
 * awaits or blocks. Workers are started once per file and reused; a stuck one is replaced.
 */
import { Worker } from 'node:worker_threads';
import type { Channel, Receiver, Sender } from 'hchan';
import { afterAll, afterEach } from 'vitest';
import type { EngineCase } from './engines.js';
import { Actor, Word } from './script.mjs';

export type Mode = 'loop' | 'blocking';
export type Step = readonly [operation: string, ...operands: unknown[]];
// biome-ignore lint/suspicious/noExplicitAny: results are what a script's author knows them to be
export type Result = any;
type Handle = Channel<never> | Sender<never> | Receiver<never>;

/** A promise and what settles it. */
export interface Deferred {
  readonly promise: Promise<Result>;
  resolve(value: Result): void;
  reject(reason: unknown): void;
}

/** One end of a test: where it is and how it waits. */
export interface End {
  /** Makes `handle` known under `name` to this end's scripts. */
  give(name: string, handle: unknown): Promise<void>;
  /** Runs steps and gives one result each. */
  run(...steps: Step[]): Promise<Result[]>;
  /** Runs one step and gives its result. */
  one(...step: Step): Promise<Result>;
  /** Steps started so far by this actor. */
  steps(): number;
}

abstract class Words {
  readonly shared = new SharedArrayBuffer(Word.SIZE * 4);
  readonly words = new Int32Array(this.shared);

  steps(): number {
    return Atomics.load(this.words, Word.STEPS);
  }
  /** Ends a `spin` step. */
  openGate(): void {
    Atomics.store(this.words, Word.GATE, 1);
  }
}

/** The test's own thread as an actor. */
export class Here extends Words {
  readonly #actor = new Actor(this.words);

  async give(name: string, handle: unknown): Promise<void> {
    this.#actor.give(name, handle);
  }
  run(steps: readonly Step[], mode: Mode): Promise<Result[]> {
    return this.#actor.run(steps, mode);
  }
  async drop(): Promise<void> {
    this.#actor.drop();
  }
}

/** A worker as an actor. */
export class Peer extends Words {
  readonly worker: Worker;
  #next = 1;
  #exited = false;
  readonly #waiting = new Map<number, Deferred>();

  constructor() {
    super();
    this.worker = new Worker(new URL('./peer.mjs', import.meta.url), { workerData: { shared: this.shared } });
    this.#waiting.set(0, deferred());
    this.worker.on('message', ({ id, result, failure }) => {
      const asked = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (failure === undefined) asked?.resolve(result);
      else asked?.reject(new Error(`in a peer: ${failure.error}: ${failure.message}`));
    });
    this.worker.on('error', (error) => this.#fail(error));
    this.worker.on('exit', () => this.#fail(new Error('the peer has exited')));
  }

  static async start(): Promise<Peer> {
    const peer = new Peer();
    await peer.#waiting.get(0)?.promise;
    return peer;
  }

  get idle(): boolean {
    return !this.#exited && this.#waiting.size === 0;
  }

  #fail(error: Error): void {
    this.#exited = true;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  #ask(message: object): Promise<Result> {
    if (this.#exited) return Promise.reject(new Error('the peer has exited'));
    const id = this.#next++;
    const asked = deferred();
    this.#waiting.set(id, asked);
    this.worker.postMessage({ ...message, id });
    return asked.promise;
  }

  /** `handle` may be a handle, which is shared, or a token. */
  give(name: string, handle: unknown): Promise<void> {
    const token = 'share' in (handle as object) ? (handle as Handle).share() : handle;
    return this.#ask({ command: 'give', name, token });
  }
  run(steps: readonly Step[], mode: Mode): Promise<Result[]> {
    return this.#ask({ command: 'run', steps, mode });
  }
  drop(): Promise<void> {
    return this.#ask({ command: 'drop' });
  }
}

export function deferred(): Deferred {
  let resolve!: (value: Result) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<Result>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  promise.catch(() => {});
  return { promise, resolve, reject };
}

/** An actor seen in one mode. */
function end(actor: Here | Peer, mode: Mode): End {
  return {
    give: (name, handle) => actor.give(name, handle),
    run: (...steps) => actor.run(steps, mode),
    one: async (...step) => (await actor.run([step], mode))[0],
    steps: () => actor.steps(),
  };
}

export type Place = 'here' | 'A' | 'B' | 'C' | 'D';

/** The actors of one test file. */
export class Stage {
  readonly here = new Here();
  readonly #peers = new Map<Place, Promise<Peer>>();

  constructor() {
    afterEach(() => this.#clear());
    afterAll(() => this.#leave());
  }

  actor(place: Place): Promise<Here | Peer> {
    return place === 'here' ? Promise.resolve(this.here) : this.peer(place);
  }

  peer(place: Place): Promise<Peer> {
    let peer = this.#peers.get(place);
    if (peer === undefined) {
      peer = Peer.start();
      this.#peers.set(place, peer);
    }
    return peer;
  }

  async end(place: Place, mode: Mode): Promise<End> {
    return end(await this.actor(place), mode);
  }

  /** The two ends of a pairing, both knowing the channel as `c`. */
  async pair(pairing: Pairing, channel: unknown): Promise<{ sender: End; receiver: End }> {
    const sender = await this.end(pairing.sender[0], pairing.sender[1]);
    const receiver = await this.end(pairing.receiver[0], pairing.receiver[1]);
    await sender.give('c', channel);
    if (pairing.sender[0] !== pairing.receiver[0]) await receiver.give('c', channel);
    return { sender, receiver };
  }

  async #clear(): Promise<void> {
    await this.here.drop();
    for (const [place, starting] of [...this.#peers]) {
      const peer = await starting.catch(() => undefined);
      if (peer?.idle) await peer.drop();
      else {
        this.#peers.delete(place);
        await peer?.worker.terminate();
      }
    }
  }

  async #leave(): Promise<void> {
    for (const starting of this.#peers.values()) await (await starting.catch(() => undefined))?.worker.terminate();
  }
}

/** Who of two ends is where, and whether it awaits or blocks. */
export interface Pairing {
  readonly title: string;
  readonly sender: readonly [Place, Mode];
  readonly receiver: readonly [Place, Mode];
}

const pairing = (sender: Pairing['sender'], receiver: Pairing['receiver'], where: string): Pairing => ({
  title: `${sender[1]}→${receiver[1]}, ${where}`,
  sender,
  receiver,
});

const SAME_THREAD = pairing(['here', 'loop'], ['here', 'loop'], 'same thread');
const ACROSS: readonly Pairing[] = [
  pairing(['A', 'loop'], ['A', 'loop'], 'same worker'),
  pairing(['here', 'loop'], ['A', 'loop'], 'across workers'),
  pairing(['here', 'loop'], ['A', 'blocking'], 'across workers'),
  pairing(['A', 'blocking'], ['here', 'loop'], 'across workers'),
  pairing(['A', 'blocking'], ['B', 'blocking'], 'across workers'),
];

/** The pairings an engine can have. */
export function pairings(engine: EngineCase): readonly Pairing[] {
  return engine.crossesThreads ? [SAME_THREAD, ...ACROSS] : [SAME_THREAD];
}

/** Waits for a state that another thread brings about; the test's timeout is the watchdog. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** Gives another thread the time to park: makes the interesting interleaving likely, and no assertion depends on it. */
export function breathe(ms = 3): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** What has become of a promise by now. */
export async function state(promise: Promise<unknown>): Promise<'pending' | 'fulfilled' | 'rejected'> {
  const pending = Symbol('pending');
  await new Promise((resolve) => setImmediate(resolve));
  try {
    return (await Promise.race([promise, Promise.resolve(pending)])) === pending ? 'pending' : 'fulfilled';
  } catch {
    return 'rejected';
  }
}

/** The error a promise rejects with. */
export async function failure(promise: Promise<unknown>): Promise<Result> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('expected a rejection, but it resolved');
}

/** The error a call throws. */
export function thrown(call: () => unknown): Result {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('expected a throw, but it returned');
}

export const numbers = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

export const CAPACITIES_0_TO_20 = numbers(0, 21);
export const DONE = { ok: false, value: undefined };
export const ok = (value: unknown) => ({ ok: true, value });
