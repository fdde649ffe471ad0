/** The kinds of value that the bars are set for: how they are made, carried and checked. Bytes are carried by two codecs. */
import { codec } from 'hchan';

/** As many different values as this are sent in turn. */
const POOL = 1024;
const pool = (make) => Array.from({ length: POOL }, (_, index) => make(index));
const at = (index) => index & (POOL - 1);

/** Every value is looked at a little, every so many-th whole. Contestants of one column pay the same. */
const WHOLE = 1024;

function fail(name, index, value) {
  throw new Error(`${name}: message ${index} arrived as ${String(JSON.stringify(value)).slice(0, 80)}`);
}

const number = {
  codec: codec.f64,
  array: Float64Array,
  value: (index) => index + 0.5,
  check(value, index) {
    if (value !== index + 0.5) fail('number', index, value);
  },
};

const strings = pool((index) =>
  `${index}`.padStart(4, '0').padEnd(64, 'the quick brown fox jumps over the lazy dog, again and again; '),
);
const string = {
  codec: codec.string,
  value: (index) => strings[at(index)],
  check(value, index) {
    if (value.charCodeAt(3) !== strings[at(index)].charCodeAt(3) || value.length !== 64) fail('string', index, value);
    if (index % WHOLE === 0 && value !== strings[at(index)]) fail('string', index, value);
  },
};

const blocks = pool((index) => Uint8Array.from({ length: 1024 }, (_, byte) => (byte * 7 + index) & 0xff));
const bytes = {
  codec: codec.bytes,
  value: (index) => blocks[at(index)],
  check(value, index) {
    if (value[0] !== (index & 0xff) || value.length !== 1024) fail('bytes', index, Array.from(value).slice(0, 8));
    if (index % WHOLE === 0 && !value.every((byte, offset) => byte === blocks[at(index)][offset])) fail('bytes', index, value[1]);
  },
};

const buffer = { ...bytes, codec: codec.buffer };

const objects = pool((index) => ({ id: index, name: `customer ${index}`, tags: ['new', `area ${index % 50}`, 'mail'] }));
const object = {
  codec: codec.struct({ id: codec.u32, name: codec.string, tags: codec.array(codec.string) }),
  value: (index) => objects[at(index)],
  check(value, index) {
    if (value.id !== at(index) || value.tags.length !== 3) fail('object', index, value);
    if (index % WHOLE === 0 && JSON.stringify(value) !== JSON.stringify(objects[at(index)])) fail('object', index, value);
  },
};

/** By the name of their column. */
export const payloads = { number, string, bytes, buffer, object };
