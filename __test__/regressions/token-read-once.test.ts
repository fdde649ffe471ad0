/** A token's field that says something else each time made a handle of a direction that nobody had counted, whose end closed the channel. */
import { attach, type Channel, DirectionError } from 'hchan';
import { expect, test } from 'vitest';
import { CROSSING, forEngines } from '../conformance/engines.js';

forEngines(CROSSING, (engine) => {
  test.each([3, 7, -1])('a direction that turns into %i stays what it was first', (last) => {
    const channel = engine.make<number>(4);
    let reads = 0;
    const token = Object.defineProperty({ ...channel.receiver().share() }, 'direction', {
      enumerable: true,
      get: () => (reads++ < 1 ? 2 : last),
    });
    const handle = attach<Channel<number>>(token);
    expect(() => handle.trySend(1)).toThrow(DirectionError);
    handle[Symbol.dispose]();
    expect(channel.closed).toBe(false);
    expect(reads).toBe(1);
  });
});

test('what is no token is not copied', () => {
  let copies = 0;
  const ownKeys = (target: object) => {
    copies++;
    return Reflect.ownKeys(target);
  };
  expect(() => attach(new Proxy({ hchan: 'no token' }, { ownKeys }))).toThrow(TypeError);
  expect(copies).toBe(0);
});
