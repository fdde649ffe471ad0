/** A sendMany of a long array kept the event loop to itself, and one that aborted its own signal went on. */
import { expect, test } from 'vitest';
import { ENGINES, forEngines } from '../conformance/engines.js';

forEngines(ENGINES, (engine) => {
  test('a sendMany of a long array lets the event loop turn', async () => {
    const channel = engine.make<unknown>(Number.POSITIVE_INFINITY);
    const values = new Array<unknown>(100_000).fill({ id: 1, name: 'one', tags: [1, 2, 3] });
    const seen = new Set<number>();
    const look = () => {
      seen.add(channel.length);
      turn = setImmediate(look);
    };
    let turn = setImmediate(look);
    await channel.sendMany(values);
    clearImmediate(turn);
    const partWay = [...seen].filter((length) => length > 0 && length < values.length);
    expect(partWay.length).toBeGreaterThan(1);
    expect(channel.length).toBe(values.length);
  });

  test('an iterable that aborts the signal ends its sendMany, and what went is a prefix', async () => {
    const channel = engine.make<number>(Number.POSITIVE_INFINITY);
    const stop = new AbortController();
    function* values() {
      for (let value = 1; ; value++) {
        if (value === 4) stop.abort('enough');
        yield value;
      }
    }
    await expect(channel.sendMany(values(), { signal: stop.signal })).rejects.toBe('enough');
    expect(channel.tryRecvMany(10)).toEqual([1, 2, 3]);
  });
});
