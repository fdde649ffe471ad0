/**
 * The bytes of tag.ts into a value. The bytes are not trusted: whatever they are, this makes some value or throws, and makes
 * nothing larger than they justify. Runs no user code.
 */
import type { Reader } from '../bytes.js';
import { truncated, undecodable } from '../fault.js';
import { TOLD_TO } from '../loops.js';
import { hide, put } from '../property.js';
import { readKey } from './keys.js';
import * as Part from './part.js';
import * as Tag from './tag.js';
import { ERRORS, MAX_DEPTH, sharedBuffers, VIEWS } from './tags.js';

/** The sparse arrays of a message may have so many holes for each byte of it; what goes beyond is made as a dictionary. */
const HOLES = 4;
const MAX_ARRAY = 2 ** 32 - 1;
const MAX_BIGINT_BYTES = 2 ** 27;

const GONE = Symbol('gone');

/** Decodes what `encode` wrote for one value. */
export function decode(from: Reader): unknown {
  return new Decoder(from).value();
}

class Decoder {
  readonly #from: Reader;
  readonly #objects: object[] = [];
  #depth = 0;
  /** How many holes there may still be; −1: nobody has asked. */
  #holes = -1;

  constructor(from: Reader) {
    this.#from = from;
  }

  value(): unknown {
    const value = this.#any();
    if (value === GONE) throw undecodable('a value is missing');
    return value;
  }

  #any(): unknown {
    const from = this.#from;
    const tag = from.u8();
    switch (tag) {
      case Tag.STRING:
        return from.string();
      case Tag.INT: {
        const zigzag = from.varint();
        return (zigzag >>> 1) ^ -(zigzag & 1);
      }
      case Tag.NUMBER:
        return from.f64();
      case Tag.TRUE:
        return true;
      case Tag.FALSE:
        return false;
      case Tag.NULL:
        return null;
      case Tag.UNDEFINED:
        return undefined;
      case Tag.BIGINT64:
        return from.i64();
      case Tag.BIGINT:
        return this.#bigint();
      case Tag.GONE:
        return GONE;
      case Tag.REF:
        return this.#ref();
      default:
        return this.#nested(tag);
    }
  }

  #ref(): object {
    const found = this.#objects[this.#from.varint()];
    if (found === undefined) throw undecodable('a reference to nothing');
    return found;
  }

  #nested(tag: number): object {
    if (++this.#depth > MAX_DEPTH) throw undecodable(`nested more than ${MAX_DEPTH} levels deep`);
    const made = this.#container(tag) ?? this.#numbered(this.#leaf(tag));
    this.#depth--;
    return made;
  }

  #numbered<T extends object>(made: T): T {
    this.#objects.push(made);
    return made;
  }

  /** Objects with values in them, or undefined. */
  #container(tag: number): object | undefined {
    switch (tag) {
      case Tag.OBJECT:
        return this.#properties(this.#numbered({}));
      case Tag.ARRAY:
        return this.#array();
      case Tag.NUMBERS:
        return this.#numbers();
      case Tag.SPARSE:
        return this.#sparse();
      case Tag.MAP:
        return this.#map();
      case Tag.SET:
        return this.#set();
      case Tag.ERROR:
        return this.#error();
      case Tag.VIEW:
        return this.#view();
      default:
        return undefined;
    }
  }

  #leaf(tag: number): object {
    const from = this.#from;
    switch (tag) {
      case Tag.DATE:
        return new Date(from.f64());
      case Tag.REGEXP:
        return new RegExp(from.string(), from.string());
      case Tag.BUFFER:
        return from.blob().buffer;
      case Tag.PART:
        return from.blob();
      case Tag.SHARED:
        return this.#shared();
      case Tag.BOOLEAN_OBJECT:
        return Object(from.u8() !== 0);
      case Tag.NUMBER_OBJECT:
        return Object(from.f64());
      case Tag.STRING_OBJECT:
        return Object(from.string());
      case Tag.BIGINT_OBJECT:
        return this.#bigintObject();
      default:
        throw undecodable('a value is of no known kind');
    }
  }

  #properties<T extends object>(made: T): T {
    const from = this.#from;
    const count = this.#count(2);
    for (let i = 0; i < count; i++) {
      const key = readKey(from);
      const value = this.#any();
      if (value === GONE) continue;
      if (key === '__proto__') put(made, key, value);
      else (made as Record<string, unknown>)[key] = value;
    }
    return made;
  }

  /** A count of things that take at least `each` bytes. */
  #count(each: number): number {
    const count = this.#from.varint();
    if (count * each > this.#from.remaining) throw truncated();
    return count;
  }

  #array(): unknown[] {
    const made: unknown[] = this.#numbered([]);
    const count = this.#count(1);
    for (let i = 0; i < count; i++) made.push(this.value());
    return made;
  }

  #numbers(): number[] {
    const made: number[] = this.#numbered([]);
    const { view } = this.#from;
    const count = this.#count(8);
    const start = this.#from.take(count * 8);
    const told = Math.min(count, TOLD_TO);
    made.length = told;
    for (let i = 0; i < told; i++) made[i] = view.getFloat64(start + i * 8, true);
    for (let i = told; i < count; i++) made.push(view.getFloat64(start + i * 8, true));
    return made;
  }

  /** The length is set for a start to one that makes V8 keep the array as a dictionary, so that holes take no memory. */
  #sparse(): unknown[] {
    const made: unknown[] = this.#numbered([]);
    const length = this.#from.u32();
    if (this.#holes < 0) this.#holes = this.#from.remaining * HOLES;
    if (length > this.#holes) made.length = MAX_ARRAY;
    else this.#holes -= length;
    made.length = length;
    this.#properties(made);
    if (made.length !== length) throw undecodable('an array is longer than it says');
    return made;
  }

  #map(): Map<unknown, unknown> {
    const made = this.#numbered(new Map<unknown, unknown>());
    const count = this.#count(2);
    for (let i = 0; i < count; i++) {
      const key = this.value();
      made.set(key, this.value());
    }
    return made;
  }

  #set(): Set<unknown> {
    const made = this.#numbered(new Set<unknown>());
    const count = this.#count(1);
    for (let i = 0; i < count; i++) made.add(this.value());
    return made;
  }

  #error(): Error {
    const from = this.#from;
    const number = from.u8();
    const exception = number === ERRORS.length;
    const type = ERRORS[exception ? 0 : number];
    if (type === undefined) throw undecodable('an error is of no known kind');
    const parts = from.u8();
    const message = (parts & Part.MESSAGE) !== 0 ? [from.string()] : [];
    const made = this.#numbered<Error>(exception ? new DOMException(message[0], from.string()) : new type(...message));
    const stack = (parts & Part.STACK) !== 0 ? from.string() : undefined;
    hide(made, 'stack', stack);
    if ((parts & Part.CAUSE) !== 0) hide(made, 'cause', this.value());
    return made;
  }

  #view(): object {
    const type = VIEWS[this.#from.u8()];
    if (type === undefined) throw undecodable('a typed array is of no known kind');
    const buffer = this.value();
    const shared = globalThis.SharedArrayBuffer;
    if (!(buffer instanceof ArrayBuffer) && !(shared !== undefined && buffer instanceof shared))
      throw undecodable('a view of no buffer');
    const offset = this.#from.varint();
    return this.#numbered(new type(buffer, offset, this.#from.varint()));
  }

  #shared(): SharedArrayBuffer {
    const buffer = sharedBuffers()?.decode(this.#from.varint());
    if (buffer === undefined) throw undecodable('a shared buffer is gone, or was made after this thread');
    return buffer;
  }

  #bigint(): bigint {
    const head = this.#from.varint();
    const length = head >>> 1;
    if (length > MAX_BIGINT_BYTES) throw undecodable('a bigint is too large');
    let hex = '0x0';
    for (const byte of this.#from.raw(length)) hex += byte < 16 ? `0${byte.toString(16)}` : byte.toString(16);
    const magnitude = BigInt(hex);
    return (head & 1) !== 0 ? -magnitude : magnitude;
  }

  #bigintObject(): object {
    const value = this.#any();
    if (typeof value !== 'bigint') throw undecodable('a bigint is of no known kind');
    return Object(value);
  }
}
