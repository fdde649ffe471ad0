/** What a batch left undecoded was passed over by a select, which took the message behind it. */
import { attach, type Channel, type Codec, CodecError, codec, type Receiver, select, selectSync, send, trySelect } from 'hchan';
import { expect, test } from 'vitest';
import { thrown } from '../conformance/actors.js';
import { CROSSING, forEngines } from '../conformance/engines.js';

/** Strings, but for 'bad', which does not decode. */
const picky: Codec<string> = {
  id: 'picky',
  encode: (value, to) => codec.string.encode(value, to),
  decode(from) {
    const value = codec.string.decode(from);
    if (value === 'bad') throw new Error('bad');
    return value;
  },
};

const WAYS: Record<string, (channel: Channel<string>) => unknown> = {
  tryRecv: (channel) => channel.tryRecv()?.value,
  recv: async (channel) => (await channel.recv()).value,
  recvSync: (channel) => channel.recvSync({ timeout: 5000, allowMainThread: true }).value,
  trySelect: (channel) => trySelect({ channel })?.value,
  select: async (channel) => (await select({ channel })).value,
  selectSync: (channel) => selectSync({ channel }, { timeout: 5000, allowMainThread: true }).value,
};

forEngines(CROSSING, (engine) => {
  for (const [way, next] of Object.entries(WAYS)) {
    test(`${way} reports what a batch left undecoded before it takes what comes after it`, async () => {
      const channel = engine.make<string>(4, { codec: picky });
      expect(channel.trySendMany(['a', 'bad', 'b'])).toBe(3);
      expect(channel.tryRecvMany(5)).toEqual(['a']);
      await expect((async () => next(channel))()).rejects.toBeInstanceOf(CodecError);
      expect(await next(channel)).toBe('b');
    });
  }

  test('a send leaves it to the next receive', () => {
    const channel = engine.make<string>(4, { codec: picky });
    channel.trySendMany(['a', 'bad']);
    channel.tryRecvMany(5);
    expect(trySelect({ out: send(channel, 'b') })?.key).toBe('out');
    expect(() => channel.tryRecv()).toThrow(CodecError);
    expect(channel.tryRecv()).toEqual({ ok: true, value: 'b' });
  });

  test('each of several is reported, also those of a codec that runs no code of the user', () => {
    const letters = codec.literals('a', 'b');
    const numbers: Codec<number> = { id: letters.id, size: 1, encode: (value, to) => to.u8(value), decode: (from) => from.u8() };
    const channel = engine.make<number>(8, { codec: numbers });
    const receiver = attach<Receiver<'a' | 'b'>>(channel.receiver().share() as never, { codec: letters });
    channel.trySendMany([1, 7, 0, 8, 1]);
    expect(receiver.tryRecvMany(8)).toEqual(['b', 'a', 'b']);
    for (const bad of [7, 8]) {
      const error = thrown(() => receiver.tryRecv());
      expect([error.constructor, [...((error as CodecError).bytes as Uint8Array)]]).toEqual([CodecError, [bad]]);
    }
    expect(receiver.tryRecv()).toBeNull();
  });
});
