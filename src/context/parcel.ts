/**
 * Values and reasons as bytes, for other threads: structured clone, and errors by name.
 *
 * Structured clone forgets the class of a DOMException and the name of any error but the language's own; a reason is
 * often one of these, so errors are taken apart here and built again.
 */
import { defer } from '#platform';
import { show } from '../arguments.js';
import { ERRORS } from '../codec/clone/tags.js';
import { decodeMessage, encodeMessage, Reader, Writer } from '../codec/codec.js';
import { codec } from '../codec/index.js';
import { hide } from '../codec/property.js';

const CLONE = codec.structuredClone<unknown>();
/** How many causes behind an error go with it. */
const CAUSES = 4;

/** A structured clone of `value` as bytes. CodecError if it has none. */
export function pack(value: unknown): Uint8Array {
  const writer = new Writer(256);
  encodeMessage(CLONE, value, writer);
  return writer.finish();
}

export function unpack(bytes: Uint8Array): unknown {
  return decodeMessage(CLONE, new Reader(bytes));
}

interface ErrorParts {
  readonly error: string;
  readonly exception: boolean;
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: unknown;
  readonly cause: unknown;
}

interface Packed {
  readonly reason: unknown;
  readonly bytes: Uint8Array;
}

/** The reason that was last told or heard, for the rest of this turn of the loop: a whole tree has the same. */
let last: Packed | undefined;
let forgetting = false;

function keep(reason: unknown, bytes: Uint8Array): Packed {
  last = { reason, bytes };
  if (!forgetting) defer(forget);
  forgetting = true;
  return last;
}

function forget(): void {
  forgetting = false;
  last = undefined;
}

/** A reason as bytes; what cannot be cloned becomes an Error that says what it was. */
export function packReason(reason: unknown): Uint8Array {
  if (last !== undefined && Object.is(last.reason, reason)) return last.bytes;
  return keep(reason, bytesOf(reason)).bytes;
}

/** The reason in `bytes`: one object for equal bytes that arrive together. */
export function unpackReason(bytes: Uint8Array): unknown {
  const same = last?.bytes.length === bytes.length && last.bytes.every((byte, i) => byte === bytes[i]);
  return ((same && last) || keep(together(unpack(bytes)), bytes)).reason;
}

function bytesOf(reason: unknown): Uint8Array {
  try {
    return pack(apart(reason, CAUSES));
  } catch {
    return pack(apart(new Error(`the reason cannot be cloned: ${show(reason)}`), 0));
  }
}

function apart(reason: unknown, causes: number): { value: unknown } | ErrorParts {
  if (!(reason instanceof Error)) return { value: reason };
  const exception = reason instanceof DOMException;
  const { code } = reason as { code?: unknown };
  return {
    error: reason.name,
    exception,
    message: reason.message,
    // To ask for it is what costs most, and that of a DOMException cannot be given to another one.
    stack: exception ? undefined : reason.stack,
    code: exception || !['string', 'number'].includes(typeof code) ? undefined : code,
    cause: causes > 0 && reason.cause !== undefined ? apart(reason.cause, causes - 1) : undefined,
  };
}

function together(parts: unknown): unknown {
  const given = parts as { value: unknown } | ErrorParts;
  if (!('error' in given)) return given.value;
  if (given.exception) return new DOMException(given.message, given.error);
  const { error: name, message, stack, code, cause } = given;
  const made = new (ERRORS.find((type) => type.name === name) ?? Error)(message);
  const own = { name: made.name === name ? undefined : name, stack, code, cause: cause && together(cause) };
  for (const [field, value] of Object.entries(own)) if (value !== undefined) hide(made, field, value);
  return made;
}
