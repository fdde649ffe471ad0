/** What a codec of the user's throws was changed, or came out as it was; messages went over several lines. */
import { ChannelError, type Codec, CodecError, chan, codec } from 'hchan';
import { expect, test } from 'vitest';
import { thrown } from '../conformance/actors.js';
import { CROSSING, forEngines } from '../conformance/engines.js';

const constant = new CodecError('no such kind');
const revoked = () => {
  const { proxy, revoke } = Proxy.revocable(new Error('never seen'), {});
  revoke();
  return proxy;
};
const ERRORS: Record<string, () => unknown> = {
  'a constant CodecError': () => constant,
  'a frozen CodecError': () => Object.freeze(new CodecError('frozen')),
  'a revoked Proxy': revoked,
  'an error of many lines': () => new Error(`one\n  two\n${'x'.repeat(10_000)}`),
  nothing: () => undefined,
};

function throwing(error: () => unknown): Codec<string> {
  return {
    id: 'throwing',
    encode(value, to) {
      if (value === 'refused') throw error();
      to.string(value);
    },
    decode(from) {
      if (from.string() === 'spoilt') throw error();
      return 'well';
    },
  };
}

function caught(call: () => unknown): CodecError {
  const error = thrown(call);
  expect(error).toBeInstanceOf(CodecError);
  return error as CodecError;
}

forEngines(CROSSING, (engine) => {
  test.each(Object.entries(ERRORS))('%s is the cause of a CodecError of one line, each time', (_name, error) => {
    for (const wrap of [false, true]) {
      const one = throwing(error);
      const channel = engine.make<unknown>(4, { name: 'odd', codec: (wrap ? codec.struct({ in: one }) : one) as Codec<unknown> });
      const value = (text: string) => (wrap ? { in: text } : text);
      const before = constant.message;
      for (let i = 0; i < 2; i++) {
        const sent = caught(() => channel.trySend(value('refused')));
        channel.trySend(value('spoilt'));
        const received = caught(() => channel.tryRecv());
        for (const each of [sent, received]) {
          expect(each.message.match(/channel 'odd'/g)).toHaveLength(1);
          expect(each.message).toMatch(/^[^\n]{1,500}$/);
          if (error() === constant) expect(each.cause).toBe(constant);
        }
        if (wrap) expect(sent.message).toContain('.in');
        expect(received.bytes).toBeInstanceOf(Uint8Array);
      }
      expect(constant.message).toBe(before);
      channel.trySend(value('fine'));
      expect(channel.tryRecv()?.value).toEqual(value('well'));
    }
  });

  test('an error of another channel, met within an encode, is a cause: its path and count are not those of the message', async () => {
    const inner = engine.make<number>(8, { name: 'inner', codec: codec.u8 });
    let last: unknown;
    const nested: Codec<number> = {
      id: 'nested',
      encode(value, to) {
        if (value === 5) {
          try {
            inner.trySendMany([1, 2, 999]);
          } catch (error) {
            last = error;
            throw error;
          }
        }
        to.u8(value);
      },
      decode: (from) => from.u8(),
    };
    const channel = engine.make<unknown>(16, { name: 'outer', codec: codec.struct({ field: nested }) as Codec<unknown> });
    const values = [0, 1, 2, 3, 4, 5].map((field) => ({ field }));
    for (let i = 0; i < 2; i++) {
      const error = (await channel.sendMany(values).catch((error) => error)) as CodecError;
      expect(error).toBeInstanceOf(CodecError);
      expect(error.sent).toBe(5);
      expect(error.cause).toBe(last);
      expect(error.message).toMatch(
        /^channel 'outer': value at .field cannot be encoded: channel 'inner': value does not fit u8/,
      );
      expect(last).toMatchObject({ sent: 2, message: expect.stringMatching(/^channel 'inner': value does not fit u8/) });
      channel.tryRecvMany(16);
      inner.tryRecvMany(16);
    }
  });

  test('a frozen error of a codec within it is a cause too', () => {
    const freezing: Codec<number> = {
      id: 'freezing',
      encode(value, to) {
        try {
          codec.u8.encode(value, to);
        } catch (error) {
          throw Object.freeze(error);
        }
      },
      decode: (from) => from.u8(),
    };
    const channel = engine.make<number>(1, { codec: freezing });
    expect(caught(() => channel.trySend(300)).message).toContain('value does not fit u8');
  });

  test('a name of several lines does not make one of an error', () => {
    const channel = engine.make<number>(1, { name: 'a\nb', codec: codec.u8 });
    expect(caught(() => channel.trySend(300)).message).toMatch(/^channel 'a b': [^\n]+$/);
  });

  test('text that is not JSON is shown in one line', () => {
    const channel = engine.make<unknown>(1, { codec: codec.json() });
    const circular: { self?: unknown } = {};
    circular.self = circular;
    expect(caught(() => channel.trySend(circular)).message).not.toContain('\n');
    expect(channel.length).toBe(0);
  });

  test('a Reader that has lost its bytes fails the message, and no more', () => {
    const forgetful: Codec<string> = {
      id: 'forgetful',
      encode: (value, to) => to.string(value),
      decode(from) {
        (from as { bytes: unknown }).bytes = undefined;
        return from.string();
      },
    };
    const channel = engine.make<string>(1, { codec: forgetful });
    channel.trySend('lost');
    expect(caught(() => channel.tryRecv()).bytes).toHaveLength(5);
  });

  test('a Writer that is kept and given no capacity costs one message at most', () => {
    let kept: { capacity: number } | undefined;
    const keeping: Codec<string> = {
      id: 'keeping',
      encode(value, to) {
        kept = to as unknown as { capacity: number };
        to.string(value);
      },
      decode: (from) => from.string(),
    };
    const channel = engine.make<string>(2, { codec: keeping });
    for (const capacity of [0, -1, Number.NaN]) {
      channel.trySend('kept');
      channel.tryRecv();
      (kept as { capacity: number }).capacity = capacity;
      try {
        channel.trySend('x'.repeat(5000));
      } catch (error) {
        expect(error).toBeInstanceOf(ChannelError);
      }
      channel.tryRecvMany(2);
      channel.trySend('well');
      expect(channel.tryRecv()?.value).toBe('well');
    }
  });
});

test('a bad argument is named in one short line', () => {
  const odd = { [Symbol.toStringTag]: `a\nb${'c'.repeat(100_000)}` };
  expect(() => chan(odd as never)).toThrow(/^[^\n]{1,200}$/);
});
