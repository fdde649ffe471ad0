/** A sending end over something that posts messages: one by one, or many in an array. */
import type { Mode } from '../scenario.js';
import { BATCH, type Sink } from './link.js';

/** Posting never blocks. */
export type Batching = Exclude<Mode, 'blocking'>;

export function batching(mode: Batching, post: (message: unknown) => void, end: () => void): Sink {
  let waiting: unknown[] = [];
  const flush = () => {
    post(waiting);
    waiting = [];
  };
  const one =
    mode === 'awaiting'
      ? post
      : (value: unknown) => {
          waiting.push(value);
          if (waiting.length === BATCH) flush();
        };
  return {
    one,
    async many(from, count, value) {
      for (let index = from; index < from + count; index++) one(value(index));
      if (waiting.length > 0) flush();
    },
    close() {
      if (waiting.length > 0) flush();
      end();
    },
  };
}
