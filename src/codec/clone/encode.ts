/**
 * A value into the bytes of tag.ts, by the rules of the HTML standard's StructuredSerialize.
 *
 * Getters and proxies run while this does, and may use channels: every write goes through the writer, which looks its
 * memory up anew, and each encode under way has an encoder of its own.
 */
import type { Writer } from '../bytes.js';
import { at, property, refused } from '../fault.js';
import { classify, type ObjectKind } from './classify.js';
import { isInt, LEAVES, writePrimitive } from './leaves.js';
import * as Part from './part.js';
import * as Tag from './tag.js';
import { ERRORS, MAX_DEPTH, VIEW_TYPES } from './tags.js';

/** So many objects are found by looking through a list; more go into a map. */
const LISTED = 16;

const typedArrayTag = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)?.get;
const isBuffer = (globalThis as { Buffer?: { isBuffer(value: unknown): boolean } }).Buffer?.isBuffer ?? (() => false);

const idle: Encoder[] = [];

/** Encodes one value as a message of its own: references do not reach beyond it. */
export function encode(value: unknown, to: Writer): void {
  if (typeof value !== 'object' || value === null) {
    writePrimitive(value, to);
    return;
  }
  const encoder = idle.pop() ?? new Encoder();
  encoder.to = to;
  try {
    encoder.object(value);
  } finally {
    encoder.clear();
    idle.push(encoder);
  }
}

class Encoder {
  to!: Writer;
  #depth = 0;
  /** Objects by number. */
  readonly #list: object[] = [];
  /** Numbers by object, once there are many. */
  #map: Map<object, number> | undefined = undefined;

  clear(): void {
    this.#list.length = 0;
    this.#map = undefined;
    this.#depth = 0;
  }

  value(value: unknown): void {
    if (typeof value === 'object' && value !== null) this.object(value);
    else writePrimitive(value, this.to);
  }

  object(value: object): void {
    const known = this.#map === undefined ? this.#list.indexOf(value) : (this.#map.get(value) ?? -1);
    if (known !== -1) {
      this.to.u8(Tag.REF);
      this.to.varint(known);
      return;
    }
    if (++this.#depth > MAX_DEPTH) throw refused(`is nested too deeply: more than ${MAX_DEPTH} levels`);
    if (Array.isArray(value)) this.#array(value);
    else {
      const prototype = Object.getPrototypeOf(value);
      if (prototype === Object.prototype || prototype === null) this.#plain(value);
      else if (ArrayBuffer.isView(value)) this.#view(value);
      else this.#special(value, classify(value));
    }
    this.#depth--;
  }

  #number(value: object): void {
    const list = this.#list;
    if (this.#map !== undefined) this.#map.set(value, this.#map.size);
    else if (list.push(value) > LISTED) this.#map = new Map(list.map((object, i) => [object, i]));
  }

  #plain(value: object): void {
    this.#number(value);
    this.to.u8(Tag.OBJECT);
    this.#properties(value, Object.keys(value));
  }

  #properties(value: object, keys: readonly string[]): void {
    const source = value as Record<string, unknown>;
    const to = this.to;
    to.varint(keys.length);
    let key = '';
    try {
      for (let i = 0; i < keys.length; i++) {
        key = keys[i] as string;
        const member = source[key];
        to.string(key);
        if (member === undefined && !Object.hasOwn(value, key)) to.u8(Tag.GONE);
        else this.value(member);
      }
    } catch (error) {
      throw at(error, Array.isArray(value) && /^\d+$/.test(key) ? `[${key}]` : property(key));
    }
  }

  #array(value: readonly unknown[]): void {
    this.#number(value);
    const values = elementsOf(value);
    if (values === undefined) {
      this.to.u8(Tag.SPARSE);
      this.to.u32(value.length);
      this.#properties(value, Object.keys(value));
      return;
    }
    if (this.#numbers(values)) return;
    this.to.u8(Tag.ARRAY);
    this.to.varint(values.length);
    let i = 0;
    try {
      for (; i < values.length; i++) this.value(values[i]);
    } catch (error) {
      throw at(error, `[${i}]`);
    }
  }

  /** Writes an array of numbers and nothing else; false: this is none. */
  #numbers(values: readonly unknown[]): boolean {
    const length = values.length;
    let areInts = true;
    for (let i = 0; i < length; i++) {
      const value = values[i];
      if (typeof value !== 'number') return false;
      areInts &&= isInt(value);
    }
    const { to } = this;
    to.u8(areInts ? Tag.INTS : Tag.NUMBERS);
    to.varint(length);
    const start = to.reserve(length * (areInts ? 4 : 8));
    const { view } = to;
    if (areInts) for (let i = 0; i < length; i++) view.setInt32(start + i * 4, values[i] as number, true);
    else for (let i = 0; i < length; i++) view.setFloat64(start + i * 8, values[i] as number, true);
    return true;
  }

  #view(value: ArrayBufferView): void {
    const { buffer, byteLength } = value;
    const isPart = isBuffer(value) && byteLength !== buffer.byteLength && buffer instanceof ArrayBuffer;
    if (isPart) {
      // Node's Buffers lie in a pool with strangers: only their own bytes travel.
      this.#number(value);
      this.to.u8(Tag.PART);
      this.to.blob(value as Uint8Array);
      return;
    }
    const type = VIEW_TYPES.get(typedArrayTag?.call(value));
    if (type === undefined) throw refused('cannot be cloned: an unknown kind of typed array');
    this.to.u8(Tag.VIEW);
    this.to.u8(type);
    this.object(buffer);
    this.to.varint(value.byteOffset);
    this.to.varint(type === 0 ? byteLength : (value as Uint8Array).length);
    this.#number(value);
  }

  #special(value: object, kind: ObjectKind): void {
    if (kind === 'object') {
      this.#plain(value);
      return;
    }
    if (kind === 'refused') throw refused(`cannot be cloned: ${Object.prototype.toString.call(value).slice(8, -1)}`);
    this.#number(value);
    if (kind === 'map') {
      const entries: unknown[] = [];
      Map.prototype.forEach.call(value, (member, key) => entries.push(key, member));
      this.#entries(Tag.MAP, entries, 2);
    } else if (kind === 'set') this.#entries(Tag.SET, [...Set.prototype.values.call(value)], 1);
    else if (kind === 'error') this.#error(value as Error);
    else LEAVES[kind](value, this.to);
  }

  /** The entries as they are now: user code that runs meanwhile does not change what is sent. */
  #entries(tag: number, values: readonly unknown[], each: number): void {
    this.to.u8(tag);
    this.to.varint(values.length / each);
    let i = 0;
    try {
      for (; i < values.length; i++) this.value(values[i]);
    } catch (error) {
      throw at(error, each === 1 ? `{${i}}` : `{${i % 2 === 0 ? 'key' : 'value'} ${Math.floor(i / 2)}}`);
    }
  }

  #error(value: Error): void {
    const to = this.to;
    const name = String(value.name);
    const type = ERRORS.findIndex((candidate) => candidate.name === name);
    const message = Object.getOwnPropertyDescriptor(value, 'message');
    const stack: unknown = Object.hasOwn(value, 'stack') ? value.stack : undefined;
    const hasMessage = message !== undefined && 'value' in message;
    const hasStack = typeof stack === 'string';
    const hasCause = Object.hasOwn(value, 'cause');
    to.u8(Tag.ERROR);
    to.u8(Math.max(0, type));
    to.u8((hasMessage ? Part.MESSAGE : 0) | (hasStack ? Part.STACK : 0) | (hasCause ? Part.CAUSE : 0));
    if (hasMessage) to.string(String(message.value));
    if (hasStack) to.string(stack);
    if (!hasCause) return;
    try {
      this.value(value.cause);
    } catch (error) {
      throw at(error, '.cause');
    }
  }
}

/**
 * The elements of an array that has nothing but elements, and no holes, else undefined: there are as many as there should be, and none
 * is missing. The names, which would say so too, take V8 five times as long.
 */
function elementsOf(value: readonly unknown[]): readonly unknown[] | undefined {
  const values = Object.values(value);
  const { length } = values;
  if (length !== value.length) return undefined;
  for (let i = 0; i < length; i++) if (!(i in value)) return undefined;
  return values;
}
