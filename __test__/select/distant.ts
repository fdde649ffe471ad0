/**
 * An engine for tests of selects over several engines: the local one, with outcomes that arrive late, as from another
 * thread. `deliver` lets those arrive that are on their way.
 */

import type { Channel } from 'hchan';
import type { Case, Engine, Parked, Port, Waiter } from '../../build/engine.js';
import { makeChannel } from '../../build/handle/channel.js';
import { local } from '../../build/local/engine.js';

export interface Distant {
  readonly engine: Engine;
  chan<T>(capacity: number): Channel<T>;
  /** Lets outcomes arrive. */
  deliver(): void;
  /** Calls the watchers: something may be ready. */
  ring(): void;
  /** Operations that are parked now. */
  readonly parked: number;
}

class Late implements Waiter, Parked {
  #inner: Parked | null = null;
  #over = false;

  constructor(
    readonly engine: { parked: number; arriving: (() => void)[] },
    readonly waiter: Waiter,
  ) {}

  park(cases: readonly Case[], biased: boolean): Parked | null {
    let atOnce = true;
    const first: Waiter = {
      settle: (...outcome) => (atOnce ? this.waiter.settle(...outcome) : this.settle(...outcome)),
      fail: (...outcome) => this.waiter.fail(...outcome),
    };
    this.#inner = local.park(cases, biased, first);
    atOnce = false;
    if (this.#inner === null) return null;
    this.engine.parked++;
    return this;
  }

  settle(...outcome: Parameters<Waiter['settle']>): void {
    this.#over = true;
    this.engine.parked--;
    this.engine.arriving.push(() => this.waiter.settle(...outcome));
  }

  fail(): void {}

  cancel(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.engine.parked--;
    return this.#inner?.cancel() ?? false;
  }
}

/** A new engine of that kind. */
export function distant(name: 'native' | 'shared'): Distant {
  const state = { parked: 0, arriving: [] as (() => void)[], watchers: new Set<() => void>() };
  const engine: Engine = {
    name,
    trySelect: local.trySelect,
    block: local.block,
    park: (cases, biased, waiter) => new Late(state, waiter).park(cases, biased),
    watch: (_cases, onReady) => {
      state.watchers.add(onReady);
      return { cancel: () => state.watchers.delete(onReady) };
    },
  };
  return {
    engine,
    chan<T>(capacity: number): Channel<T> {
      const port = local.open('local', {
        capacity,
        name: undefined,
        codec: { id: 'none', encode() {}, decode: () => undefined },
      });
      Object.defineProperty(port, 'engine', { value: engine });
      return makeChannel(port as unknown as Port<T>);
    },
    deliver: () => {
      for (const arrive of state.arriving.splice(0)) arrive();
    },
    ring: () => {
      for (const onReady of [...state.watchers]) if (state.watchers.delete(onReady)) onReady();
    },
    get parked() {
      return state.parked;
    },
  };
}
