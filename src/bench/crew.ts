/** The threads of one contestant in one scenario. They live for all its samples; links are new for each. */
import { Worker } from 'node:worker_threads';
import type { Contestant } from './contestant.js';
import { guestEnds, loadGuest } from './links/guest.js';
import type { Ends, Sides } from './links/link.js';
import { makeEnds, transferred } from './links/make.js';
import { type Assigned, type Order, prepare } from './order.js';
import { cargoOf, expectedSum } from './payload.js';
import type { Latency, Tally } from './roles.js';
import type { Payload, Scenario } from './scenario.js';
import { type Role, type Topology, topology } from './topology.js';
import type { Report } from './worker.js';

/** One sample. */
export interface Sample {
  readonly messages: number;
  readonly nanoseconds: number;
  readonly latency?: Latency;
}

const uses = (roles: readonly Role[], side: 'from' | 'to', link: number) =>
  roles.filter((role) => role[side].includes(link)).length;

/** `count` messages dealt out to `senders`, as even as can be. */
function shares(count: number, senders: number): { first: number; count: number }[] {
  return Array.from({ length: senders }, (_, at) => {
    const first = Math.floor((count * at) / senders);
    return { first, count: Math.floor((count * (at + 1)) / senders) - first };
  });
}

const isSource = (role: Role): boolean => role.does === 'produce' || role.does === 'ping' || role.does === 'burst';

/** What carries the messages: one of the package's own contestants, or a guest from elsewhere by its module. */
export type Carrier = Contestant | Guest;

/** A contestant that does not ship with the package. */
export interface Guest {
  /** The address of a module that is a `GuestModule`. */
  readonly module: string;
  /** Nothing of it crosses threads, so all roles are played in one. */
  readonly inThread: boolean;
}

export class Crew {
  readonly #carrier: Carrier;
  readonly #inOne: boolean;
  readonly #scenario: Scenario;
  readonly #plan: Topology;
  readonly #gate = new Int32Array(new SharedArrayBuffer(4));
  readonly #threads: Worker[];
  #round = 0;

  constructor(carrier: Carrier, scenario: Scenario) {
    this.#carrier = carrier;
    this.#inOne = typeof carrier === 'string' ? carrier === 'local' : carrier.inThread;
    this.#scenario = scenario;
    this.#plan = topology(scenario);
    const roles = this.#inOne ? [] : this.#plan.roles;
    this.#threads = roles.map(() => new Worker(new URL('worker.js', import.meta.url), { workerData: this.#gate }));
  }

  /** Sends `count` messages through the pattern and checks what arrived. */
  async sample(count: number): Promise<Sample> {
    if (typeof this.#carrier !== 'string') await loadGuest(this.#carrier.module);
    const orders = this.#orders(count);
    const { tallies, nanoseconds } = this.#inOne ? await this.#inThisThread(orders) : await this.#inThreads(orders);
    this.#verify(count, tallies);
    const latency = tallies.find((tally) => tally.latency !== undefined)?.latency;
    return { messages: count, nanoseconds, ...(latency === undefined ? {} : { latency }) };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }

  #orders(count: number): Order[] {
    const { payload, mode } = this.#scenario;
    const { roles, links } = this.#plan;
    const ends: Ends[] = links.map(({ capacity, control }, link) => {
      const sides = { senders: uses(roles, 'to', link), receivers: uses(roles, 'from', link) };
      return this.#ends(sides, capacity, control ? 'number' : payload);
    });
    const taken = links.map(() => ({ senders: 0, receivers: 0 }));
    const assign = (side: 'senders' | 'receivers') => (link: number) => {
      const use = taken[link] as { senders: number; receivers: number };
      return { end: ends[link]?.[side][use[side]++], control: links[link]?.control } as Assigned;
    };
    const parts = shares(count, roles.filter(isSource).length);
    let next = 0;
    return roles.map((role) => {
      const part = (isSource(role) ? parts[next++] : undefined) ?? { first: 0, count };
      return {
        does: role.does,
        payload,
        mode,
        ...part,
        to: role.to.map(assign('senders')),
        from: role.from.map(assign('receivers')),
      };
    });
  }

  #ends(sides: Sides, capacity: number, payload: Payload): Ends {
    const carrier = this.#carrier;
    if (typeof carrier === 'string') return makeEnds(carrier, sides, capacity, cargoOf(payload));
    return guestEnds(carrier.module, sides, capacity, payload);
  }

  async #inThisThread(orders: readonly Order[]): Promise<{ tallies: Tally[]; nanoseconds: number }> {
    const prepared = await Promise.all(orders.map(prepare));
    const start = process.hrtime.bigint();
    const tallies = await Promise.all(prepared.map(({ run }) => run()));
    return { tallies, nanoseconds: Number(process.hrtime.bigint() - start) };
  }

  async #inThreads(orders: readonly Order[]): Promise<{ tallies: Tally[]; nanoseconds: number }> {
    const round = ++this.#round;
    const heard = this.#threads.map((thread) => listen(thread));
    for (const [at, order] of orders.entries()) {
      const ends = [...order.to, ...order.from].map(({ end }) => end);
      this.#threads[at]?.postMessage({ order, round }, transferred(ends));
    }
    await Promise.all(heard.map(({ ready }) => ready));
    const start = process.hrtime.bigint();
    Atomics.store(this.#gate, 0, round);
    Atomics.notify(this.#gate, 0);
    const done = await Promise.all(heard.map((thread) => thread.done));
    const nanoseconds = Math.max(...done.map(({ end }) => Number(end - start)));
    return { tallies: done.map(({ tally }) => tally), nanoseconds };
  }

  #verify(count: number, tallies: readonly Tally[]): void {
    const received = tallies.reduce((all, tally) => all + tally.received, 0);
    if (received !== count) throw new Error(`${count} messages were sent and ${received} received`);
    const sum = tallies.reduce((all, tally) => all + tally.sum, 0);
    const expected = expectedSum(cargoOf(this.#scenario.payload), count);
    if (sum !== expected) throw new Error(`the values received add up to ${sum}, those sent to ${expected}`);
  }
}

type Done = Extract<Report, { tally: Tally }>;

/** A thread's two reports of one sample, as promises that a failing thread rejects. */
function listen(thread: Worker): { ready: Promise<void>; done: Promise<Done> } {
  const ready = deferred<void>();
  const done = deferred<Done>();
  const forget = () => {
    thread.off('message', hear).off('error', fail);
  };
  const fail = (error: Error) => {
    forget();
    ready.reject(error);
    done.reject(error);
  };
  const hear = (report: Report) => {
    if ('ready' in report) return ready.resolve();
    forget();
    done.resolve(report);
  };
  thread.on('message', hear).on('error', fail);
  done.promise.catch(() => {});
  return { ready: ready.promise, done: done.promise };
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

function deferred<T>(): Deferred<T> {
  let settle: Omit<Deferred<T>, 'promise'> | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...(settle as Omit<Deferred<T>, 'promise'>) };
}
