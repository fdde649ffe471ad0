/**
 * SEMANTICS 79: random scripts of operations on several channels by several threads, against a sequential model, by seed.
 *
 * Operations are issued one at a time, in threads drawn at random, and left pending where they have to wait. After each,
 * exactly those operations settle that the model says, with exactly those results. `HCHAN_TEST_SEED=n` replays one script.
 */
import { setMaxListeners } from 'node:events';
import { afterAll, expect, test } from 'vitest';
import { type End, failure, type Result, Stage, state } from './actors.js';
import { ENGINES, type EngineCase, forEngines, scaled } from './engines.js';
import { close, commit, ModelChannel, type ModelOp, randomFrom, ready, wait, withdraw } from './model.js';

const stage = new Stage();
const asked = process.env['HCHAN_TEST_SEED'];
const base = asked === undefined ? Date.now() % 1_000_000_000 : Number(asked);
const SCRIPTS = asked === undefined ? scaled(25, 3) : 1;
const STEPS = 80;
const NAMES = ['w', 'x', 'y', 'z'];
const CAPACITIES = [0, 0, 1, 2, 5, Number.POSITIVE_INFINITY];

forEngines(ENGINES, (engine) => {
  for (let script = 0; script < SCRIPTS; script++) {
    const seed = base + script;
    test(`79 a random script agrees with the sequential model (HCHAN_TEST_SEED=${seed})`, async () => {
      await new Script(engine, seed).run();
    });
  }
});

afterAll(() => {
  if (SCRIPTS > 1) console.log(`79: seeds ${base} to ${base + SCRIPTS - 1}`);
});

/** The watchdog of one operation: it may well wait for the whole script, but not for a minute. */
function bounded(result: Promise<Result>, what: string, over: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what} never settled`)), 20_000);
    over.addEventListener('abort', () => clearTimeout(timer));
    result.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

interface Pending {
  readonly op: ModelOp;
  readonly result: Promise<Result>;
  readonly plain: boolean;
  readonly abort?: AbortController;
}

class Script {
  readonly #random: (below: number) => number;
  readonly #channels: ModelChannel[];
  readonly #pending = new Map<number, Pending>();
  readonly #log: string[] = [];
  #handles: ReturnType<EngineCase['make']>[] = [];
  #ends: End[] = [];
  #next = 1;
  readonly #over = new AbortController();

  constructor(
    readonly engine: EngineCase,
    seed: number,
  ) {
    setMaxListeners(0, this.#over.signal);
    this.#random = randomFrom(seed);
    this.#channels = NAMES.map((name) => new ModelChannel(name, CAPACITIES[this.#random(CAPACITIES.length)] ?? 0));
  }

  async run(): Promise<void> {
    this.#handles = this.#channels.map(({ capacity }) => this.engine.make(capacity));
    const places = this.engine.crossesThreads ? (['here', 'A', 'B'] as const) : (['here', 'here'] as const);
    this.#ends = await Promise.all(places.map((place) => stage.end(place, 'loop')));
    for (const end of this.#ends) for (const [i, handle] of this.#handles.entries()) await end.give(NAMES[i] ?? '', handle);
    try {
      for (let step = 0; step < STEPS; step++) await this.#step();
      await this.#finish();
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : error}\n${this.#log.join('\n')}`, { cause: error });
    } finally {
      this.#over.abort();
    }
  }

  async #step(): Promise<void> {
    const kind = this.#random(100);
    if (kind < 50) await this.#issue(1);
    else if (kind < 68) await this.#issue(2 + this.#random(2));
    else if (kind < 88) await this.#attempt();
    else if (kind < 97) await this.#abort();
    else await this.#close(this.#random(this.#channels.length));
    for (const [i, channel] of this.#channels.entries()) {
      expect(this.#handles[i]?.length, `length of ${channel.name}`).toBe(channel.buffer.length);
      expect(this.#handles[i]?.closed, `closed of ${channel.name}`).toBe(channel.closed);
    }
  }

  #draw(cases: number): ModelOp {
    const id = this.#next++;
    return {
      id,
      cases: Array.from({ length: cases }, (_, i) => ({
        channel: this.#channels[this.#random(this.#channels.length)] as ModelChannel,
        send: this.#random(2) === 0,
        value: id * 10 + i,
      })),
    };
  }

  /** Issues a send, a receive or a select that may wait. */
  async #issue(count: number): Promise<void> {
    const op = this.#draw(count);
    const place = this.#random(this.#ends.length);
    const end = this.#ends[place] as End;
    const selecting = count > 1;
    const text = op.cases
      .map(({ channel, send, value }) => `${send ? 'send' : 'recv'} ${channel.name}${send ? ` ${value}` : ''}`)
      .join(' | ');
    this.#log.push(`${op.id}: thread ${place} ${text}`);
    const step = selecting
      ? ([
          'select',
          Object.fromEntries(
            op.cases.map(({ channel, send, value }, i) => [`k${i}`, [send ? 'send' : 'recv', channel.name, value]]),
          ),
          // Of cases that wait on one channel any may be taken, or, so that the model knows which, the first.
          { biased: new Set(op.cases.map(({ channel }) => channel)).size < op.cases.length },
        ] as const)
      : op.cases[0]?.send
        ? (['send', op.cases[0].channel.name, op.cases[0].value] as const)
        : (['recv', op.cases[0]?.channel.name] as const);
    await end.one('begin', `${op.id}`, step);
    const result = bounded(end.one('end', `${op.id}`), `operation ${op.id}`, this.#over.signal);
    const possible = ready(op);
    if (possible.length === 0) {
      wait(op);
      this.#pending.set(op.id, { op, result, plain: !selecting });
      return;
    }
    const seen = await result;
    const index = selecting ? this.#chosen(op, seen, possible) : 0;
    const woken = commit(op, index);
    this.#check(op, seen, !selecting);
    await this.#settle(woken);
  }

  /** Which of the allowed cases a select took. A refused send does not say its key, but its value does. */
  #chosen(op: ModelOp, seen: Result, possible: number[]): number {
    const index = seen.error === undefined ? Number(seen.key.slice(1)) : op.cases.findIndex(({ value }) => value === seen.value);
    expect(possible, `${op.id} took case ${index}: ${JSON.stringify(seen)}`).toContain(index);
    return index;
  }

  /** Issues an operation that does not wait. */
  async #attempt(): Promise<void> {
    const op = this.#draw(1);
    const [one] = op.cases;
    if (one === undefined) return;
    const place = this.#random(this.#ends.length);
    this.#log.push(`${op.id}: thread ${place} try ${one.send ? 'send' : 'recv'} ${one.channel.name}`);
    const end = this.#ends[place] as End;
    const seen = one.send ? await end.one('trySend', one.channel.name, one.value) : await end.one('tryRecv', one.channel.name);
    if (ready(op).length === 0) {
      expect(seen, `${op.id} at once`).toBe(one.send ? false : null);
      return;
    }
    const woken = commit(op, 0);
    if (op.done?.outcome.kind === 'sent') expect(seen, `${op.id}`).toBe(true);
    else this.#check(op, seen, true);
    await this.#settle(woken);
  }

  /** Issues a receive with a signal in this thread and aborts it if it has to wait. */
  async #abort(): Promise<void> {
    const op = this.#draw(1);
    const [one] = op.cases;
    if (one === undefined) return;
    const handle = this.#handles[this.#channels.indexOf(one.channel)];
    const controller = new AbortController();
    this.#log.push(`${op.id}: here ${one.send ? 'send' : 'recv'} ${one.channel.name}, aborted`);
    const { signal } = controller;
    const running = one.send ? handle?.send(one.value, { signal }) : handle?.recv({ signal });
    const possible = ready(op);
    controller.abort('aborted');
    if (possible.length === 0) {
      expect(await failure(running as Promise<unknown>), `${op.id}`).toBe('aborted');
      withdraw(op);
      return;
    }
    const seen = await (running as Promise<Result>).catch((error) => ({ error: error.name, value: error.value }));
    const woken = commit(op, 0);
    this.#check(op, seen, true);
    await this.#settle(woken);
  }

  async #close(index: number): Promise<void> {
    const channel = this.#channels[index] as ModelChannel;
    const place = this.#random(this.#ends.length);
    this.#log.push(`thread ${place} close ${channel.name}`);
    const seen = await (this.#ends[place] as End).one('close', channel.name);
    if (channel.closed) expect(seen).toMatchObject({ error: 'ClosedError' });
    else {
      expect(seen).toBeUndefined();
      await this.#settle(close(channel));
    }
  }

  /** The operations that the model says are done now do settle, with the results it says. */
  async #settle(woken: readonly ModelOp[]): Promise<void> {
    for (const op of woken) {
      const pending = this.#pending.get(op.id);
      if (pending === undefined) throw new Error(`the model woke ${op.id}, which does not wait`);
      this.#pending.delete(op.id);
      this.#check(op, await pending.result, pending.plain);
    }
  }

  #check(op: ModelOp, seen: Result, plain: boolean): void {
    const { index, outcome } = op.done as NonNullable<ModelOp['done']>;
    const where = `operation ${op.id}`;
    if (outcome.kind === 'refused') {
      expect(seen, where).toMatchObject({ error: 'ClosedError', value: op.cases[index]?.value });
      return;
    }
    if (!plain) expect(seen.key, where).toBe(`k${index}`);
    if (outcome.kind === 'received') expect(seen, where).toMatchObject({ ok: true, value: outcome.value });
    else if (outcome.kind === 'closed') expect(seen, where).toMatchObject({ ok: false });
    else if (plain) expect(seen, where).toBeUndefined();
  }

  /** Nothing else has settled; closing everything ends the rest. */
  async #finish(): Promise<void> {
    for (const { op, result } of this.#pending.values())
      expect(await state(result), `operation ${op.id} still waits`).toBe('pending');
    for (const [i, channel] of this.#channels.entries()) {
      if (!channel.closed) await this.#close(i);
      expect(this.#handles[i]?.tryRecvMany(1000)).toEqual(channel.buffer);
      this.#handles[i]?.[Symbol.dispose]();
    }
    expect(this.#pending.size).toBe(0);
  }
}
