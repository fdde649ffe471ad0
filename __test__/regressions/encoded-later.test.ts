/** A codec whose encode was an async function sent what it had written by its first await. */
import { type Codec, CodecError } from 'hchan';
import { expect, test } from 'vitest';
import { CROSSING, forEngines } from '../conformance/engines.js';

const later = {
  id: 'later',
  async encode(value: number, to: { u8(value: number): void }) {
    await Promise.resolve();
    to.u8(value);
  },
  decode: (from: { u8(): number }) => from.u8(),
} as unknown as Codec<number>;

forEngines(CROSSING, (engine) => {
  test('a codec that encodes later is a CodecError, and nothing is sent', async () => {
    const channel = engine.make<number>(2, { codec: later });
    expect(() => channel.trySend(1)).toThrow(CodecError);
    await expect(channel.send(1)).rejects.toThrow("codec 'later' encodes later");
    expect(channel.length).toBe(0);
  });
});
