/** One message through a codec, without a channel. */
import type { Codec } from 'hchan';
import { decodeMessage, encodeMessage, Reader, Writer } from '../../build/codec/codec.js';

export function encoded(codec: Codec<never>, value: unknown): Uint8Array {
  const to = new Writer(64);
  encodeMessage(codec as Codec<unknown>, value, to);
  return to.finish();
}

export function decoded(codec: Codec<never>, bytes: Uint8Array): unknown {
  return decodeMessage(codec as Codec<unknown>, new Reader(bytes));
}

/** What arrives when `value` is sent. */
export function carried<T>(codec: Codec<T>, value: T): T {
  return decoded(codec as Codec<never>, encoded(codec as Codec<never>, value)) as T;
}
