/**
 * What an object is to a structured clone, told by its internal slots rather than by its prototype where the two differ.
 *
 * Refuses what a clone would make an empty object of and is certainly not meant to travel: promises, weak collections,
 * generators, event targets, WebAssembly objects, and classes named to `refuseToClone`.
 */
export type ObjectKind =
  | 'object'
  | 'date'
  | 'regexp'
  | 'map'
  | 'set'
  | 'error'
  | 'buffer'
  | 'shared'
  | 'boolean'
  | 'number'
  | 'string'
  | 'bigint'
  | 'refused';

type Class = abstract new (...args: never) => object;

interface Brand {
  readonly type: Class | undefined;
  readonly tag: string;
  /** Throws if the object lacks the slots. */
  readonly probe: (value: object) => unknown;
}

function getter(type: Class | undefined, name: string): (value: object) => unknown {
  const get = type && Object.getOwnPropertyDescriptor(type.prototype, name)?.get;
  return (value) => get?.call(value);
}

const BRANDS: readonly (readonly [ObjectKind, Brand])[] = [
  ['date', { type: Date, tag: '[object Date]', probe: (value) => Date.prototype.getTime.call(value) }],
  ['map', { type: Map, tag: '[object Map]', probe: getter(Map, 'size') }],
  ['set', { type: Set, tag: '[object Set]', probe: getter(Set, 'size') }],
  ['error', { type: Error, tag: '[object Error]', probe: () => undefined }],
  // Of another object than a RegExp, `RegExp.prototype` itself excepted, the getter throws.
  ['regexp', { type: RegExp, tag: '[object RegExp]', probe: getter(RegExp, 'source') }],
  ['buffer', { type: ArrayBuffer, tag: '[object ArrayBuffer]', probe: getter(ArrayBuffer, 'byteLength') }],
  [
    'shared',
    {
      type: globalThis.SharedArrayBuffer,
      tag: '[object SharedArrayBuffer]',
      probe: getter(globalThis.SharedArrayBuffer as Class | undefined, 'byteLength'),
    },
  ],
  ['boolean', { type: Boolean, tag: '[object Boolean]', probe: (value) => Boolean.prototype.valueOf.call(value) }],
  ['number', { type: Number, tag: '[object Number]', probe: (value) => Number.prototype.valueOf.call(value) }],
  ['string', { type: String, tag: '[object String]', probe: (value) => String.prototype.valueOf.call(value) }],
  ['bigint', { type: BigInt as never, tag: '[object BigInt]', probe: (value) => BigInt.prototype.valueOf.call(value) }],
];

const refused: Class[] = [WeakMap, WeakSet, WeakRef, Promise, FinalizationRegistry];
for (const name of ['EventTarget', 'Blob', 'ReadableStream', 'WritableStream', 'TransformStream']) {
  const type = (globalThis as unknown as Record<string, unknown>)[name];
  if (typeof type === 'function') refused.push(type as unknown as Class);
}
const REFUSED_TAGS = /^\[object (?:Generator|AsyncGenerator|WeakMap|WeakSet|WeakRef|Promise|WebAssembly\..*|MessagePort)\]$/;

/** From now on, an instance of `type` in a value is a CodecError. */
export function refuseToClone(type: Class): void {
  refused.push(type);
}

/** What `value` is, which is neither an array, nor a view, nor an object with the plain prototype. */
export function classify(value: object): ObjectKind {
  const tag = Object.prototype.toString.call(value);
  for (const [kind, brand] of BRANDS) {
    if (brand.tag !== tag && !(brand.type !== undefined && value instanceof brand.type)) continue;
    if (hasSlots(value, brand)) return kind;
  }
  if (REFUSED_TAGS.test(tag) || refused.some((type) => value instanceof type)) return 'refused';
  return 'object';
}

function hasSlots(value: object, brand: Brand): boolean {
  try {
    brand.probe(value);
    return true;
  } catch {
    return false;
  }
}
