/** Tokens are data that anybody may have written: what `attach` must refuse, and what it must not let anybody do. */
import fc from 'fast-check';
import { attach, type Channel, ChannelError, CodecError, codec, DetachedError } from 'hchan';
import { expect, test } from 'vitest';
import { ok, Stage, thrown } from './actors.js';
import { CROSSING, type EngineCase, forEngines, scaled } from './engines.js';

const stage = new Stage();
const NOT_OPTIONS = [1, 'x', true, Symbol('s'), 1n, () => {}];
// biome-ignore lint/suspicious/noExplicitAny: what a caller without types can pass
const any = (value: unknown): any => value;

forEngines(CROSSING, (engine) => {
  forged(engine);
});

function forged(engine: EngineCase): void {
  test('attach of something that is no token is a TypeError', () => {
    for (const wrong of [undefined, null, 1, 'token', {}, [], true, { hchan: 'token' }, () => {}, Symbol('s'), engine.make(1)]) {
      expect(
        thrown(() => attach(any(wrong))),
        String(wrong),
      ).toBeInstanceOf(TypeError);
    }
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(thrown(() => attach(any(value)))).toBeInstanceOf(TypeError);
      }),
      { numRuns: scaled(300, 100) },
    );
  });

  test('a token whose channel is gone is a DetachedError', () => {
    const channel = engine.make<number>(1);
    const token = channel.share();
    const second = attach(token);
    channel[Symbol.dispose]();
    second[Symbol.dispose]();
    expect(thrown(() => attach(token))).toBeInstanceOf(DetachedError);
    expect(thrown(() => attach(structuredClone(token)))).toBeInstanceOf(DetachedError);
  });

  test('a token with altered fields is refused or harmless, never a crash, a hang or another channel', () => {
    const target = engine.make<number>(3, { codec: codec.f64, name: 'target' });
    const other = engine.make<number>(3, { codec: codec.f64, name: 'secret' });
    other.trySend(42);
    const genuine = target.share() as unknown as Record<string, unknown>;
    const fields = Object.keys(genuine);
    fc.assert(
      fc.property(
        fc.constantFrom(...fields),
        fc.oneof(fc.anything(), fc.integer(), fc.string(), fc.constant(other.id)),
        (field, value) => {
          const altered = { ...genuine, [field]: value };
          let handle: Channel<number>;
          try {
            handle = attach(any(altered));
          } catch (error) {
            if (!(error instanceof TypeError || error instanceof RangeError || error instanceof ChannelError)) throw error;
            return;
          }
          // Some fields may be ignored; what comes out must be the target and nothing else.
          expect(handle.id).toBe(target.id);
          handle[Symbol.dispose]();
        },
      ),
      { numRuns: scaled(600, 200) },
    );
    expect(other.tryRecv()).toEqual(ok(42));
    expect(target.closed).toBe(false);
    target.trySend(1);
    expect(target.tryRecv()).toEqual(ok(1));
  });

  test('a token cannot be turned into one of another direction', async () => {
    const channel = engine.make<number>(3);
    const token = channel.receiver().share() as unknown as Record<string, unknown>;
    for (const direction of [1, 3, 0, 2 ** 31, -1, 7]) {
      try {
        const handle = attach(any({ ...token, direction }));
        expect(thrown(() => any(handle).trySend(1))).toBeInstanceOf(ChannelError);
      } catch (error) {
        expect(error instanceof TypeError || error instanceof ChannelError).toBe(true);
      }
    }
    expect(channel.length).toBe(0);
  });

  test('a token of one engine does not open a channel of another', () => {
    const channel = engine.make<number>(3);
    const token = channel.share() as unknown as Record<string, unknown>;
    for (const name of ['mutex', 'crossbeam', 'kanal', 'shared', 'local', 'auto', 'x', '__proto__']) {
      if (name === engine.name) continue;
      try {
        const handle = attach<Channel<number>>(any({ ...token, engine: name }));
        expect(handle.id).toBe(channel.id);
      } catch (error) {
        expect(error instanceof TypeError || error instanceof ChannelError, `${name}: ${error}`).toBe(true);
      }
    }
  });

  test('attach options that are none, and codecs that are none, are refused', () => {
    const token = engine.make<number>(3).share();
    for (const wrong of NOT_OPTIONS)
      expect(
        thrown(() => attach(any(token), any(wrong))),
        String(wrong),
      ).toBeInstanceOf(TypeError);
    for (const wrong of [1, null, {}, 'u32', { id: 'structuredClone' }]) {
      const error = thrown(() => attach(any(token), any({ codec: wrong })));
      expect(error instanceof TypeError || error instanceof CodecError, String(wrong)).toBe(true);
    }
  });

  test('a worker that is sent nonsense for a token refuses it and goes on', async () => {
    const peer = await stage.end('A', 'loop');
    for (const wrong of [{}, { hchan: 'token' }, 7, 'x']) {
      expect(await peer.one('attach', 'x', wrong)).toMatchObject({ error: 'TypeError', genuine: true });
    }
    const channel = engine.make<number>(1);
    await peer.give('c', channel);
    expect(await peer.one('trySend', 'c', 1)).toBe(true);
  });
}
