/**
 * A batch from a shared channel kept what it had copied from a waiting sender whose abort came between the copy and the
 * commit. The withdrawing thread is played by this one: the copy itself turns the operation's state as that thread would.
 */
import { chan, codec } from 'hchan';
import { afterEach, expect, test } from 'vitest';
import * as Op from '../../build/shared/layout/op.js';
import * as State from '../../build/shared/layout/state.js';
import * as Sudog from '../../build/shared/layout/sudog.js';
import { Incoming } from '../../build/shared/message.js';

const { take } = Incoming.prototype;
afterEach(() => {
  Incoming.prototype.take = take;
});

/** From the `nth` copy on, `count` copies find their sender withdrawn right after. Says how many did. */
function withdraw(nth: number, count: number): () => number {
  let copies = 0;
  let withdrawn = 0;
  Incoming.prototype.take = function (m, at) {
    take.call(this, m, at);
    copies += 1;
    if (copies < nth || copies >= nth + count) return;
    const state = (m[at - Sudog.FRAME + Sudog.OP] as number) + Op.STATE;
    // What is copied out of the buffer stands behind no operation; only a waiting one can be withdrawn.
    const word = Atomics.load(m, state);
    expect(word & State.MASK).toBe(State.WAITING);
    Atomics.store(m, state, (word & ~State.MASK) | State.CANCELLED);
    withdrawn += 1;
  };
  return () => withdrawn;
}

const LONG = 'x'.repeat(1000);

test.each([
  ['the first', 1, 1, [2, 3, 4]],
  ['one in the middle', 2, 2, [1, 4]],
  ['the last', 4, 1, [1, 2, 3]],
  ['every one', 1, 4, []],
])('a batch receives no message of %s that was withdrawn', (_, nth, count, expected) => {
  const channel = chan<number>(0, { engine: 'shared', codec: codec.u32 });
  for (const value of [1, 2, 3, 4]) void channel.send(value);
  const withdrawn = withdraw(nth, count);
  expect(channel.tryRecvMany(10)).toEqual(expected);
  expect(withdrawn()).toBe(count);
});

test('a batch with long messages reads each of them at its own place', () => {
  const channel = chan<string>(0, { engine: 'shared', codec: codec.string });
  for (const value of ['one', LONG, 'three', 'four']) void channel.send(value);
  const withdrawn = withdraw(2, 1);
  expect(channel.tryRecvMany(10)).toEqual(['one', 'three', 'four']);
  expect(withdrawn()).toBe(1);
});
