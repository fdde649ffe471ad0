/**
 * What is never ready: a select without a live case, and all of `never()`. It ends only by its signal or its time, and can be
 * withdrawn at any moment.
 */
import type { Engine } from './engine.js';
import { sleep } from './sleep.js';

/** The engine of no cases. */
export const idle: Pick<Engine, 'trySelect' | 'park' | 'block'> = {
  trySelect: () => false,
  park: () => ({ cancel: () => true }),
  block: (_cases, _biased, timeout) => {
    sleep(timeout);
    return false;
  },
};
