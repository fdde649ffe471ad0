/**
 * Typed arrays that are not quite what they seem: of a subclass, whose `subarray` was all of it, values went several times, and what was
 * received first was written over; what came for an array that had lost its memory was lost without a word.
 */
import { runInNewContext } from 'node:vm';
import { type Codec, CodecError, codec } from 'hchan';
import { expect, test } from 'vitest';
import { failure } from '../conformance/actors.js';
import { CROSSING, ENGINES, forEngines } from '../conformance/engines.js';

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

  test('what an array says of itself is not believed: its memory is', async () => {
    const channel = engine.make<number>(8, { codec: codec.f64 });
    const loud = Object.defineProperty(Float64Array.of(1, 2, 3), 'length', { value: 1000 });
    expect(channel.trySendMany(loud)).toBe(3);
    expect(channel.tryRecvMany(9)).toEqual([1, 2, 3]);
    await channel.sendMany(loud);
    channel.sendManySync(loud, { allowMainThread: true, timeout: 0 });
    expect(channel.length).toBe(6);
    const into = Object.defineProperties(new Float64Array(2), { length: { value: 1000 }, byteOffset: { value: 8 } });
    expect(await channel.recvManyInto(into)).toBe(2);
    expect([into[0], into[1]]).toEqual([1, 2]);
    const false_ = Object.create(Float64Array.prototype, { length: { value: 5 } }) as Float64Array<ArrayBuffer>;
    await expect(channel.recvManyInto(false_)).rejects.toThrow(TypeError);
    expect(channel.length).toBe(4);
  });

  test('an array that has lost its memory is an empty one', async () => {
    const channel = engine.make<number>(8, { codec: codec.f64 });
    const lost = new Float64Array(4);
    structuredClone(lost.buffer, { transfer: [lost.buffer] });
    expect(channel.trySendMany(lost)).toBe(0);
    await channel.sendMany(lost);
    channel.sendManySync(lost, { allowMainThread: true });
    expect(channel.length).toBe(0);
    await expect(channel.recvManyInto(lost)).rejects.toThrow(RangeError);
  });

  test('arrays of another realm are arrays', async () => {
    const channel = engine.make<number>(8, { codec: codec.f64 });
    const foreign = runInNewContext('Float64Array.of(1, 2, 3)') as Float64Array<ArrayBuffer>;
    await channel.sendMany(foreign);
    const into = runInNewContext('new Float64Array(3)') as Float64Array<ArrayBuffer>;
    expect(await channel.recvManyInto(into)).toBe(3);
    expect(Array.from(into)).toEqual([1, 2, 3]);
    for (const bytes of [codec.bytes, codec.buffer as Codec<Uint8Array>]) {
      const blocks = engine.make<Uint8Array>(1, { codec: bytes });
      blocks.trySend(runInNewContext('Uint8Array.of(7, 8)') as Uint8Array);
      expect(Array.from(blocks.tryRecv()?.value ?? [])).toEqual([7, 8]);
    }
  });

  test('a sendManySync whose iterable disposes the handle goes no further', () => {
    const channel = engine.make<number>(8);
    const sender = channel.sender();
    function* values() {
      yield 1;
      sender[Symbol.dispose]();
      yield 2;
    }
    expect(() => sender.sendManySync(values(), { allowMainThread: true })).toThrow(
      expect.objectContaining({ name: 'DetachedError', sent: 1 }),
    );
    expect(channel.tryRecvMany(9)).toEqual([1]);
  });
});

forEngines(CROSSING, (engine) => {
  test('bytes that say they are more, or fewer, than they are', () => {
    const secret = engine.make<string>(1, { codec: codec.string });
    secret.trySend('a secret of another channel '.repeat(10));
    secret.tryRecv();
    for (const claimed of [1, 60]) {
      class Loud extends Uint8Array {
        override get byteLength(): number {
          return claimed;
        }
      }
      for (const made of [codec.bytes, codec.buffer as Codec<Uint8Array>, codec.structuredClone<Uint8Array>()]) {
        const channel = engine.make<Uint8Array>(1, { codec: made });
        channel.trySend(Loud.of(1, 2, 3));
        expect(Array.from(channel.tryRecv()?.value ?? [])).toEqual([1, 2, 3]);
      }
    }
  });
});
