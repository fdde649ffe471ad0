/**
 * Typed arrays that are not quite what they seem: of a subclass, whose `subarray` was all of it, values went several times, and what was
 * received first was written over; what came for an array that had lost its memory was lost without a word.
 */
import { CodecError, codec } from 'hchan';
import { expect, test } from 'vitest';
import { failure } from '../conformance/actors.js';
import { ENGINES, forEngines } from '../conformance/engines.js';

/** Made by `subarray` of the buffer, it takes all of it. */
class Samples extends Float64Array {
  constructor(source: number | ArrayBufferLike) {
    super(source as number);
  }
}

forEngines(ENGINES, (engine) => {
  test('a subclass of a typed array is sent once, and filled from where it is empty', async () => {
    const channel = engine.make<number>(Number.POSITIVE_INFINITY, { codec: codec.f64 });
    const samples = new Samples(20_000).map((_, i) => i);
    await channel.sendMany(samples);
    expect(channel.tryRecvMany(100_000)).toEqual(Array.from(samples));
    const into = new Samples(4);
    const received = channel.recvManyInto(into);
    channel.trySendMany([1, 2, 3]);
    expect(await received).toBe(3);
    expect(Array.from(into)).toEqual([1, 2, 3, 0]);
  });

  test('what came for an array that has lost its memory is in the error, and the rest in the channel', async () => {
    const channel = engine.make<number>(4, { codec: codec.f64, name: 'numbers' });
    const into = new Float64Array(4);
    const received = channel.recvManyInto(into);
    structuredClone(into.buffer, { transfer: [into.buffer] });
    channel.trySendMany([7, 8]);
    const error = await failure(received);
    expect(error).toBeInstanceOf(CodecError);
    expect(error).toMatchObject({ value: 7, message: expect.stringContaining("channel 'numbers'") });
    expect(channel.tryRecvMany(9)).toEqual([8]);
  });
});
