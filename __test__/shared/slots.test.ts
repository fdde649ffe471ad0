/** Slots of threads that died go to new threads; nobody must take the new one for the dead one. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Arena } from '../../build/shared/arena.js';
import * as Header from '../../build/shared/layout/header.js';
import * as Thread from '../../build/shared/layout/thread.js';
import * as ThreadState from '../../build/shared/layout/thread-state.js';
import { makeMemory } from '../../build/shared/memory.js';
import { bury, onExit, watchOver } from '../../build/shared/repair.js';

describe.skipIf(process.platform !== 'linux')('a slot that a dead thread had', () => {
  /** No thread has this number. */
  const NONE = 2 ** 30;

  function members() {
    const memory = makeMemory();
    const [one, two, three] = [new Arena(memory), new Arena(memory), new Arena(memory)];
    for (const arena of [one, two, three]) watchOver(arena);
    one.i32[three.thread + Thread.TID] = NONE;
    const looks = () => {
      one.i32[Header.LAST_LOOK] = -1000;
      one.look();
    };
    const state = () => one.i32[three.thread + Thread.STATE];
    return { memory, one, two, three, looks, state };
  }

  afterEach(() => void vi.restoreAllMocks());

  it('is given back by whoever looks', () => {
    const { looks, state } = members();
    looks();
    expect(state()).toBe(ThreadState.FREE);
  });

  it('is not taken from the next thread, however early somebody looks or hears of the dead one', () => {
    const { memory, one, three, looks, state } = members();
    one.i32[three.thread + Thread.THREAD_ID] = 77;
    looks();
    const { compareExchange } = Atomics;
    let looked = 0;
    vi.spyOn(Atomics, 'compareExchange').mockImplementation(((words: Int32Array, at: number, was: number, to: number) => {
      const found = compareExchange(words, at, was, to);
      if (at !== three.thread + Thread.STATE || to !== ThreadState.LIVE) return found;
      looks();
      onExit(one, 77);
      looked++;
      return found;
    }) as typeof Atomics.compareExchange);
    expect(new Arena(memory).slot).toBe(three.slot);
    expect([looked, state()]).toEqual([1, ThreadState.LIVE]);
  });

  it('is not taken from the next thread by one that wanted to clear up when another one did', () => {
    const { memory, one, two, three, looks, state } = members();
    const { lock } = one;
    one.lock = (at) => {
      if (at === three.thread + Thread.BURIAL && state() === ThreadState.LIVE) {
        one.lock = lock;
        bury(two, three.slot, () => true);
        expect(new Arena(memory).slot).toBe(three.slot);
      }
      lock.call(one, at);
    };
    looks();
    expect(one.lock, 'somebody else cleared up in between').toBe(lock);
    expect(state()).toBe(ThreadState.LIVE);
  });
});
