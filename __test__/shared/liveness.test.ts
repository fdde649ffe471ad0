/** Hosts that tell of no deaths: Web Locks, here played by a stand-in that lets go of a thread's locks when told. */
import { expect, it, vi } from 'vitest';
import * as Direction from '../../build/direction.js';
import type { Port } from '../../build/engine.js';
import { codec } from '../../build/index.js';
import { Arena } from '../../build/shared/arena.js';
import * as Chan from '../../build/shared/layout/chan.js';
import * as Flag from '../../build/shared/layout/flag.js';
import * as Thread from '../../build/shared/layout/thread.js';
import * as ThreadState from '../../build/shared/layout/thread-state.js';
import { makechan } from '../../build/shared/lifetime.js';
import { askWebLock, holdWebLock } from '../../build/shared/liveness.js';
import { makeMemory } from '../../build/shared/memory.js';
import { SharedPort } from '../../build/shared/port.js';
import { bury, watchOver } from '../../build/shared/repair.js';
import { Waiting } from '../../build/shared/waiting.js';

/** Web Locks, as far as they are used. */
class StandIn {
  readonly held = new Set<string>();
  request(name: string, first: unknown, second?: unknown): Promise<unknown> {
    const use = (second ?? first) as (lock: object | null) => unknown;
    if (second !== undefined) return Promise.resolve(use(this.held.has(name) ? null : {}));
    this.held.add(name);
    return Promise.resolve(use({}));
  }
}

it('a thread is found dead once its lock can be had, and not before', () => {
  const memory = makeMemory();
  const [one, two] = [new Arena(memory), new Arena(memory)];
  const locks = new StandIn();
  for (const arena of [one, two]) {
    watchOver(arena);
    // A host without kernel numbers of threads.
    arena.i32[arena.thread + Thread.TID] = 0;
    holdWebLock(arena, locks);
  }
  expect(locks.held.size).toBe(2);
  const state = (): number => one.i32[two.thread + Thread.STATE] as number;
  askWebLock(one, two.slot, () => bury(one, two.slot, () => true), locks);
  expect(state()).toBe(ThreadState.LIVE);
  for (const name of locks.held) if (name.includes(` ${two.slot} `)) locks.held.delete(name);
  askWebLock(one, two.slot, () => bury(one, two.slot, () => true), locks);
  expect(state()).toBe(ThreadState.FREE);
});

it('a lock that does not move and whose owner nobody knows is given up loudly, also by those who wait', async () => {
  const memory = makeMemory();
  const [one, two] = [new Arena(memory), new Arena(memory)];
  for (const arena of [one, two]) {
    watchOver(arena);
    arena.i32[arena.thread + Thread.TID] = 0;
  }
  const c = makechan(two, 0);
  const port = new SharedPort(two, c, Direction.BOTH, codec.void, 'stuck') as Port;
  const waiting = new Promise((_, reject) => {
    port.engine.park([{ port, send: false, value: undefined }], true, {
      settle: () => expect.unreachable(),
      fail: (_, error) => reject(error),
    });
  });
  one.lock(c);
  const start = performance.now();
  expect(() => port.trySend(undefined)).toThrow('does not move');
  const first = performance.now() - start;
  expect(() => port.trySend(undefined)).toThrow('is broken');
  expect([first > 500, first < 1500, performance.now() - start - first < 200]).toEqual([true, true, true]);
  await expect(waiting).rejects.toThrow('is broken');
  expect(() => port.dispose()).not.toThrow();
});

it('a death that is told between the parking of an operation and its arming is heard', async () => {
  const arena = new Arena(makeMemory());
  watchOver(arena);
  const c = makechan(arena, 0);
  const port = new SharedPort(arena, c, Direction.BOTH, codec.void, 'struck');
  port.ends.of(false).parked(0);
  const settled = vi.spyOn(Waiting.prototype, 'settled').mockImplementation(() => {
    const m = arena.i32;
    Atomics.or(m, c + Chan.FLAGS, Flag.BROKEN);
    Atomics.store(m, arena.thread + Thread.RESCAN, 1);
    arena.ring(arena.thread);
    return 0;
  });
  const waiting = new Promise((_, reject) => {
    port.engine.park([{ port: port as Port, send: false, value: undefined }], true, {
      settle: () => expect.unreachable(),
      fail: (_, error) => reject(error),
    });
  });
  await expect(waiting).rejects.toThrow('is broken');
  expect(settled).toHaveBeenCalledOnce();
  settled.mockRestore();
});
