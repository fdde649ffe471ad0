/**
 * Completions that do not all fit into what a thread is told them in are told bit by bit. Who heard first and waited again was taken for who
 * was still to hear.
 */
import { type Codec, chan, codec } from 'hchan';
import { expect, test } from 'vitest';
import { CROSSING, forEngines } from '../conformance/engines.js';

const LONG = 'x'.repeat(40_000);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

forEngines(CROSSING, (engine) => {
  test('who waits again while others are still to hear takes nothing from them', { timeout: 10_000 }, async () => {
    const other = chan(1);
    const again: Promise<unknown>[] = [];
    const waiting: Codec<string> = {
      id: 'waiting',
      encode: (value, to) => codec.string.encode(value, to),
      decode(from) {
        const value = codec.string.decode(from);
        again.push(other.recv());
        return value;
      },
    };
    const [first, second] = [engine.make<string>(1, { codec: waiting }), engine.make<string>(1, { codec: codec.string })];
    for (let i = 0; i < 5; i++) {
      const both = [first.recv(), second.recv()];
      await turn();
      expect([first.trySend(LONG), second.trySend(LONG)]).toEqual([true, true]);
      expect(await Promise.all(both)).toEqual([1, 2].map(() => ({ ok: true, value: LONG })));
    }
    other.close();
    expect(await Promise.all(again)).toEqual(again.map(() => ({ ok: false, value: undefined })));
    for (const channel of [first, second]) channel[Symbol.dispose]();
  });
});
