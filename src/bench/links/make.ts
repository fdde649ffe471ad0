/** Makes what carries the messages, for each contestant, and opens its ends. */
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { chan, unbounded } from '../../chan.js';
import type { EngineName } from '../../engine.js';
import type { Contestant } from '../contestant.js';
import type { Cargo } from '../payload.js';
import type { Mode } from '../scenario.js';
import type { Batching } from './batching.js';
import { broadcastSink, broadcastSource } from './broadcast.js';
import { channelSink, channelSource, selectingSource } from './channel.js';
import { guestSink, guestSource } from './guest.js';
import type { End, Ends, Sides, Sink, Source } from './link.js';
import { portSink, portSource } from './port.js';

const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

/** Channel handles as tokens, or as they are if everything stays in this thread. This function's own handle is given back. */
function channelEnds(engine: EngineName, { senders, receivers }: Sides, capacity: number, cargo: Cargo): Ends {
  const options = { engine, codec: cargo.codec, name: 'bench' };
  const channel = capacity === Infinity ? unbounded(options) : chan(capacity, options);
  const end = <H extends ReturnType<typeof channel.sender> | ReturnType<typeof channel.receiver>>(handle: H): End => {
    if (engine === 'local') return { kind: 'handle', handle };
    const token = handle.share();
    handle[Symbol.dispose]();
    return { kind: 'channel', token };
  };
  const ends = {
    senders: times(senders, () => end(channel.sender())),
    receivers: times(receivers, () => end(channel.receiver())),
  };
  channel[Symbol.dispose]();
  return ends;
}

/** A MessageChannel from every sender to every receiver. */
function portEnds({ senders, receivers }: Sides): Ends {
  const grid = times(senders, () => times(receivers, () => new MessageChannel()));
  return {
    senders: grid.map((row) => ({ kind: 'ports', ports: row.map(({ port1 }) => port1) })),
    receivers: times(receivers, (at) => ({ kind: 'ports', ports: grid.map((row) => row[at]?.port2 as MessagePort) })),
  };
}

let broadcasts = 0;

/** Makes a link of `contestant`. */
export function makeEnds(contestant: Contestant, sides: Sides, capacity: number, cargo: Cargo): Ends {
  if (contestant === 'MessagePort') return portEnds(sides);
  if (contestant !== 'BroadcastChannel') return channelEnds(contestant, sides, capacity, cargo);
  const end: End = { kind: 'broadcast', name: `hchan bench ${process.pid} ${broadcasts++}` };
  return { senders: [end], receivers: [end] };
}

/** What must be in the transfer list when `ends` are posted. */
export const transferred = (ends: readonly End[]): MessagePort[] =>
  ends.flatMap((end) => (end.kind === 'ports' ? end.ports : []));

/** Opens a sending end in the thread that uses it. */
export function openSink(end: End, mode: Mode): Sink {
  if (end.kind === 'guest') return guestSink(end, mode);
  if (end.kind === 'ports') return portSink(end, mode as Batching);
  return end.kind === 'broadcast' ? broadcastSink(end, mode as Batching) : channelSink(end, mode);
}

/** Opens one receiving end, or several as one. */
export function openSource(ends: readonly End[], mode: Mode): Source {
  const [end] = ends;
  if (end === undefined) throw new TypeError('a source needs an end');
  if (end.kind === 'guest') return guestSource(ends, mode);
  if (end.kind === 'ports') return portSource(ends, mode as Batching);
  if (end.kind === 'broadcast') return broadcastSource(end, mode as Batching);
  return ends.length === 1 ? channelSource(end, mode) : selectingSource(ends, mode);
}
