/** A `Math.random` that a program's tests have replaced, and that says 1 or nothing sensible, made select look at cases that are none. */
import { select, trySelect } from 'hchan';
import { afterEach, expect, test, vi } from 'vitest';
import { ENGINES, forEngines } from '../conformance/engines.js';

afterEach(() => {
  vi.restoreAllMocks();
});

forEngines(ENGINES, (engine) => {
  test.each([0, 0.999, 1, Number.NaN, -1])('selects while Math.random says %s', async (said) => {
    vi.spyOn(Math, 'random').mockReturnValue(said);
    using a = engine.make<number>(4);
    using b = engine.make<number>(4);
    a.trySendMany([1, 2, 3]);
    b.trySendMany([4, 5, 6]);
    const got: unknown[] = [];
    for (let k = 0; k < 3; k++) got.push((await select({ a, b })) as unknown, trySelect({ a, b }));
    const values = got.map((each) => (each as { value: number }).value);
    expect(values.sort()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(trySelect({ a, b })).toBe(null);
  });
});
