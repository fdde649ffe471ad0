/**
 * Values with no values in them: primitives, and the objects that hold one or some bytes. A table for the encoder.
 */
import type { Writer } from '../bytes.js';
import { refused } from '../fault.js';
import type { ObjectKind } from './classify.js';
import * as Tag from './tag.js';
import { sharedBuffers } from './tags.js';

export function writePrimitive(value: unknown, to: Writer): void {
  switch (typeof value) {
    case 'string':
      to.u8(Tag.STRING);
      to.string(value);
      break;
    case 'number':
      writeNumber(value, to);
      break;
    case 'boolean':
      to.u8(value ? Tag.TRUE : Tag.FALSE);
      break;
    case 'undefined':
      to.u8(Tag.UNDEFINED);
      break;
    case 'object':
      to.u8(Tag.NULL);
      break;
    case 'bigint':
      writeBigInt(value, to);
      break;
    default:
      throw refused(`cannot be cloned: ${typeof value}`);
  }
}

function writeNumber(value: number, to: Writer): void {
  const int = value | 0;
  if (int === value && (int !== 0 || 1 / value > 0)) {
    to.u8(Tag.INT);
    to.varint(((int << 1) ^ (int >> 31)) >>> 0);
  } else {
    to.u8(Tag.NUMBER);
    to.f64(value);
  }
}

function writeBigInt(value: bigint, to: Writer): void {
  if (BigInt.asIntN(64, value) === value) {
    to.u8(Tag.BIGINT64);
    to.i64(value);
    return;
  }
  const hex = (value < 0n ? -value : value).toString(16);
  const digits = hex.length % 2 === 0 ? hex : `0${hex}`;
  const length = digits.length / 2;
  to.u8(Tag.BIGINT);
  to.varint(length * 2 + (value < 0n ? 1 : 0));
  for (let i = 0; i < length; i++) to.u8(Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16));
}

type Leaf = Exclude<ObjectKind, 'object' | 'refused' | 'map' | 'set' | 'error'>;

/** By kind; `classify` has made sure of the internal slots. */
export const LEAVES: Readonly<Record<Leaf, (value: object, to: Writer) => void>> = {
  date(value, to) {
    to.u8(Tag.DATE);
    to.f64(Date.prototype.getTime.call(value));
  },
  regexp(value, to) {
    const { source, flags } = value as RegExp;
    to.u8(Tag.REGEXP);
    to.string(source);
    to.string(flags);
  },
  buffer(value, to) {
    to.u8(Tag.BUFFER);
    to.blob(new Uint8Array(value as ArrayBuffer));
  },
  shared(value, to) {
    const id = sharedBuffers()?.encode(value as SharedArrayBuffer);
    if (id === undefined) throw refused('cannot be cloned: SharedArrayBuffer');
    to.u8(Tag.SHARED);
    to.varint(id);
  },
  boolean(value, to) {
    to.u8(Tag.BOOLEAN_OBJECT);
    to.u8(Boolean.prototype.valueOf.call(value) ? 1 : 0);
  },
  number(value, to) {
    to.u8(Tag.NUMBER_OBJECT);
    to.f64(Number.prototype.valueOf.call(value));
  },
  string(value, to) {
    to.u8(Tag.STRING_OBJECT);
    to.string(String.prototype.valueOf.call(value));
  },
  bigint(value, to) {
    to.u8(Tag.BIGINT_OBJECT);
    writeBigInt(BigInt.prototype.valueOf.call(value), to);
  },
};
