/**
 * What an object is to a structured clone, told by its internal slots rather than by its prototype where the two differ.
 *
 * Refuses what a clone would make an empty object of and is certainly not meant to travel: promises, weak collections,
 * generators, event targets, WebAssembly objects, keys, what belongs to requests, and classes named to `refuseToClone`.
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

/** A kind, the class whose name is the tag of its objects (undefined where the host has none), and what throws if the object lacks the slots. */
type Brand = readonly [ObjectKind, Class | undefined, probe: (value: object) => unknown];

function getter(type: Class | undefined, name: string): (value: object) => unknown {
  const get = type && Object.getOwnPropertyDescriptor(type.prototype, name)?.get;
  return (value) => get?.call(value);
}

/** The `valueOf` of primitives in objects, and of dates, which are as primitive. */
function primitive(kind: ObjectKind, type: Class): Brand {
  return [kind, type, (value) => type.prototype.valueOf.call(value)];
}

const BRANDS: readonly Brand[] = [
  primitive('date', Date),
  ['map', Map, getter(Map, 'size')],
  ['set', Set, getter(Set, 'size')],
  ['error', Error, () => undefined],
  // Of another object than a RegExp, `RegExp.prototype` itself excepted, the getter throws.
  ['regexp', RegExp, getter(RegExp, 'source')],
  ['buffer', ArrayBuffer, getter(ArrayBuffer, 'byteLength')],
  ['shared', globalThis.SharedArrayBuffer, getter(globalThis.SharedArrayBuffer, 'byteLength')],
  primitive('boolean', Boolean),
  primitive('number', Number),
  primitive('string', String),
  primitive('bigint', BigInt as never),
];

const refused: Class[] = [WeakMap, WeakSet, WeakRef, Promise, FinalizationRegistry];
const REFUSED_TAGS =
  /^\[object (?:(?:Async)?Generator|Weak\w+|Promise|(?:WebAssembly|Intl)\..*|MessagePort|URL(?:SearchParams)?|Headers|FormData|Request|Response|CryptoKey|KeyObject)\]$/;

/** The host's own, found when they are first asked for: Node loads the modules of streams when somebody looks at their names. */
let hosted: readonly Class[] | undefined;

function findHosted(): readonly Class[] {
  const names = ['EventTarget', 'Blob', 'ReadableStream', 'WritableStream', 'TransformStream'];
  const found = names.map((name) => (globalThis as unknown as Record<string, Class | undefined>)[name]);
  return found.filter((type) => typeof type === 'function');
}

/** From now on, an instance of `type` in a value is a CodecError, which says to share it. */
export function refuseToClone(type: Class): void {
  refused.push(type);
}

/** What `value` is, which is neither an array, nor a view, nor an object with the plain prototype. */
export function classify(value: object): ObjectKind {
  const tag = Object.prototype.toString.call(value);
  for (const [kind, type, probe] of BRANDS) {
    if (type && (tag === `[object ${type.name}]` || value instanceof type) && hasSlots(value, probe)) return kind;
  }
  hosted ??= findHosted();
  const isOne = (type: Class) => value instanceof type;
  return REFUSED_TAGS.test(tag) || refused.some(isOne) || hosted.some(isOne) ? 'refused' : 'object';
}

function hasSlots(value: object, probe: Brand[2]): boolean {
  try {
    probe(value);
    return true;
  } catch {
    return false;
  }
}
