/**
 * Messages between values and the scratch.
 *
 * A message is encoded at the writer's position and released at once: native copies it before it writes anything, and
 * nothing runs in between. What native wrote at base is decoded before anything else touches the scratch.
 */
import { decodeMessage, encodeTo } from '../codec/codec.js';
import { scratch } from '../scratch.js';
import { native } from './binding.js';
import * as Code from './code.js';
import { failure } from './failure.js';
import type { NativePort } from './port.js';
import * as Word from './word.js';

/** Sends `value` by a call of its own if that needs no waiting; 0, or a Code. CodecError. */
export function send(port: NativePort<unknown>, value: unknown): number {
  encode(port, value);
  return native.trySend(port.handle);
}

/** Makes `value` the message that `trySend` and `parkSend` send: at base, its length in word COUNT. CodecError. */
export function encode(port: NativePort<unknown>, value: unknown): void {
  const { writer } = scratch;
  const start = writer.position;
  try {
    encodeTo(port.codec, value, port.label);
    writer.words[Word.COUNT] = writer.position - start;
  } finally {
    writer.words[0] = start; // no call, which a full stack would not let through
  }
}

/** Decodes the message of `length` bytes at base. CodecError: it is taken and gone. */
export function decode<T>(port: NativePort<T>, length: number): T {
  const base = scratch.begin();
  return decodeMessage(port.codec, scratch.reader.reset(base, base + length), port.label) as T;
}

/** Makes room for what NEED_GROW told about. */
export function makeRoom(): void {
  scratch.grow(scratch.begin() + (scratch.words[Word.COUNT] as number));
}

/** The length of the oldest message that did not fit, which is at base now. */
export function fetchHeld(port: NativePort<unknown>): number {
  for (;;) {
    const length = native.fetchHeld();
    if (length >= 0) return length;
    if (length !== Code.NEED_GROW) throw failure(length, port);
    makeRoom();
  }
}
