/**
 * Argument checks: every one says what was given and what is allowed.
 *
 * What is no number of the range asked for is a RangeError, any other wrong type a TypeError. Nothing here looks at a
 * channel.
 */
import { kindOf, plain } from './codec/views.js';
import { describe, OBJECT, oneLine } from './description.js';

/** Names `value` in an error, an object by its kind: short, and never throwing. */
export function show(value: unknown): string {
  const said = describe(value);
  if (said !== OBJECT) return said;
  try {
    const kind = oneLine(Object.prototype.toString.call(value).slice(8, -1).slice(0, 60));
    return `${/^[AEIOU]/.test(kind) ? 'an' : 'a'} ${kind}`;
  } catch {
    return said;
  }
}

/** The error of a value that is not `allowed`. */
export function unfit(name: string, allowed: string, value: unknown, kind: ErrorConstructor = TypeError): Error {
  return new kind(`${name} must be ${allowed}, not ${show(value)}`);
}

/** An integer of at least `min`. */
export function checkInteger(name: string, value: unknown, min: number, max = Number.MAX_SAFE_INTEGER): number {
  const allowed = max === Number.MAX_SAFE_INTEGER ? `an integer of at least ${min}` : `an integer from ${min} to ${max}`;
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return (value as number) + 0; // no -0
  throw unfit(name, allowed, value, RangeError);
}

/** Milliseconds from 0 to Infinity. */
export function checkMilliseconds(name: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0) return value;
  throw unfit(name, 'a number of milliseconds from 0 to Infinity', value, RangeError);
}

/** True or false, or `fallback` when left out. */
export function checkBoolean(name: string, value: unknown, fallback: boolean): boolean {
  if (value === undefined) return fallback;
  if (typeof value !== 'boolean') throw unfit(name, 'true or false', value);
  return value;
}

/** One of a list of strings. */
export function checkOneOf<const V extends string>(name: string, value: unknown, allowed: readonly V[]): V {
  if (typeof value === 'string' && (allowed as readonly string[]).includes(value)) return value as V;
  throw unfit(name, `one of ${allowed.map((one) => `'${one}'`).join(', ')}`, value);
}

/** A signal or a codec, given where the options that name it belong. */
function isMistaken(value: object): boolean {
  return 'throwIfAborted' in value || ('encode' in value && 'decode' in value);
}

/** An options object, or undefined when left out. A signal or a codec that stands in its place would be ignored, and the call wait for ever. */
export function checkOptions(value: unknown): object | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isMistaken(value)) {
    throw unfit('options', 'an object, as { signal } or { codec }', value);
  }
  return value;
}

/** A function. */
export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw unfit(name, 'a function', value);
}

const SIGNAL_METHODS = ['addEventListener', 'removeEventListener', 'throwIfAborted'] as const;

/** An AbortSignal, or undefined when left out. */
export function checkSignal(name: string, value: unknown): AbortSignal | undefined {
  if (value === undefined) return undefined;
  const signal = value as AbortSignal | null;
  const fits = typeof signal?.aborted === 'boolean' && SIGNAL_METHODS.every((method) => typeof signal[method] === 'function');
  if (!fits) throw unfit(name, 'an AbortSignal', value);
  return signal;
}

/** The `signal` of an options object. A timeout in its place, which only calls that block take, would be ignored, and the call wait for ever. */
export function signalOf(options: unknown): AbortSignal | undefined {
  const checked = checkOptions(options) as { signal?: unknown; timeout?: unknown } | undefined;
  const signal = checked?.signal;
  if (signal === undefined && checked?.timeout !== undefined) {
    throw new TypeError('options.timeout is for calls that block; one that awaits takes { signal: AbortSignal.timeout(ms) }');
  }
  return checkSignal('options.signal', signal);
}

/** Something that `for…of` accepts; a typed array as `plain` has it. */
export function checkIterable(name: string, value: unknown): Iterable<unknown> {
  if (kindOf(value) !== undefined) return plain(value as Uint8Array);
  if (typeof Object(value)[Symbol.iterator] !== 'function') throw unfit(name, 'an iterable', value);
  return value as Iterable<unknown>;
}

/** An array, or a typed array, as `plain` has it. */
export function checkArray(name: string, value: unknown): ArrayLike<unknown> {
  if (Array.isArray(value)) return value;
  if (kindOf(value) !== undefined) return plain(value as Uint8Array);
  throw unfit(name, 'an array or a typed array', value);
}
