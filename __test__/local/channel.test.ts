/** Engine `local` below the handles: the order of service, claims, blocking, and giving handles back. */
import { describe, expect, it } from 'vitest';
import * as Direction from '../../build/direction.js';
import { type Case, CLOSED, EMPTY, type Port, type Waiter } from '../../build/engine.js';
import { BlockingError } from '../../build/errors.js';
import { local } from '../../build/local/engine.js';
import * as Status from '../../build/status.js';
import type { Sudog } from '../../build/sudog.js';

const codec = { id: 'none', encode() {}, decode: () => undefined };
const open = (capacity: number, name?: string): Port => local.open('local', { capacity, codec, name });

function noting(log: unknown[], tag = ''): Waiter {
  return {
    settle: (index, status, value) => log.push([tag, index, status, value]),
    fail: (index, error) => log.push([tag, index, error]),
  };
}
const recv = (port: Port): Case => ({ port, send: false, value: undefined });
const send = (port: Port, value: unknown): Case => ({ port, send: true, value });

describe('one channel', () => {
  it('2 tryRecv on empty is EMPTY, 3 trySend to full is BLOCKED and leaves no trace', () => {
    const c = open(1);
    expect(c.tryRecv()).toBe(EMPTY);
    expect(c.trySend('a')).toBe(Status.DONE);
    expect(c.trySend('b')).toBe(Status.BLOCKED);
    expect([c.tryRecv(), c.tryRecv()]).toEqual(['a', EMPTY]);
  });

  it('4 gives what is in it after close, then CLOSED for ever; 9 closing twice is refused', () => {
    const c = open(2);
    c.trySend(1);
    c.trySend(undefined);
    expect([c.close(), c.close()]).toEqual([true, false]);
    expect(c.trySend(3)).toBe(Status.CLOSED);
    expect([c.tryRecv(), c.tryRecv(), c.tryRecv(), c.tryRecv()]).toEqual([1, undefined, CLOSED, CLOSED]);
  });

  it('18 is first in, first out while the ring wraps and grows', () => {
    const c = open(Infinity);
    const got: unknown[] = [];
    let next = 0;
    for (let round = 0; round < 50; round++) {
      for (let i = 0; i < 37; i++) c.trySend(next++);
      for (let i = 0; i < 23; i++) got.push(c.tryRecv());
    }
    for (let value = c.tryRecv(); value !== EMPTY; value = c.tryRecv()) got.push(value);
    expect(got).toEqual(Array.from({ length: next }, (_, i) => i));
  });

  it('20 serves waiting receivers, 21 and waiting senders, in the order they came', () => {
    const c = open(1);
    const log: unknown[] = [];
    for (const tag of ['a', 'b', 'c']) local.park([recv(c)], false, noting(log, tag));
    for (const value of [1, 2, 3]) expect(c.trySend(value)).toBe(Status.DONE);
    expect(log).toEqual([
      ['a', 0, Status.DONE, 1],
      ['b', 0, Status.DONE, 2],
      ['c', 0, Status.DONE, 3],
    ]);
    log.length = 0;
    c.trySend(10);
    local.park([send(c, 11)], false, noting(log, 'd'));
    local.park([send(c, 12)], false, noting(log, 'e'));
    expect([c.tryRecv(), c.tryRecv(), c.tryRecv(), c.tryRecv()]).toEqual([10, 11, 12, EMPTY]);
    expect(log).toEqual([
      ['d', 0, Status.DONE, undefined],
      ['e', 0, Status.DONE, undefined],
    ]);
  });

  it('34 a cancelled waiter is skipped, and cancelling what has happened says so', () => {
    const c = open(0);
    const log: unknown[] = [];
    const first = local.park([recv(c)], false, noting(log, 'a'));
    const second = local.park([recv(c)], false, noting(log, 'b'));
    expect(first?.cancel()).toBe(true);
    expect(first?.cancel()).toBe(false);
    expect(c.trySend(1)).toBe(Status.DONE);
    expect(second?.cancel()).toBe(false);
    expect(log).toEqual([['b', 0, Status.DONE, 1]]);
    expect(c.trySend(2)).toBe(Status.BLOCKED);
  });

  it('batches go as far as there is room, and take waiting senders along', () => {
    const c = open(2);
    expect(c.trySendMany([1, 2, 3], 0)).toBe(2);
    expect(c.trySendMany([1, 2, 3], 2)).toBe(0);
    local.park([send(c, 3)], false, noting([]));
    const into: unknown[] = [];
    expect(c.tryRecvMany(into, 10)).toBe(3);
    c.close();
    expect([into, c.tryRecvMany(into, 1), c.trySendMany([1], 0)]).toEqual([[1, 2, 3], -1, -Status.CLOSED]);
  });
});

describe('select', () => {
  it('46 a send and a receive on one rendezvous do not pair with themselves, but two such selects pair', () => {
    const c = open(0);
    const log: unknown[] = [];
    local.park([send(c, 'x'), recv(c)], false, noting(log, 'a'));
    expect(log).toEqual([]);
    expect(local.trySelect([send(c, 'y'), recv(c)], true, noting(log, 'b'))).toBe(true);
    expect(log).toEqual([
      ['a', 1, Status.DONE, 'y'],
      ['b', 0, Status.DONE, undefined],
    ]);
  });

  it('48 losing cases leave the queues as they were', () => {
    const [c, d] = [open(0), open(0)];
    const log: unknown[] = [];
    local.park([recv(c)], false, noting(log, 'a'));
    local.park([recv(c), recv(d)], false, noting(log, 'select'));
    local.park([recv(c)], false, noting(log, 'b'));
    d.trySend(0);
    c.trySend(1);
    c.trySend(2);
    expect(log).toEqual([
      ['select', 1, Status.DONE, 0],
      ['a', 0, Status.DONE, 1],
      ['b', 0, Status.DONE, 2],
    ]);
    expect(c.trySend(3)).toBe(Status.BLOCKED);
  });

  it('24 takes one of the ready cases uniformly at random, 26 or the first with `biased`', () => {
    const runs = 10_000;
    const [c, d, never] = [open(Infinity), open(Infinity), open(0)];
    const counts = [0, 0, 0];
    for (let i = 0; i < runs; i++) {
      c.trySend(0);
      d.trySend(0);
      local.trySelect([recv(c), recv(never), recv(d)], false, { settle: (index) => void counts[index]++, fail() {} });
    }
    expect(counts[1]).toBe(0);
    expect(Math.abs(counts[0] / runs - 0.5)).toBeLessThan(4.4172 / (2 * Math.sqrt(runs)));
    const log: number[] = [];
    for (let i = 0; i < 100; i++) {
      c.trySend(0);
      local.trySelect([recv(never), recv(c), recv(d)], true, { settle: (index) => log.push(index), fail() {} });
    }
    expect(new Set(log)).toEqual(new Set([1]));
  });

  it('an operation that its claim refuses is withdrawn, and the next waiter is served', () => {
    const [c, d] = [open(0), open(0)];
    const log: unknown[] = [];
    const refused = local.park([recv(c), recv(d)], false, noting(log, 'a'), () => false);
    local.park([recv(c)], false, noting(log, 'b'), () => true);
    expect(c.trySend(1)).toBe(Status.DONE);
    expect(log).toEqual([['b', 0, Status.DONE, 1]]);
    expect(refused?.cancel()).toBe(false);
    expect(d.trySend(1)).toBe(Status.BLOCKED);
  });

  it('42 without cases waits until it is cancelled', () => {
    const parked = local.park([], false, noting([]));
    expect(parked?.cancel()).toBe(true);
  });

  it('5 and 6 close wakes every receiver and every sender, all committed before the first is told', () => {
    const c = open(0);
    const log: unknown[] = [];
    const second: { cancel(): boolean }[] = [];
    local.park([recv(c)], false, { settle: () => log.push(second[0]?.cancel()), fail() {} });
    second.push(local.park([recv(c)], false, noting(log, 'b')) as { cancel(): boolean });
    c.close();
    expect(log).toEqual([false, ['b', 0, Status.CLOSED, undefined]]);
    const d = open(0);
    local.park([send(d, 1)], false, noting(log, 'c'));
    d.close();
    expect(log.at(-1)).toEqual(['c', 0, Status.CLOSED, undefined]);
  });
});

describe('blocking', () => {
  it('29 happens at once if it can, however short the timeout', () => {
    const c = open(1);
    const log: unknown[] = [];
    expect(local.block([send(c, 1)], false, 0, noting(log))).toBe(true);
    expect(local.block([recv(c)], false, Infinity, noting(log))).toBe(true);
    expect(log).toEqual([
      ['', 0, Status.DONE, undefined],
      ['', 0, Status.DONE, 1],
    ]);
  });

  it('waits out a finite timeout and leaves nothing behind', () => {
    const c = open(0);
    const start = performance.now();
    expect(local.block([recv(c)], false, 30, noting([]))).toBe(false);
    expect(performance.now() - start).toBeGreaterThanOrEqual(30);
    expect(c.trySend(1)).toBe(Status.BLOCKED);
  });

  it('refuses to block for ever, since nobody else could run', () => {
    const c = open(0, 'jobs');
    expect(() => local.block([recv(c)], false, Infinity, noting([]))).toThrow(BlockingError);
    expect(() => local.block([send(c, 1)], false, Infinity, noting([]))).toThrow("send on channel 'jobs' would block for ever");
  });
});

describe('lifetime', () => {
  it('57 the last sender closes, 58 the last receiver disconnects', () => {
    const c = open(4);
    const log: unknown[] = [];
    const [sender, receiver] = [c.clone(Direction.SEND), c.clone(Direction.RECV)];
    c.dispose();
    c.dispose();
    sender.trySend(1);
    sender.dispose();
    expect([receiver.closed(), receiver.tryRecv(), receiver.tryRecv()]).toEqual([true, 1, CLOSED]);
    const d = open(0);
    const alone = d.clone(Direction.SEND);
    local.park([send(alone, 1)], false, noting(log, 'a'));
    const other = d.clone(Direction.SEND);
    d.dispose();
    expect(log).toEqual([['a', 0, Status.DISCONNECTED, undefined]]);
    expect(other.trySend(1)).toBe(Status.DISCONNECTED);
  });

  it('a port lists what it enqueued as the only handle of a direction, and no other one looks through the queues', () => {
    const c = open(0);
    const operation = (): Sudog & Waiter => {
      const sg = { queue: null, elem: undefined, owner: c, ready: () => {} } as unknown as Sudog & Waiter;
      return Object.assign(sg, { prev: sg, next: sg });
    };
    /** Whether `port` lists what it enqueues. */
    const enqueue = (port: Port<unknown>, sg = operation()): boolean | undefined => {
      const lists = port.lists?.(false);
      expect(port.enqueue?.(false, sg)).toBe(true);
      return lists;
    };
    c.clone(Direction.SEND);
    expect([...(c.waiting?.() ?? [])]).toEqual([]);
    const first = operation();
    expect(enqueue(c, first)).toBe(true);
    const other = c.clone(Direction.RECV);
    expect(enqueue(other)).toBe(false);
    expect(enqueue(c)).toBe(false);
    expect(other.waiting?.()).toEqual([]);
    expect([...(c.waiting?.() ?? [])][0]).toBe(first);
    c.dispose();
    expect(enqueue(other)).toBe(true);
    expect([...(other.waiting?.() ?? [])].length).toBe(4);
  });

  it('share says that a local channel stays in its thread', () => {
    expect(() => open(0, 'jobs').share()).toThrow(TypeError);
    expect(() => open(0, 'jobs').share()).toThrow("channel 'jobs' has engine 'local'");
  });
});
