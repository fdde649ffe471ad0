/** Assertions that need nothing of a host. */

/** Throws unless both are alike in structure. */
export function equal(actual, expected, what = 'the value') {
  const [a, b] = [describe(actual), describe(expected)];
  if (a !== b) throw new Error(`${what} is ${shorten(a)}, not ${shorten(b)}`);
}

/** Throws unless `operation` fails with an error of that code or name. */
export async function fails(operation, code) {
  try {
    await operation();
  } catch (error) {
    if (error.code === code || error.name === code) return error;
    throw new Error(`failed with ${error.name} (${error.code}): ${error.message}, not with ${code}`, { cause: error });
  }
  throw new Error(`did not fail with ${code}`);
}

const shorten = (text) => (text.length > 300 ? `${text.slice(0, 300)}… (${text.length} characters)` : text);

/** A text that differs for values that differ. Cycles become numbers. */
function describe(value, seen = new Map()) {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value);
  if (seen.has(value)) return `#${seen.get(value)}`;
  seen.set(value, seen.size);
  const inner = (each) => describe(each, seen);
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  if (value instanceof Date) return `Date ${value.getTime()}`;
  if (value instanceof RegExp) return `RegExp ${value}`;
  if (value instanceof Error) return `${value.name} ${value.message}`;
  if (value instanceof ArrayBuffer) return `ArrayBuffer ${[...new Uint8Array(value)]}`;
  if (value instanceof Map) return `Map {${[...value].map(([k, v]) => `${inner(k)} => ${inner(v)}`)}}`;
  if (value instanceof Set) return `Set {${[...value].map(inner)}}`;
  if (ArrayBuffer.isView(value)) return `${kind} [${Array.from(value, String)}]`;
  if (Array.isArray(value)) return `[${value.map(inner)}]`;
  return `{${Object.entries(value).map(([key, each]) => `${key}: ${inner(each)}`)}}`;
}
