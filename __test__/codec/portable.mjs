// Prints what codecs make of some values, for a comparison between hosts.
const NodeBuffer = globalThis.Buffer;
if (process.argv.includes('--no-buffer')) delete globalThis.Buffer;
const { codec } = await import('../../build/codec/index.js');
const { decodeMessage, encodeMessage, Reader, Writer } = await import('../../build/codec/codec.js');

let generates = true;
try {
  new Function('return 1')();
} catch {
  generates = false;
}
console.log('generated code:', generates);
console.log('buffer:', globalThis.Buffer !== undefined);

const text = codec.struct({
  id: codec.u32,
  name: codec.string,
  at: codec.optional(codec.tuple(codec.i64, codec.bool)),
  more: codec.array(codec.string),
});
const event = codec.union('kind', { a: text, b: codec.struct({ all: codec.array(codec.void) }) });
const strings = [
  '',
  'short',
  'é'.repeat(12),
  'é'.repeat(5000),
  'x'.repeat(5000),
  '€𐀀'.repeat(2000),
  '\ud800x'.repeat(50),
  `\ufeff${'€'.repeat(20)}`,
];

function show(name, made, value) {
  try {
    const to = new Writer();
    encodeMessage(made, value, to);
    const bytes = to.finish();
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    const values = [bytes, shared].map((memory) =>
      JSON.stringify(decodeMessage(made, new Reader(memory)), (_, v) => (typeof v === 'bigint' ? `${v}n` : v)),
    );
    console.log(name, NodeBuffer.from(bytes).toString('hex'), values[0], values[0] === values[1]);
  } catch (error) {
    console.log(name, error.name, error.message);
  }
}

show('text', text, { id: 7, name: 'x', more: strings });
show('optional', text, { id: 7, name: 'x', at: [5n, true], more: [] });
show('undefined', text, { id: 7, name: 'x', at: undefined, more: [] });
show('union', event, { kind: 'b', all: [undefined, undefined] });
show('clone', codec.structuredClone(), {
  strings,
  list: Object.assign(new Array(3), { 0: 1 }),
  m: new Map([[1, new Set(strings)]]),
});
// Apart, because a Buffer prints otherwise than what stands for it.
show('buffer', { ...codec.buffer, decode: (from) => [...codec.buffer.decode(from)] }, Uint8Array.of(1, 2, 3));
show('wrong field', text, { id: 7, name: 8, more: [] });
show('wrong element', event, { kind: 'a', id: 1, name: '', at: [1n, 0], more: [] });
show('wrong shape', text, null);
