/** Engine `shared` below the handles: messages of every length, memory, tokens, selects over several arenas. */
import { describe, expect, it } from 'vitest';
import * as Direction from '../../build/direction.js';
import { type Case, CLOSED, EMPTY, type Engine, type Port } from '../../build/engine.js';
import { DetachedError } from '../../build/errors.js';
import { codec } from '../../build/index.js';
import { across } from '../../build/select/across.js';
import { Arena } from '../../build/shared/arena.js';
import { sharedFactory } from '../../build/shared/engine.js';
import * as Header from '../../build/shared/layout/header.js';
import { channelCount, countHandle, makechan } from '../../build/shared/lifetime.js';
import { makeMemory } from '../../build/shared/memory.js';
import { SharedPort } from '../../build/shared/port.js';
import { watchOver } from '../../build/shared/repair.js';
import * as Status from '../../build/status.js';

const open = (capacity: number): SharedPort<unknown> =>
  sharedFactory.open('shared', { capacity, codec: codec.string, name: undefined }) as SharedPort<unknown>;
const receiving = (port: Port): Case => ({ port, send: false, value: undefined });
const sending = (port: Port, value: unknown): Case => ({ port, send: true, value });

/** The outcome of an operation that waits. */
function parked(
  cases: Case[],
  engine: Pick<Engine, 'park'> | undefined = cases[0]?.port.engine,
): { readonly done: Promise<[number, number, unknown]>; cancel(): boolean | undefined } {
  let cancel: (() => boolean) | undefined;
  const done = new Promise<[number, number, unknown]>((resolve, reject) => {
    const waiting = engine?.park(cases, false, {
      settle: (...outcome) => resolve(outcome),
      fail: (_, error) => reject(error),
    });
    cancel = waiting?.cancel.bind(waiting);
  });
  return { done, cancel: () => cancel?.() };
}

/** A port of its own arena, as a thread has it that made channels before it attached any. */
function elsewhere(capacity: number): SharedPort<unknown> {
  const arena = new Arena(makeMemory());
  watchOver(arena);
  const c = makechan(arena, capacity);
  return new SharedPort(arena, c, Direction.BOTH, codec.string, undefined) as SharedPort<unknown>;
}

describe('messages', () => {
  const lengths = [0, 1, 3, 4, 5, 254, 255, 256, 257, 1000, 4096, 5000, 100_000, 3_000_000];
  const message = (length: number): string => 'é-text'.repeat(Math.ceil(length / 6)).slice(0, length);

  it('of every length rest in the buffer and come out in order', () => {
    const c = open(Infinity);
    for (const length of lengths) expect(c.trySend(message(length))).toBe(Status.DONE);
    expect(c.length()).toBe(lengths.length);
    for (const length of lengths) expect(c.tryRecv() === message(length), `${length}`).toBe(true);
    expect(c.tryRecv()).toBe(EMPTY);
    c.dispose();
  });

  it('of every length are handed to a waiting receiver, and taken from a waiting sender', async () => {
    const c = open(0);
    for (const length of lengths) {
      const receiver = parked([receiving(c)]);
      expect(c.trySend(message(length))).toBe(Status.DONE);
      expect((await receiver.done)[2] === message(length), `to a receiver, ${length}`).toBe(true);
      const sender = parked([sending(c, message(length))]);
      expect(c.tryRecv() === message(length), `from a sender, ${length}`).toBe(true);
      expect(await sender.done).toEqual([0, Status.DONE, undefined]);
    }
    c.dispose();
  });

  it('of every length travel in batches', () => {
    const c = open(Infinity);
    const values = [...lengths, ...lengths].map(message);
    for (let sent = 0; sent < values.length; ) sent += c.trySendMany(values, sent);
    const got: unknown[] = [];
    while (c.tryRecvMany(got, 5) > 0);
    expect(got.length).toBe(values.length);
    expect(got.every((value, i) => value === values[i])).toBe(true);
    c.dispose();
  });

  it('21 keep their order across the buffer’s edge', async () => {
    const c = open(1);
    c.trySend('a');
    const senders = [parked([sending(c, 'b')]), parked([sending(c, 'c')])];
    const got: unknown[] = [];
    expect(c.tryRecvMany(got, 10)).toBe(3);
    expect([got, await Promise.all(senders.map(({ done }) => done))]).toEqual([
      ['a', 'b', 'c'],
      [
        [0, Status.DONE, undefined],
        [0, Status.DONE, undefined],
      ],
    ]);
    c.dispose();
  });
});

describe('memory', () => {
  const top = (c: SharedPort<unknown>): number => c.arena.i32[Header.TOP] as number;

  it('grows with what rests in an unbounded channel, and is used again', () => {
    const c = open(Infinity);
    const fill = (): void => {
      for (let i = 0; i < 30_000; i++) c.trySend('x'.repeat(100));
      for (let i = 0; i < 30_000; i++) if (c.tryRecv() === EMPTY) expect.unreachable();
    };
    // The first segments are small ones, so the second round still needs some more.
    for (let i = 0; i < 2; i++) fill();
    const before = top(c);
    for (let i = 0; i < 3; i++) fill();
    expect(top(c)).toBe(before);
    c.dispose();
  });

  it('37 50 stays flat over operations that wait and are withdrawn, and selects with a dead case', async () => {
    const [c, quiet] = [open(0), open(0)];
    const run = async (): Promise<void> => {
      for (let i = 0; i < 2000; i++) {
        const waiting = parked([receiving(c), sending(quiet, 'x'.repeat(i % 500))]);
        expect(waiting.cancel()).toBe(true);
        const other = parked([receiving(c), receiving(quiet)]);
        c.trySend('y'.repeat(i % 700));
        await other.done;
      }
    };
    await run();
    const before = top(c);
    await run();
    expect(top(c)).toBe(before);
    expect([c.trySend('z'), quiet.tryRecv()]).toEqual([Status.BLOCKED, EMPTY]);
    c.dispose();
    quiet.dispose();
  });

  it('61 17 channels that are gone leave nothing, whatever was in them', () => {
    const keep = open(0);
    const before = channelCount(keep.arena);
    const round = (): void => {
      for (let i = 0; i < 300; i++) {
        const c = open(10);
        for (let k = 0; k < 10; k++) c.trySend('m'.repeat(k * 100));
        c.dispose();
      }
    };
    round();
    const high = top(keep);
    round();
    expect([channelCount(keep.arena), top(keep)]).toEqual([before, high]);
    keep.dispose();
  });

  it('that one member has added is seen by another that waits', async () => {
    const memory = makeMemory();
    const [one, two] = [new Arena(memory), new Arena(memory)];
    for (const arena of [one, two]) watchOver(arena);
    const c = makechan(one, 0);
    countHandle(two, c, Direction.BOTH);
    const from = new SharedPort(one, c, Direction.BOTH, codec.string, undefined) as Port;
    const to = new SharedPort(two, c, Direction.BOTH, codec.string, undefined) as Port;
    const waiting = parked([receiving(to)]);
    const large = 'large '.repeat(500_000);
    expect(from.trySend(large)).toBe(Status.DONE);
    expect((await waiting.done)[2] === large).toBe(true);
  });
});

describe('tokens', () => {
  it('57 58 count until they are attached, and give what they say', () => {
    const c = open(1);
    const token = c.clone(Direction.SEND).share();
    c.trySend('left');
    const receiver = c.clone(Direction.RECV);
    c.dispose();
    // The cloned sender above was never disposed; the token outlives it.
    const sender = sharedFactory.attach(token, codec.string);
    expect([sender.direction, sender.id, sender.trySend('more')]).toEqual([Direction.SEND, c.id, Status.BLOCKED]);
    expect(receiver.tryRecv()).toBe('left');
    expect(sender.trySend('more')).toBe(Status.DONE);
    receiver.dispose();
    expect(sender.trySend('again')).toBe(Status.DISCONNECTED);
  });

  it('are refused with another key, another id, more direction than they have, or no channel', () => {
    const c = open(1);
    const token = c.clone(Direction.RECV).share();
    const words = token.key.split(' ');
    const forged = [
      { ...token, key: [...words.slice(0, 7), '0'].join(' ') },
      { ...token, key: [words[0], '1', ...words.slice(2)].join(' ') },
      { ...token, key: [words[0], '999999999', ...words.slice(2)].join(' ') },
      { ...token, key: 'nonsense' },
      { ...token, key: ['elsewhere', ...words.slice(1)].join(' ') },
      { ...token, id: token.id + 1 },
      { ...token, direction: Direction.BOTH },
    ];
    for (const body of forged) expect(() => sharedFactory.attach(body, codec.string), body.key).toThrow(DetachedError);
    const attached = sharedFactory.attach(token, codec.string);
    c.trySend('m');
    expect(attached.tryRecv()).toBe('m');
  });

  it('of a channel that is gone are refused, also when another one lies in its place', () => {
    const c = open(1);
    const token = c.share();
    sharedFactory.attach(token, codec.string).dispose();
    c.dispose();
    expect(c.closed()).toBe(true);
    expect(() => sharedFactory.attach(token, codec.string)).toThrow(DetachedError);
    const next = open(1);
    expect(next.c).toBe(c.c);
    expect(() => sharedFactory.attach(token, codec.string)).toThrow(DetachedError);
    expect([c.closed(), c.length()]).toEqual([true, 0]);
    next.dispose();
  });
});

describe('a select over several arenas', () => {
  it('takes what is ready, waits for what is not, and loses nothing', async () => {
    const [here, there] = [open(1), elsewhere(1)];
    const none = { settle: () => expect.unreachable(), fail: () => expect.unreachable() };
    expect(across.trySelect([receiving(here), receiving(there)], false, none)).toBe(false);
    for (const [index, port] of [here, there].entries()) {
      const waiting = parked([receiving(here), receiving(there)], across);
      expect(port.trySend('m')).toBe(Status.DONE);
      expect(await waiting.done).toEqual([index, Status.DONE, 'm']);
    }
    const waiting = parked([receiving(here), receiving(there)], across);
    expect([waiting.cancel(), waiting.cancel()]).toEqual([true, false]);
    here.trySend('kept');
    expect(here.tryRecv()).toBe('kept');
    expect(across.block([receiving(here), receiving(there)], false, 5, none)).toBe(false);
    there.close();
    const got: unknown[] = [];
    across.block([receiving(here), receiving(there)], false, Infinity, {
      settle: (...all) => got.push(...all),
      fail: none.fail,
    });
    expect(got).toEqual([1, Status.CLOSED, undefined]);
    expect(there.tryRecv()).toBe(CLOSED);
    here.dispose();
  });
});

describe('watching', () => {
  it('tells once that a case may be ready, and takes nothing', async () => {
    const c = open(0);
    let told = 0;
    let ready: (() => void) | undefined;
    const watch = (): unknown =>
      c.engine.watch?.([receiving(c)], () => {
        told++;
        ready?.();
      });
    expect(watch()).not.toBeNull();
    const hears = new Promise<void>((resolve) => {
      ready = resolve;
    });
    const sender = parked([sending(c, 'm')]);
    await hears;
    expect(told).toBe(1);
    expect(watch()).toBeNull();
    expect(c.tryRecv()).toBe('m');
    await sender.done;
    expect(told).toBe(1);
    c.dispose();
  });
});
