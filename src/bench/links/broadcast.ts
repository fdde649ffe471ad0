/** Ends that are BroadcastChannels of one name. Every message goes to every other end, so there is one of each. */
import { BroadcastChannel } from 'node:worker_threads';
import { type Batching, batching } from './batching.js';
import type { End, Sink, Source } from './link.js';
import { queueSource } from './queue.js';

function open(end: End): BroadcastChannel {
  if (end.kind === 'broadcast') return new BroadcastChannel(end.name);
  throw new TypeError(`a broadcast was expected, not ${end.kind}`);
}

export function broadcastSink(end: End, mode: Batching): Sink {
  const channel = open(end);
  // Closing drops what has been posted but not been carried yet, so the receiving end closes for both.
  return batching(
    mode,
    (message) => channel.postMessage(message),
    () => {
      channel.postMessage(null);
      setTimeout(() => channel.close(), 0).unref();
    },
  );
}

export function broadcastSource(end: End, mode: Batching): Source {
  const channel = open(end);
  const queue = queueSource(mode, 1, () => channel.close());
  channel.onmessage = (event) => queue.arrived((event as { data: unknown }).data);
  return queue.source;
}
