/** An iterator was over after some errors and not after others, and was no good behind a `yield*`. */
import { type Channel, type Codec, CodecError, codec } from 'hchan';
import { expect, test } from 'vitest';
import { CROSSING, ENGINES, forEngines } from '../conformance/engines.js';

const picky: Codec<string> = {
  id: 'picky',
  encode: (value, to) => codec.string.encode(value, to),
  decode(from) {
    const value = codec.string.decode(from);
    if (value === 'bad') throw new Error('not this one');
    return value;
  },
};

async function* through(channel: Channel<number>): AsyncGenerator<number, unknown> {
  return yield* channel as AsyncIterable<number>;
}

forEngines(CROSSING, (engine) => {
  test('after a message that does not decode, next() goes on, whether it waited for that message or not', async () => {
    const channel = engine.make<string>(4, { codec: picky });
    const steps = channel[Symbol.asyncIterator]();
    await channel.sendMany(['bad', 'good']);
    await expect(steps.next()).rejects.toBeInstanceOf(CodecError);
    expect(await steps.next()).toEqual({ done: false, value: 'good' });
    // Listened to at once: it may reject while the send is still awaited.
    const waited = expect(steps.next()).rejects.toBeInstanceOf(CodecError);
    await channel.sendMany(['bad', 'better']);
    await waited;
    expect(await steps.next()).toEqual({ done: false, value: 'better' });
  });
});

forEngines(ENGINES, (engine) => {
  test('yield* passes return(value) and throw(error) through', async () => {
    const channel = engine.make<number>(4);
    await channel.sendMany([1, 2, 3]);
    const one = through(channel);
    await one.next();
    expect(await one.return('result')).toEqual({ done: true, value: 'result' });
    const two = through(channel);
    await two.next();
    await expect(two.throw(new Error('thrown in'))).rejects.toThrow('thrown in');
    expect(channel.tryRecv()).toEqual({ ok: true, value: 3 });
  });
});
