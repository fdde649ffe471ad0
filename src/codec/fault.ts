/**
 * How encoding and decoding fail: as a CodecError that names the place in the value, what was there and what may be.
 *
 * A codec throws `misfit(…)` knowing nothing of where it stands. Each container that the error passes on its way out
 * puts its own step in front (`at`), so the path costs nothing until something is wrong.
 * Nothing here runs code of the value it describes.
 */
import { brief, describe, oneLine } from '../description.js';
import { CodecError, type Details, type Undecoded } from '../errors.js';

interface Place {
  path: string;
  readonly complaint: string;
}

/** What has been made here, and is not settled; null: it stands nowhere. */
const places = new WeakMap<object, Place | null>();
const MAX_PATH = 160;

/** The message without the place, and the place. */
function phrase({ path, complaint }: Place): string {
  return path === '' ? `value ${complaint}` : `value at ${path} ${complaint}`;
}

/** An error whose message may be changed: until `settle` nobody else has it. */
export function fault(message: string, details?: Details<Undecoded>): CodecError {
  const error = new CodecError(oneLine(message), details);
  places.set(error, null);
  return error;
}

/** Whether it is one of these (and can be changed). */
export const isFault = (error: unknown): error is CodecError => places.has(error as object) && Object.isExtensible(error);

function placed(complaint: string, details?: Details<Undecoded>): CodecError {
  const error = fault(`value ${complaint}`, details);
  places.set(error, { path: '', complaint });
  return error;
}

/** A value that does not fit: `value does not fit u8: got 300, allowed integers 0 to 255`. */
export function misfit(codecId: string, given: unknown, allowed: string): CodecError {
  return placed(`does not fit ${brief(codecId)}: got ${describe(given)}, allowed ${allowed}`);
}

/** A value that cannot travel at all: `value cannot be cloned: function`. */
export function refused(complaint: string, details?: Details<Undecoded>): CodecError {
  return placed(complaint, details);
}

/** Bytes that are no message of the codec: `message does not decode: …`. */
export function undecodable(reason: string, details?: { cause?: unknown }): CodecError {
  return fault(`message does not decode: ${reason}`, details);
}

/** The message ends before the value does. */
export function truncated(): CodecError {
  return undecodable('it ends too early');
}

/** `error`, seen from the container that holds the value under `step`. */
export function at(error: unknown, step: string): CodecError {
  const fault = toFault(error);
  const place = places.get(fault);
  if (!place) return fault;
  place.path = step + (place.path.length > MAX_PATH ? `${place.path.slice(0, MAX_PATH - 2)}…` : place.path);
  fault.message = oneLine(phrase(place));
  return fault;
}

/** Any thrown thing as a CodecError that is ours: what user code threw while a value was read becomes the cause. */
export function toFault(error: unknown): CodecError {
  if (isFault(error)) return error;
  const why = reason(error);
  return placed(/call stack size/i.test(why) ? 'is nested too deeply' : `cannot be encoded: ${why}`, { cause: error });
}

/** As `toFault`, at the end of a message: from here on it is somebody's, and a cause to another message in whose midst this one failed. */
export function settle(error: unknown): CodecError {
  const fault = toFault(error);
  places.delete(fault);
  return fault;
}

/** What a thrown thing says. */
export function reason(error: unknown): string {
  try {
    return error instanceof Error ? String(error.message) : describe(error);
  } catch {
    return 'an error';
  }
}

/** The step to a property. */
export function property(name: string): string {
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) ? `.${name}` : `[${JSON.stringify(brief(name))}]`;
}
