/**
 * What the rest of the package asks of codecs: one message out (`encodeTo`), one message in (`decodeMessage`), whether
 * two ends agree (`id`), and how a codec travels in a token (`codecSpec`, `codecFromSpec`).
 *
 * Invariant: whatever a codec does, only CodecError comes out of here, and a message is used up exactly.
 */
import { oneLine } from '../description.js';
import { CodecError } from '../errors.js';
import { scratch } from '../scratch.js';
import { apart } from './apart.js';
import { BuiltIn, type Codec, type NumericConstructor, runsUserCode } from './builtin.js';
import { HEADER_BYTES, MAX_MESSAGE, type Reader, Writer } from './bytes.js';
import { fault, isFault, reason, settle, undecodable } from './fault.js';
import type { Loops } from './loops.js';

export type { Codec, Infer, NumericConstructor, OptionalCodec } from './builtin.js';
export { checkCodec, runsUserCode as isFallible } from './builtin.js';
export { MAX_MESSAGE, Reader, Writer } from './bytes.js';
export type { StandardSchemaV1 } from './json.js';
export type { Loops } from './loops.js';
export { codecFromSpec } from './spec.js';

/** A JSON description of a codec made of built-in ones only, for `codecFromSpec` in another thread. */
export const codecSpec: (codec: Codec<unknown>) => unknown = BuiltIn.specOf;

/** The class of typed array whose elements are laid out as this codec's messages. */
export function numericArray(codec: Codec<unknown>): NumericConstructor | undefined {
  return codec instanceof BuiltIn ? codec.numeric : undefined;
}

/** Loops over many messages, where the codec is one scalar and the host allows to make them. */
export function loopsOf(codec: Codec<unknown>): Loops | undefined {
  return codec instanceof BuiltIn ? codec.loops : undefined;
}

/**
 * Encodes a message, into the scratch if nothing else is said. CodecError, prefixed with `label`, if it does not fit; what has
 * been written is then to be released. The caller does `begin`, `end` and `release`.
 */
export function encodeTo(codec: Codec<unknown>, value: unknown, label: string, to: Writer = scratch.writer): void {
  try {
    encodeMessage(codec, value, to);
  } catch (error) {
    throw labelled(error as CodecError, label);
  }
}

/**
 * What the user's codecs write to, one for each that encodes within another. Whatever they do to its memory does not touch the scratch; who keeps
 * it and spoils it later makes the next message of such a codec fail, after which there is a new one.
 */
const lent: Writer[] = [];
let depth = 0;

/** As `codec.encode`, for a codec with user code in it, which may send by others meanwhile. */
function encodeApart(codec: Codec<unknown>, value: unknown, to: Writer): void {
  const level = depth;
  lent[level] ??= new Writer();
  const writer = lent[level];
  writer.words[0] = HEADER_BYTES; // who has kept it may have changed it
  depth++;
  try {
    const given: unknown = codec.encode(value, writer);
    if (typeof (given as PromiseLike<unknown> | undefined)?.then === 'function')
      throw fault(`codec '${codec.id}' encodes later, which is too late`);
    const { bytes, position } = writer;
    if (!(position >= HEADER_BYTES && position <= bytes.length)) throw fault(`codec '${codec.id}' has spoilt its Writer`);
    to.raw(bytes.subarray(HEADER_BYTES, position));
  } catch (error) {
    lent.length = level;
    throw error;
  } finally {
    depth = level;
  }
}

/** Encodes a message to `to`. CodecError if it does not fit. */
export function encodeMessage(codec: Codec<unknown>, value: unknown, to: Writer): void {
  const start = to.position;
  try {
    if (runsUserCode(codec)) encodeApart(codec, value, to);
    else codec.encode(value, to);
  } catch (error) {
    throw settle(error);
  }
  const length = to.position - start;
  if (codec.size !== undefined && codec.size !== length) {
    throw new CodecError(`codec '${codec.id}' wrote ${length} bytes, but its size is ${codec.size}`);
  }
  if (length > MAX_MESSAGE) throw new CodecError('message is longer than 1 GiB');
}

/**
 * Decodes the message that is all of `from`. CodecError with `bytes` (a copy of the message), and with a schema's `issues`,
 * if it is none of this codec's. Codecs that run user code are given a copy, since that code may use the same memory.
 */
export function decodeMessage(codec: Codec<unknown>, from: Reader, label = ''): unknown {
  const { end } = from;
  let { bytes, position: first, end: last } = from;
  try {
    let source = from;
    if (runsUserCode(codec)) {
      source = apart(from);
      ({ bytes, position: first, end: last } = source);
    }
    const value = codec.decode(source);
    if (source.position !== last) throw undecodable(`${last - source.position} bytes are left over`);
    return value;
  } catch (error) {
    // The user's code may have given its memory away.
    throw labelled(received(error, bytes.length > 0 ? bytes.slice(first, last) : new Uint8Array()), label);
  } finally {
    from.position = end;
  }
}

/** What went wrong on receive, with the message. */
function received(error: unknown, bytes: Uint8Array): CodecError {
  if (!isFault(error)) return new CodecError(`message does not decode: ${oneLine(reason(error))}`, { bytes, cause: error });
  const { message, issues, cause } = error;
  return new CodecError(message, { bytes, issues, cause });
}

function labelled(error: CodecError, label: string): CodecError {
  if (label !== '') error.message = `${label}: ${error.message}`;
  return error;
}
