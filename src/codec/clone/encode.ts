/**
 * A value into the bytes of tag.ts, by the rules of the HTML standard's StructuredSerialize.
 *
 * Getters and proxies run while this does, and may use channels: every write goes through the writer, which looks its
 * memory up anew, and each encode under way has an encoder of its own.
 */
import type { Writer } from '../bytes.js';
import { at, property, refused } from '../fault.js';
import { kindOf, lengthOf, memoryOf, offsetOf } from '../views.js';
import { classify, type ObjectKind } from './classify.js';
import { LEAVES, writePrimitive } from './leaves.js';
import * as Part from './part.js';
import * as Tag from './tag.js';
import { ERRORS, MAX_DEPTH, VIEW_TYPES } from './tags.js';

/** Fewer numbers are written as any values are, which keeps small integers small. */
const MANY = 16;
/** So many objects are found by looking through a list; more go into a map. */
const LISTED = 16;

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
  #count = 0;
  /** The first objects by number; null behind them. */
  readonly #list: (object | null)[] = new Array<null>(LISTED).fill(null);
  /** Numbers by object, once there are more. */
  #map: Map<object, number> | undefined = undefined;

  clear(): void {
    // Not by its length, which V8 sets by a call of its own: a fifth of the time of a small object.
    for (let i = Math.min(this.#count, LISTED); i-- > 0; ) this.#list[i] = null;
    this.#map = undefined;
    this.#count = this.#depth = 0;
  }

  value(value: unknown): void {
    if (typeof value === 'object' && value !== null) this.object(value);
    else writePrimitive(value, this.to);
  }

  object(value: object): void {
    const known = this.#known(value);
    if (known >= 0) {
      this.to.u8(Tag.REF);
      this.to.varint(known);
      return;
    }
    if (++this.#depth > MAX_DEPTH) throw refused(`is nested more than ${MAX_DEPTH} levels deep`);
    if (Array.isArray(value)) this.#array(value);
    else {
      const prototype = Object.getPrototypeOf(value);
      if (prototype === Object.prototype || prototype === null) this.#plain(value);
      else if (ArrayBuffer.isView(value)) this.#view(value);
      else this.#special(value, classify(value));
    }
    this.#depth--;
  }

  /** The object's number, or one below 0. */
  #known(value: object): number {
    if (this.#map !== undefined) return this.#map.get(value) ?? -1;
    let number = this.#count;
    while (--number >= 0 && this.#list[number] !== value);
    return number;
  }

  #number(value: object): void {
    const number = this.#count++;
    if (number < LISTED) this.#list[number] = value;
    else {
      this.#map ??= new Map((this.#list as object[]).map((object, i) => [object, i]));
      this.#map.set(value, number);
    }
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
    const keys = Object.keys(value);
    const length = value.length;
    const { to } = this;
    this.#number(value);
    if (keys.length !== length || (length > 0 && keys[length - 1] !== String(length - 1))) {
      to.u8(Tag.SPARSE);
      to.u32(length);
      this.#properties(value, keys);
      return;
    }
    const head = to.position;
    let numbers: number[] = [];
    let i = 0;
    try {
      let next = length > 0 ? value[0] : undefined;
      if (length >= MANY && typeof next === 'number') {
        to.u8(Tag.NUMBERS);
        to.varint(length);
        const start = to.reserve(length * 8);
        while (typeof next === 'number') {
          to.view.setFloat64(start + i * 8, next, true);
          next = ++i < length ? value[i] : undefined;
        }
        if (i === length) return;
        numbers = Array.from({ length: i }, (_, k) => to.view.getFloat64(start + k * 8, true));
        to.position = head;
      }
      to.u8(Tag.ARRAY);
      to.varint(length);
      for (const number of numbers) writePrimitive(number, to);
      if (length > 0) this.value(next);
      for (i++; i < length; i++) this.value(value[i]);
    } catch (error) {
      throw at(error, `[${i}]`);
    }
  }

  #view(value: ArrayBufferView): void {
    const type = VIEW_TYPES.get(kindOf(value));
    if (type === undefined) throw refused('cannot be cloned: a typed array');
    const buffer = type === 0 ? value.buffer : memoryOf(value);
    const length = type === 0 ? value.byteLength : lengthOf(value);
    const isPart = isBuffer(value) && length !== buffer.byteLength && buffer instanceof ArrayBuffer;
    if (isPart) {
      // Node's Buffers lie in a pool with strangers: only their own bytes travel.
      this.#number(value);
      this.to.u8(Tag.PART);
      this.to.blob(value as Uint8Array);
      return;
    }
    this.to.u8(Tag.VIEW);
    this.to.u8(type);
    this.object(buffer);
    this.to.varint(type === 0 ? value.byteOffset : offsetOf(value));
    this.to.varint(length);
    this.#number(value);
  }

  #special(value: object, kind: ObjectKind): void {
    if (kind === 'object') {
      this.#plain(value);
      return;
    }
    if (kind === 'refused') {
      const tag = Object.prototype.toString.call(value).slice(8, -1);
      throw refused(`cannot be cloned: ${tag}${'share' in value ? ', which goes by share()' : ''}`);
    }
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
    // A DOMException is an error whose name and message are getters of its class.
    const exception = value instanceof DOMException;
    const type = exception ? ERRORS.length : ERRORS.findIndex((candidate) => candidate.name === name);
    const message = exception ? { value: value.message } : Object.getOwnPropertyDescriptor(value, 'message');
    const stack: unknown = Object.hasOwn(value, 'stack') ? value.stack : undefined;
    const hasMessage = message !== undefined && 'value' in message;
    const hasStack = typeof stack === 'string';
    const hasCause = Object.hasOwn(value, 'cause');
    to.u8(Tag.ERROR);
    to.u8(Math.max(0, type));
    to.u8((hasMessage ? Part.MESSAGE : 0) | (hasStack ? Part.STACK : 0) | (hasCause ? Part.CAUSE : 0));
    if (hasMessage) to.string(String(message.value));
    if (exception) to.string(name);
    if (hasStack) to.string(stack);
    if (!hasCause) return;
    try {
      this.value(value.cause);
    } catch (error) {
      throw at(error, '.cause');
    }
  }
}
