/**
 * How a port moves many messages in one native call: as frames, back to back where all have one length, as typed arrays
 * where they are numbers, and one by one where decoding runs user code, which may itself receive.
 */
import { type Codec, isFallible } from '../codec/codec.js';
import type { NativePort } from './port.js';
import { fillFixed, fillOneByOne, receiveFixed, receiveFrames, receiveOneByOne } from './receiving.js';
import { sendFixed, sendFrames } from './sending.js';

/** A port of any type of value: what is sent has been typed by the handle. */
export type AnyPort = NativePort<unknown>;

/** A port's way with many messages. */
export interface Batch {
  /** As `Port.trySendMany`. */
  send(port: AnyPort, values: ArrayLike<unknown>, from: number): number;
  /** As `Port.tryRecvMany`. */
  receive(port: AnyPort, into: unknown[], max: number): number;
  /** As `Port.tryRecvInto`. */
  fill(port: AnyPort, into: ArrayLike<unknown>): number;
}

/** The way that fits `codec`. */
export function batchOf(codec: Codec<unknown>): Batch {
  const send = codec.size === undefined ? sendFrames : sendFixed;
  if (isFallible(codec)) return { send, receive: receiveOneByOne, fill: fillOneByOne };
  return codec.size === undefined
    ? { send, receive: receiveFrames, fill: fillOneByOne }
    : { send, receive: receiveFixed, fill: fillFixed };
}
