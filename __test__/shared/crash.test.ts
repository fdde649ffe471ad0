/**
 * A thread can be terminated between any two writes to shared memory. Here it is, between every two: one member of an
 * arena runs an operation on memory that refuses its n-th write and all later ones, for every n until the operation gets through;
 * another member clears up after it, and everything must be in order: no message twice, none lost that the dead one did
 * not have in its hands, every waiting operation completed or still waiting, counts right.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as Direction from '../../build/direction.js';
import { type Case, CLOSED, EMPTY, type Port } from '../../build/engine.js';
import { codec } from '../../build/index.js';
import { Arena } from '../../build/shared/arena.js';
import * as Chan from '../../build/shared/layout/chan.js';
import * as Header from '../../build/shared/layout/header.js';
import { countHandle, makechan } from '../../build/shared/lifetime.js';
import { makeMemory } from '../../build/shared/memory.js';
import { SharedPort } from '../../build/shared/port.js';
import { bury, watchOver } from '../../build/shared/repair.js';
import * as Status from '../../build/status.js';

class Died extends Error {}

/** Writes that the dying member may still make. */
let fuse = Infinity;
const targets = new WeakMap<object, Int32Array>();
const WRITES = ['store', 'exchange', 'compareExchange', 'add', 'or'] as const;
const READS = ['load', 'notify', 'wait'] as const;
const real = { ...Object.fromEntries([...WRITES, ...READS].map((name) => [name, Atomics[name]])) } as Record<
  string,
  (...args: unknown[]) => unknown
>;

function burn(): void {
  if (--fuse < 0) throw new Died();
}

/** The same memory, each write to which burns the fuse. */
function mortal(words: Int32Array): Int32Array {
  const proxy = new Proxy(words, {
    get(target, key) {
      const value = Reflect.get(target, key) as unknown;
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        burn();
        return (value as (...args: unknown[]) => unknown).apply(target, args);
      };
    },
    set(target, key, value) {
      burn();
      return Reflect.set(target, key, value);
    },
  });
  targets.set(proxy, words);
  return proxy;
}

beforeEach(() => {
  for (const name of [...WRITES, ...READS]) {
    (Atomics as unknown as Record<string, unknown>)[name] = (words: object, ...args: unknown[]) => {
      const target = targets.get(words);
      if (target !== undefined && name !== 'load') burn();
      return (real[name] as (...args: unknown[]) => unknown)(target ?? words, ...args);
    };
  }
});
afterEach(() => {
  fuse = Infinity;
  Object.assign(Atomics, real);
});

/** A member of the arena that dies when the fuse is burnt. */
function mortalMember(memory: SharedArrayBuffer): Arena {
  const arena = new Arena(memory);
  let words = mortal(arena.i32);
  Object.defineProperty(arena, 'i32', {
    get: () => words,
    set: (made: Int32Array) => {
      words = mortal(made);
    },
  });
  watchOver(arena);
  // It never hears of anything again.
  arena.arm = () => {};
  arena.look = () => {};
  return arena;
}

interface Scene {
  /** The dying member's port, and the survivor's. */
  readonly dying: Port;
  readonly other: Port;
  /** Parks a send or a receive of the survivor; `outcomes` says how they ended. */
  park(send: boolean, value?: unknown): void;
  readonly outcomes: (readonly [send: boolean, status: number, value: unknown])[];
}

interface Scenario {
  readonly name: string;
  readonly capacity: number;
  readonly prepare: (scene: Scene) => void;
  readonly act: (scene: Scene) => unknown;
  /** What the survivor may receive in all, in order, waiting receivers' messages first. */
  readonly allowed: readonly unknown[][];
}

const text = codec.string;
const LONG = 'long '.repeat(200);
/** As many of these as fit the first segment, and one more does not. */
const FILLER = 'f'.repeat(240);
const fillers = Array.from({ length: 16 }, () => FILLER);
/** As many as fit the second segment. */
const second = Array.from({ length: 33 }, (_, i) => `${i}`.padEnd(240));

const scenarios: Scenario[] = [
  {
    name: 'send into the buffer',
    capacity: 4,
    prepare: ({ other }) => void other.trySend('a'),
    act: ({ dying }) => dying.trySend('x'),
    allowed: [['a'], ['a', 'x']],
  },
  {
    name: 'send of a long message',
    capacity: 4,
    prepare: ({ other }) => void other.trySend('a'),
    act: ({ dying }) => dying.trySend(LONG),
    allowed: [['a'], ['a', LONG]],
  },
  {
    name: 'send that needs another segment',
    capacity: 100,
    prepare: ({ other }) => void fillers.map((value) => other.trySend(value)),
    act: ({ dying }) => dying.trySend(FILLER),
    allowed: [fillers, [...fillers, FILLER]],
  },
  {
    name: 'send of a batch',
    capacity: 100,
    prepare: ({ other }) => void other.trySend('a'),
    act: ({ dying }) => dying.trySendMany(['x', 'y', 'z'], 0),
    allowed: [['a'], ['a', 'x'], ['a', 'x', 'y'], ['a', 'x', 'y', 'z']],
  },
  {
    name: 'send to a waiting receiver',
    capacity: 2,
    prepare: ({ park }) => park(false),
    act: ({ dying }) => dying.trySend('x'),
    allowed: [[], ['x']],
  },
  {
    name: 'receive from the buffer',
    capacity: 4,
    prepare: ({ other }) => void ['a', LONG, 'c'].map((value) => other.trySend(value)),
    act: ({ dying }) => dying.tryRecv(),
    allowed: [
      ['a', LONG, 'c'],
      [LONG, 'c'],
    ],
  },
  {
    name: 'receive that leaves a segment',
    capacity: 100,
    prepare: ({ other }) => {
      for (const value of [...fillers, ...second, 'more']) other.trySend(value);
      for (const _ of fillers) other.tryRecv();
    },
    act: ({ dying }) => dying.tryRecv(),
    allowed: [
      [...second, 'more'],
      [...second.slice(1), 'more'],
    ],
  },
  {
    name: 'receive of a batch',
    capacity: 4,
    prepare: ({ other }) => void ['a', 'b', 'c'].map((value) => other.trySend(value)),
    act: ({ dying }) => dying.tryRecvMany([], 2),
    allowed: [['a', 'b', 'c'], ['b', 'c'], ['c']],
  },
  {
    name: 'receive from a full buffer behind which senders wait',
    capacity: 2,
    prepare: ({ other, park }) => {
      for (const value of ['a', 'b']) other.trySend(value);
      for (const value of ['c', LONG]) park(true, value);
    },
    act: ({ dying }) => dying.tryRecv(),
    allowed: [
      ['a', 'b', 'c', LONG],
      ['b', 'c', LONG],
    ],
  },
  {
    name: 'receive from a waiting sender',
    capacity: 0,
    prepare: ({ park }) => {
      for (const value of ['a', 'b']) park(true, value);
    },
    act: ({ dying }) => dying.tryRecv(),
    allowed: [['a', 'b'], ['b']],
  },
  {
    name: 'waiting to send, and giving up',
    capacity: 1,
    prepare: ({ other }) => void other.trySend('a'),
    act: ({ dying }) => dying.engine.park([{ port: dying, send: true, value: LONG }], true, DEAF)?.cancel(),
    allowed: [['a']],
  },
  {
    name: 'waiting to receive, and giving up',
    capacity: 1,
    prepare: () => {},
    act: ({ dying }) => dying.engine.park([{ port: dying, send: false, value: undefined }], true, DEAF)?.cancel(),
    allowed: [[]],
  },
  {
    name: 'select of a send and a receive, twice on one channel',
    capacity: 0,
    prepare: ({ park }) => park(true, 'a'),
    act: ({ dying }) => dying.engine.trySelect([sending(dying, 'x'), receiving(dying)], false, DEAF),
    allowed: [['a'], []],
  },
  {
    name: 'another handle, and its disposal',
    capacity: 1,
    prepare: ({ other }) => void other.trySend('a'),
    act: ({ dying }) => dying.clone(Direction.RECV).dispose(),
    allowed: [['a']],
  },
  {
    name: 'the disposal of a handle',
    capacity: 1,
    prepare: ({ other }) => void other.trySend('a'),
    act: ({ dying }) => void dying.dispose(),
    allowed: [['a']],
  },
];

const DEAF = { settle() {}, fail() {} };
const receiving = (port: Port): Case => ({ port, send: false, value: undefined });
const sending = (port: Port, value: unknown): Case => ({ port, send: true, value });

function stage(capacity: number): Scene & { readonly dead: Arena; readonly live: Arena; readonly c: number } {
  const memory = makeMemory();
  const live = new Arena(memory);
  watchOver(live);
  const dead = mortalMember(memory);
  const c = makechan(live, capacity);
  countHandle(dead, c, Direction.BOTH);
  const other = new SharedPort(live, c, Direction.BOTH, text, 'other') as Port;
  const dying = new SharedPort(dead, c, Direction.BOTH, text, 'dying') as Port;
  const outcomes: [boolean, number, unknown][] = [];
  const park = (send: boolean, value?: unknown): void => {
    const told = {
      settle: (_: number, status: number, got: unknown) => outcomes.push([send, status, got]),
      fail: () => expect.unreachable(),
    };
    other.engine.park([{ port: other, send, value }], true, told);
  };
  return { live, dead, c, other, dying, park, outcomes };
}

/** Lets completions reach their waiters. */
async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** What the survivor receives in all, once the dead one is cleared up after. */
async function aftermath(scene: ReturnType<typeof stage>): Promise<unknown[]> {
  fuse = Infinity;
  bury(scene.live, scene.dead.slot, () => true);
  await settle();
  const got = scene.outcomes.filter(([send]) => !send).map(([, status, value]) => (status === Status.DONE ? value : status));
  for (let value = scene.other.tryRecv(); value !== EMPTY && value !== CLOSED; value = scene.other.tryRecv()) got.push(value);
  await settle();
  return got;
}

function expectOrder({ live, c, other }: ReturnType<typeof stage>): void {
  const m = live.i32;
  expect(m[c + Chan.LOCK], 'channel lock').toBe(0);
  expect([m[Header.ALLOC_LOCK], m[Header.SLOTS_LOCK]], 'arena locks').toEqual([0, 0]);
  expect([m[c + Chan.SENDERS], m[c + Chan.RECEIVERS]], 'handles').toEqual([1, 1]);
  expect(other.length()).toBe(0);
}

describe('a thread that dies between any two writes', () => {
  for (const { name, capacity, prepare, act, allowed } of scenarios) {
    it(`of ${name}`, async () => {
      let through = false;
      let steps = 0;
      for (; !through; steps++) {
        const scene = stage(capacity);
        prepare(scene);
        fuse = steps;
        try {
          act(scene);
          through = true;
        } catch (error) {
          if (!(error instanceof Died)) throw error;
        }
        const got = await aftermath(scene);
        expect(allowed, `after ${steps} writes the survivor got ${JSON.stringify(got).slice(0, 200)}`).toContainEqual(got);
        // Each of the survivor's sends has happened by now: its message was received, or the dead one had it in its hands.
        for (const [send, status] of scene.outcomes) if (send) expect(status, `after ${steps} writes`).toBe(Status.DONE);
        expectOrder(scene);
        // A receiver that was waiting and got nothing still waits.
        const waiting = name.includes('waiting receiver') && got.length === 0;
        expect(scene.other.trySend('next'), `after ${steps} writes`).toBe(waiting || capacity > 0 ? Status.DONE : Status.BLOCKED);
      }
      expect(steps).toBeGreaterThan(3);
    });
  }

  for (const [what, cases] of Object.entries({
    'a receive': (port: Port) => [receiving(port)],
    'a select of two receives': (port: Port) => [receiving(port), receiving(port)],
    'a select of long sends and a receive': (port: Port) => [sending(port, LONG), receiving(port), sending(port, LONG)],
  })) {
    it(`of hearing how ${what} ended that waited: what was told is not handed to anybody else`, async () => {
      const ends = new Set<string>();
      for (let [steps, through] = [0, false]; !through; steps++) {
        const scene = stage(0);
        const told: unknown[] = [];
        scene.dying.engine.park(cases(scene.dying), true, {
          settle: (_, __, value) => told.push(value),
          fail: () => told.push('failed'),
        });
        expect(scene.other.trySend('x')).toBe(Status.DONE);
        fuse = steps;
        try {
          scene.dead.takeInbox();
          through = true;
        } catch (error) {
          if (!(error instanceof Died)) throw error;
        }
        // What it has put off it does not come to.
        scene.dead.doTasks = () => {};
        const got = await aftermath(scene);
        expect([[], ['x']], `after ${steps} writes`).toContainEqual(got);
        expect([...told, ...got].length, `after ${steps} writes: told ${told}, put back ${got}`).toBeLessThanOrEqual(1);
        ends.add(told.length > 0 ? 'told' : got.length > 0 ? 'put back' : 'in its hands');
        expectOrder(scene);
      }
      expect([...ends]).toEqual(expect.arrayContaining(['put back', 'told']));
    });
  }

  it('of clearing up after another one: nothing is doubled, and the next one finishes it', async () => {
    let through = false;
    let kept = 0;
    for (let steps = 0; !through; steps++) {
      const scene = stage(0);
      const undertaker = mortalMember(scene.live.buffer);
      for (let i = 0; i < 2; i++) scene.dying.engine.park([receiving(scene.dying)], true, DEAF);
      expect([scene.other.trySend('x'), scene.other.trySend('y')]).toEqual([Status.DONE, Status.DONE]);
      scene.park(true, 'z');
      fuse = steps;
      try {
        bury(undertaker, scene.dead.slot, () => true);
        through = true;
      } catch (error) {
        if (!(error instanceof Died)) throw error;
      }
      fuse = Infinity;
      bury(scene.live, undertaker.slot, () => true);
      const got = await aftermath(scene);
      expect(
        [
          ['x', 'y', 'z'],
          ['x', 'z'],
          ['y', 'z'],
        ],
        `after ${steps} writes`,
      ).toContainEqual(got);
      if (got.length === 3) kept++;
      expectOrder(scene);
    }
    expect(kept).toBeGreaterThan(0);
  });

  it('of a close: those who wait are told, or the channel is as it was', async () => {
    for (const send of [false, true]) {
      let through = false;
      for (let steps = 0; !through; steps++) {
        const scene = stage(0);
        scene.park(send, 'a');
        scene.park(send, 'b');
        fuse = steps;
        try {
          scene.dying.close();
          through = true;
        } catch (error) {
          if (!(error instanceof Died)) throw error;
        }
        fuse = Infinity;
        bury(scene.live, scene.dead.slot, () => true);
        await settle();
        const told = scene.outcomes.map(([, status]) => status);
        expect(told, `after ${steps} writes`).toEqual(scene.other.closed() ? [Status.CLOSED, Status.CLOSED] : []);
        expectOrder(scene);
      }
    }
  });
});
