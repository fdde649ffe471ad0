/** Codecs: what goes in comes out in another thread. */
import { attach, codec } from 'hchan';
import { equal, fails } from './equal.mjs';

/** A worker that sends back all it is sent, with the codec of the token. */
const echo = {
  async main({ chan, start }, type, values, expected = values) {
    const [there, back] = [chan(1, { codec: type }), chan(1, { codec: type })];
    const worker = start({ there: there.receiver().share(), back: back.sender().share() });
    for (const [i, value] of values.entries()) {
      await there.send(value);
      const got = await back.recv();
      equal(got.value, expected[i], `value ${i}`);
    }
    there.close();
    await worker.result;
  },
  async worker({ there, back }) {
    const to = attach(back);
    for await (const each of attach(there)) await to.send(each);
  },
};

const carries = (type, values, expected) => ({ main: (host) => echo.main(host, type, values, expected), worker: echo.worker });

function various() {
  const cyclic = { name: 'self', list: Object.assign(new Array(3), { 1: 'middle' }), nothing: undefined, nil: null };
  cyclic.self = cyclic;
  return [
    cyclic,
    new Map([[{ a: 1 }, new Set(['x', 2n ** 80n])]]),
    new Date(86_400_000),
    /a+b/giu,
    new RangeError('too far'),
    new Float32Array([0.5, -0, Number.NaN]),
    new Uint8Array([1, 2, 3]).buffer,
    new BigInt64Array([-(2n ** 63n)]),
    'latin é, wide €, pair 😀, lone \ud800',
    -(2n ** 70n),
    -0,
  ];
}

const shape = codec.union('kind', {
  circle: codec.struct({ radius: codec.f64, label: codec.optional(codec.string) }),
  path: codec.struct({ points: codec.array(codec.tuple(codec.i16, codec.i16)), closed: codec.bool }),
});

export const values = {
  'strings of every width arrive': carries(codec.string, [
    '',
    'plain',
    'é'.repeat(40),
    '€'.repeat(40),
    '😀'.repeat(40),
    'x'.repeat(300),
    'é€😀'.repeat(40_000),
    '\ufeffwith a mark',
  ]),
  'structs, unions, tuples and options arrive': carries(shape, [
    { kind: 'circle', radius: 1.5, label: 'one' },
    { kind: 'circle', radius: -0, label: undefined },
    { kind: 'path', points: [], closed: false },
    {
      kind: 'path',
      points: [
        [1, -2],
        [32767, -32768],
      ],
      closed: true,
    },
  ]),
  'whatever can be cloned arrives': { main: (host) => echo.main(host, codec.structuredClone(), various()), worker: echo.worker },
  'json arrives': carries(codec.json(), [{ a: [1, 'é', null, { b: true }] }, 'text', 5, null]),
  'numbers arrive to the last bit': carries(codec.tuple(codec.u64, codec.i64, codec.f32, codec.f64, codec.i8, codec.u32), [
    [2n ** 64n - 1n, -(2n ** 63n), 0.5, Number.MIN_VALUE, -128, 2 ** 32 - 1],
    [0n, 0n, Number.POSITIVE_INFINITY, Number.NaN, 127, 0],
  ]),
  'a megabyte arrives': carries(codec.bytes, [
    new Uint8Array(2 ** 20).map((_, i) => i * 7),
    new Uint8Array(0),
    new Uint8Array(257),
  ]),
  'Buffers arrive, or what stands for them': {
    async main({ chan, start }) {
      const blocks = chan(4, { codec: codec.buffer });
      const worker = start({ blocks: blocks.sender().share() });
      const sums = [];
      for await (const block of blocks) {
        equal(block instanceof (globalThis.Buffer ?? Uint8Array), true);
        sums.push(block.reduce((sum, byte) => sum + byte, 0));
      }
      equal(sums, [6, 0, 100_000]);
      await worker.result;
    },
    async worker({ blocks }) {
      const to = attach(blocks);
      await to.sendMany([Uint8Array.of(1, 2, 3), new Uint8Array(0), new Uint8Array(100_000).fill(1)]);
      to.close();
    },
  },
  'numbers arrive in typed arrays': {
    async main({ chan, start }) {
      const samples = chan(64, { codec: codec.f64 });
      const worker = start({ samples: samples.sender().share() });
      const into = new Float64Array(100);
      let sum = 0;
      for (let n = await samples.recvManyInto(into); n > 0; n = await samples.recvManyInto(into)) {
        for (let i = 0; i < n; i++) sum += into[i];
      }
      equal(sum, (999 * 1000) / 2);
      await worker.result;
    },
    async worker({ samples }) {
      const to = attach(samples);
      await to.sendMany(new Float64Array(1000).map((_, i) => i));
      to.close();
    },
  },
  'a value that does not fit is refused, and nothing is sent': {
    async main({ chan }) {
      const small = chan(1, { codec: codec.struct({ tags: codec.array(codec.u8) }) });
      const error = await fails(() => small.send({ tags: [1, 256] }), 'ERR_HCHAN_CODEC');
      equal([error.message.includes('.tags[1]'), small.length], [true, 0]);
    },
  },
  'the ends of one codec agree, others do not': {
    async main({ chan, start }) {
      const pairs = chan(1, { codec: pair });
      const worker = start({ pairs: pairs.share() });
      await pairs.send([3, 4]);
      equal(await worker.result, [3, 4]);
    },
    async worker({ pairs }) {
      await fails(() => attach(pairs), 'ERR_HCHAN_CODEC');
      await fails(() => attach(pairs, { codec: codec.u8 }), 'ERR_HCHAN_CODEC');
      return attach(pairs, { codec: pair }).recvSync({ timeout: 20_000 }).value;
    },
  },
};

/** A custom codec. */
const pair = {
  id: 'pair',
  encode([a, b], to) {
    to.u16(a);
    to.u16(b);
  },
  decode: (from) => [from.u16(), from.u16()],
};
