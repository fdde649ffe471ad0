/** Codecs of one's own: msgpackr in a few lines, and what becomes of their mistakes. */
import { deepStrictEqual } from 'node:assert/strict';
import { type Codec, CodecError, chan, codec, type Writer } from 'hchan';
import { Packr } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { checkCodec, codecSpec, encodeTo, isFallible } from '../../build/codec/codec.js';
import { scratch } from '../../build/scratch.js';
import { carried, encoded } from './message.js';

const packr = new Packr({ copyBuffers: true });
const msgpack: Codec<unknown> = {
  id: 'msgpack',
  encode: (value, to) => to.blob(packr.pack(value)),
  decode: (from) => packr.unpack(from.subarray(from.varint())),
};

describe('a custom codec', () => {
  const value = { a: [1, 'x', null], b: new Uint8Array(3) };

  it('carries values alone and inside of others', () => {
    deepStrictEqual(carried(msgpack, { a: [1, 'x', null] }), { a: [1, 'x', null] });
    const nested = codec.struct({ first: codec.array(msgpack), last: codec.u8 });
    deepStrictEqual(carried(nested, { first: [{ x: 1 }, 2], last: 3 }), { first: [{ x: 1 }, 2], last: 3 });
  });

  it('gives away nothing of other messages', () => {
    carried(msgpack, { secret: 'hunter2' });
    const { data } = carried(msgpack, { data: Uint8Array.of(1, 2, 3) }) as { data: Uint8Array };
    deepStrictEqual([...data], [1, 2, 3]);
    expect(data.buffer.byteLength).toBe(3);
  });

  it('that gives its Writer away, or spoils it, harms nobody', async () => {
    let kept: Writer | undefined;
    const spoils: Record<string, (to: Writer) => void> = {
      transfers: (to) => structuredClone(to.bytes.buffer, { transfer: [to.bytes.buffer] }),
      'goes back': (to) => {
        to.position = -5;
      },
      'goes beyond': (to) => {
        to.position = 1 << 30;
      },
      'forgets its memory': (to) => Object.assign(to, { bytes: undefined }),
    };
    const spoiling: Codec<string> = {
      id: 'spoiling',
      encode(value, to) {
        kept = to;
        to.string(value);
        spoils[value]?.(to);
      },
      decode: (from) => from.string(),
    };
    for (const engine of ['mutex', 'shared'] as const) {
      const channel = chan(8, { engine, codec: spoiling });
      const neighbour = chan(8, { engine, codec: codec.string });
      for (const how of Object.keys(spoils)) {
        expect(() => channel.trySend(how)).toThrow(CodecError);
        neighbour.trySend('well');
        channel.trySend('well');
        expect([channel.tryRecv(), neighbour.tryRecv()]).toEqual([
          { ok: true, value: 'well' },
          { ok: true, value: 'well' },
        ]);
        // Afterwards it costs one message at most.
        spoils[how]?.(kept as Writer);
        if (how === 'transfers' || how === 'forgets its memory') expect(() => channel.trySend('well')).toThrow(CodecError);
        else expect(channel.trySend('well') && channel.tryRecv()).toEqual({ ok: true, value: 'well' });
        channel.trySend('again');
        expect(channel.tryRecv()).toEqual({ ok: true, value: 'again' });
      }
    }
  });

  it('that sends by another one while it encodes, and fails there, sends what it wrote', () => {
    for (const engine of ['crossbeam', 'mutex', 'shared'] as const) {
      const fails: Codec<string> = {
        id: 'fails',
        encode(value, to) {
          to.string(value);
          throw new Error('mine');
        },
        decode: (from) => from.string(),
      };
      const log = chan(4, { engine, codec: fails });
      const logs: Codec<string[]> = {
        id: 'logs',
        encode(values, to) {
          for (const value of values) {
            to.string(value);
            expect(() => log.trySend(`sending ${value}`)).toThrow(CodecError);
          }
        },
        decode: (from) => [from.string(), from.string()],
      };
      const channel = chan(4, { engine, codec: logs });
      channel.trySend(['a', 'b']);
      expect(channel.tryRecv()).toEqual({ ok: true, value: ['a', 'b'] });
    }
  });

  it('that gives its memory away and throws is a CodecError', () => {
    for (const length of [10, 5000]) {
      const generous: Codec<Uint8Array> = {
        id: 'generous',
        encode: (value, to) => to.blob(value),
        decode(from) {
          structuredClone(from.bytes, { transfer: [from.bytes.buffer as ArrayBuffer] });
          throw new Error('mine');
        },
      };
      expect(() => carried(generous, new Uint8Array(length))).toThrow(expect.objectContaining({ name: 'CodecError' }));
    }
  });

  it('carries values over a channel', async () => {
    const channel = chan<unknown>(2, { codec: msgpack });
    await channel.send({ a: 1 });
    deepStrictEqual(await channel.recv(), { ok: true, value: { a: 1 } });
    channel.close();
  });

  it('has no description, runs code, and stands in ids under its own', () => {
    expect(codecSpec(msgpack)).toBeUndefined();
    expect(codecSpec(codec.array(msgpack) as Codec<unknown>)).toBeUndefined();
    expect(isFallible(codec.optional(msgpack))).toBe(true);
    expect(codec.array(msgpack).id).toBe('array(<"msgpack">)');
  });

  it('that throws is a CodecError with its cause, sending and receiving', () => {
    const cause = new Error('mine');
    const fail = (): never => {
      throw cause;
    };
    const sending: Codec<unknown> = { id: 'x', encode: fail, decode: fail };
    const receiving: Codec<unknown> = { id: 'x', encode: (_, to) => to.u8(1), decode: fail };
    for (const act of [() => carried(sending, value), () => carried(receiving, value)]) {
      expect(act).toThrow(expect.objectContaining({ name: 'CodecError', cause }));
    }
  });

  it('that does not keep to its size, or leaves bytes over, is a CodecError', () => {
    const liar: Codec<number> = { id: 'x', size: 4, encode: (_, to) => to.u8(1), decode: (from) => from.u8() };
    expect(() => encoded(liar as Codec<never>, 1)).toThrow('wrote 1 bytes, but its size is 4');
    const lazy: Codec<number> = { id: 'x', encode: (_, to) => to.u32(1), decode: (from) => from.u8() };
    expect(() => carried(lazy, 1)).toThrow('3 bytes are left over');
  });

  it('is told from what is none', () => {
    expect(checkCodec(msgpack)).toBe(msgpack);
    for (const wrong of [
      null,
      1,
      'u8',
      {},
      { id: '' },
      { ...msgpack, size: -1 },
      { ...msgpack, size: 1.5 },
      { ...msgpack, decode: 1 },
    ]) {
      expect(() => checkCodec(wrong)).toThrow(TypeError);
    }
  });
});

describe('what a custom codec keeps of a message', () => {
  /** Gives the bytes where they lie. */
  const block: Codec<Uint8Array> = {
    id: 'block',
    encode: (value, to) => to.blob(value),
    decode: (from) => from.subarray(from.varint()),
  };
  const blockOf = (length: number, first: number) => Uint8Array.from({ length }, (_, i) => first + i);
  const lengths = [0, 1, 63, 64, 65, 200, 1021, 1022, 1023, 1024, 4094, 4096, 4097, 8190, 8192, 20_000];
  const plain = (array: Uint8Array) => new Uint8Array(array.buffer, array.byteOffset, array.length);
  const codecs = { block, buffer: codec.buffer };
  const engines = ['crossbeam', 'mutex', 'shared'] as const;

  it.each(engines.flatMap((engine) => (['block', 'buffer'] as const).map((kind) => [kind, engine] as const)))(
    'stays as it is (%s, %s)',
    async (kind, engine) => {
      const channel = chan<Uint8Array>(1024, { engine, codec: codecs[kind] });
      const sent = Array.from({ length: 3000 }, (_, i) => blockOf(lengths[(i * 7) % lengths.length] as number, i));
      const kept: Uint8Array[] = [];
      for (let from = 0; from < sent.length; from += 50) {
        await channel.sendMany(sent.slice(from, from + 50));
        const first = await channel.recv();
        kept.push(first.value as Uint8Array, ...channel.tryRecvMany(20));
        while (kept.length < from + 50) kept.push(channel.tryRecv()?.value as Uint8Array);
        const waiting = channel.recv();
        channel.trySend(blockOf(10, from));
        deepStrictEqual(plain((await waiting).value as Uint8Array), blockOf(10, from));
      }
      deepStrictEqual(kept.map(plain), sent);
      channel.close();
    },
  );

  it('is read by a Reader that it keeps', () => {
    const late: Codec<() => number> = {
      id: 'late',
      encode: (value, to) => to.f64(value()),
      decode: (from) => {
        const at = from.take(8);
        return () => from.view.getFloat64(at, true);
      },
    };
    const channel = chan(8, { codec: late });
    const got = [1.5, 2.5, 3.5].map((value) => {
      channel.trySend(() => value);
      return channel.tryRecv()?.value as () => number;
    });
    deepStrictEqual(
      got.map((read) => read()),
      [1.5, 2.5, 3.5],
    );
    channel.close();
  });

  it('is not more than is there', () => {
    const greedy: Codec<Uint8Array> = { ...block, decode: (from) => from.subarray(from.remaining + 1) };
    expect(() => carried(greedy, blockOf(5, 0))).toThrow(
      expect.objectContaining({ name: 'CodecError', bytes: Uint8Array.of(5, 0, 1, 2, 3, 4) }),
    );
  });

  it('is not lost to others when one gives its memory away', () => {
    const kept = Array.from({ length: 5 }, (_, i) => carried(block, blockOf(100, i)) as Uint8Array);
    const given = kept[2] as Uint8Array;
    expect(given.buffer.byteLength).toBeGreaterThan(100);
    try {
      given.set(structuredClone(given, { transfer: [given.buffer as ArrayBuffer] }));
    } catch (error) {
      expect((error as Error).name).toBe('DataCloneError');
    }
    deepStrictEqual(
      kept,
      kept.map((_, i) => blockOf(100, i)),
    );
  });

  it('is given the memory of nobody else by what it puts on its bytes', () => {
    const { set } = Uint8Array.prototype;
    const given: ArrayBufferLike[] = [];
    const odd: Codec<number> = {
      id: 'odd',
      encode: (value, to) => to.u32(value),
      decode(from) {
        const bytes = from.bytes as { set: unknown };
        bytes.set = function (this: Uint8Array, source: Uint8Array, at: number) {
          given.push(source.buffer);
          set.call(this, source, at);
        };
        return from.u32();
      },
    };
    for (let i = 0; i < 20; i++) expect(carried(odd, i)).toBe(i);
    expect(given).toEqual([]);
  });

  it('does not spoil what comes next where the host lets it be given away', () => {
    const { getBuiltinModule } = process;
    process.getBuiltinModule = undefined as never;
    try {
      for (let length = 0; length < 3000; length += 11) {
        const got = carried(block, blockOf(length % 1000, length)) as Uint8Array;
        deepStrictEqual(got, blockOf(length % 1000, length));
        if (length % 5 === 0) structuredClone(got, { transfer: [got.buffer as ArrayBuffer] });
      }
    } finally {
      process.getBuiltinModule = getBuiltinModule;
    }
  });
});

describe('code that runs while a value is encoded', () => {
  const inner = codec.array(codec.string);

  /** Sends another, larger value by the same memory in the midst of an encode. */
  function meddle(): void {
    const start = scratch.begin();
    try {
      encodeTo(inner as Codec<unknown>, new Array(3000).fill('meddle'.repeat(10)), 'inner');
      scratch.bytes.fill(255, scratch.words[0], (scratch.words[0] as number) + 100); // native's results
    } finally {
      scratch.release(start);
    }
  }

  it.each<[string, Codec<never>, (act: () => void) => unknown, unknown]>([
    [
      'a getter of a struct',
      codec.struct({ a: codec.u32, b: codec.string, c: codec.f64, d: codec.u8 }) as Codec<never>,
      (act) => ({ a: 1, get b() { act(); return 'b'; }, c: 3, get d() { act(); return 4; } }), // biome-ignore format: one value
      { a: 1, b: 'b', c: 3, d: 4 },
    ],
    ['toJSON', codec.tuple(codec.json(), codec.u8) as Codec<never>, (act) => [{ toJSON: () => { act(); return 'j'; } }, 5], ['j', 5]], // biome-ignore format: one value
    [
      'a getter of a cloned object',
      codec.structuredClone() as Codec<never>,
      (act) => ({ a: [1, { get x() { act(); return carried(codec.structuredClone(), { y: 2 }); } }], z: 'z' }), // biome-ignore format: one value
      { a: [1, { x: { y: 2 } }], z: 'z' },
    ],
    [
      'a custom codec',
      codec.array({ id: 'meddler', encode: (value: () => void, to) => { value(); to.u8(7); }, decode: (from) => from.u8() }) as unknown as Codec<never>, // biome-ignore format: one value
      (act) => [act, act],
      [7, 7],
    ],
  ])('does no harm to the message: %s', (_, made, value, expected) => {
    const start = scratch.begin();
    expect(start).toBe(64);
    try {
      encodeTo(made as Codec<unknown>, value(meddle), 'outer');
      const message = scratch.bytes.slice(start, start + scratch.end(start));
      deepStrictEqual(carried(copyOf(message), undefined), message);
      const from = scratch.reader.reset(start, start + scratch.end(start));
      deepStrictEqual(made.decode(from), expected);
    } finally {
      scratch.release(start);
    }
    expect(scratch.words[0]).toBe(64);
  });

  /** A codec that gives `bytes` back: the message must not change under a second encode either. */
  function copyOf(bytes: Uint8Array): Codec<unknown> {
    return { id: 'copy', encode: (_, to) => to.raw(bytes), decode: (from) => from.raw(from.remaining) };
  }

  it('grows the memory for all who use it', () => {
    let told = 0;
    scratch.onRenewed(() => {
      told++;
    });
    const before = scratch.bytes.length;
    const start = scratch.begin();
    try {
      scratch.grow(before + 1);
      encodeTo(codec.bytes as Codec<unknown>, new Uint8Array(before * 4), 'big');
      expect(scratch.end(start)).toBeGreaterThan(before * 4);
    } finally {
      scratch.release(start);
    }
    expect(told).toBe(2);
    expect(scratch.reader.bytes.buffer).toBe(scratch.bytes.buffer);
    expect(scratch.words.buffer).toBe(scratch.bytes.buffer);
  });

  it('is told what does not fit, with the name of the channel', () => {
    const start = scratch.begin();
    expect(() => encodeTo(codec.u8 as Codec<unknown>, 300, "channel 'jobs'")).toThrow(
      "channel 'jobs': value does not fit u8: got 300, allowed integers 0 to 255",
    );
    scratch.release(start);
    expect(() => encodeTo(codec.u8 as Codec<unknown>, {}, 'x')).toThrow(CodecError);
    scratch.release(start);
  });

  it('leaves the error of another message as it was', () => {
    let inside: unknown;
    const value = {
      get a(): number {
        const start = scratch.begin();
        try {
          encodeTo(codec.array(codec.u8) as Codec<unknown>, [300], "channel 'inner'");
        } catch (error) {
          inside = error;
          throw error;
        } finally {
          scratch.release(start);
        }
        return 1;
      },
    };
    expect(() => encoded(codec.struct({ a: codec.u8 }) as Codec<never>, value)).toThrow(CodecError);
    expect((inside as CodecError).message).toContain("channel 'inner': value at [0] does not fit u8");
  });
});
