/** Go-style channels between the threads of a Node process. */

export type { AttachOptions, ChanOptions } from './chan.js';
export { attach, chan, never, unbounded } from './chan.js';
export type { Reader, Writer } from './codec/bytes.js';
export type { Codec, Codecs, Infer, OptionalCodec, StandardSchemaV1 } from './codec/index.js';
export { codec } from './codec/index.js';
export type { StructValue, TupleValue, UnionValue } from './codec/struct.js';
export type { EngineName } from './engine.js';
export type { EngineChoice as Engine } from './engines.js';
export type { Undecoded, Unsent, UnsentError, UnsentErrorClass } from './errors.js';
export {
  BlockingError,
  ChannelError,
  ClosedError,
  CodecError,
  DetachedError,
  DirectionError,
  DisconnectedError,
  TimeoutError,
} from './errors.js';
export type { NumericArray } from './handle/arrays.js';
export type { SyncOptions } from './handle/blocking.js';
export type { Channel } from './handle/channel.js';
export type { ConsumeOptions, Received, Receiver } from './handle/receiving.js';
export type { AwaitOptions, Sender } from './handle/sending.js';
export type { Cases, SelectCase, Selected, SelectOptions, SelectSyncOptions, SendCase } from './select.js';
export { select, selectSync, send, trySelect } from './select.js';
export type { Ticker } from './timers.js';
export { after, done, ticker } from './timers.js';
export type { Shared } from './token.js';
