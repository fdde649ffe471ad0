/** A token whose name is no string was attached, and the handle's name was that. */
import { attach } from 'hchan';
import { expect, test } from 'vitest';
import { CROSSING, forEngines } from '../conformance/engines.js';

forEngines(CROSSING, (engine) => {
  test('attach of a token whose name is no string is a TypeError', () => {
    const channel = engine.make<number>(1, { name: 'jobs' });
    const token = channel.share();
    for (const name of [5, {}, null]) expect(() => attach({ ...token, name })).toThrow(TypeError);
    expect(attach(token)).toMatchObject({ name: 'jobs' });
  });
});
