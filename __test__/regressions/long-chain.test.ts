/** Stages that send on what they consume called each other within one send, until the stack was full. */
import { expect, test } from 'vitest';
import { ENGINES, forEngines } from '../conformance/engines.js';

const STAGES = 10_000;

forEngines(ENGINES, (engine) => {
  test('a value goes through 10 000 consuming stages', async () => {
    const channels = Array.from({ length: STAGES + 1 }, () => engine.make<number>(1));
    const stages = channels.slice(1).map((next, stage) => channels[stage]?.consume((value) => next.trySend(value + 1)));
    channels[0]?.trySend(0);
    const out = channels[STAGES]?.recv();
    expect(await Promise.race([out, ...stages])).toEqual({ ok: true, value: STAGES });
    for (const channel of channels) channel.close();
    await Promise.all(stages);
  });
});
