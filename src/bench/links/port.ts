/**
 * Ends that are MessagePorts. A port has one reader and no capacity: several receivers need a port each, among which the
 * sender deals its messages out in turn, and nothing holds the sender back. `null` is the end.
 */
import type { MessagePort } from 'node:worker_threads';
import { type Batching, batching } from './batching.js';
import type { End, Sink, Source } from './link.js';
import { queueSource } from './queue.js';

function portsOf(end: End): readonly MessagePort[] {
  if (end.kind === 'ports') return end.ports;
  throw new TypeError(`ports were expected, not ${end.kind}`);
}

/** Posts to each port in turn; in batched mode arrays of values. */
export function portSink(end: End, mode: Batching): Sink {
  const ports = portsOf(end);
  let turn = 0;
  const post = (message: unknown) => {
    ports[turn++ % ports.length]?.postMessage(message);
  };
  return batching(mode, post, () => {
    for (const port of ports) port.postMessage(null);
  });
}

/** Takes from all ports as they come; ends when every one has. */
export function portSource(ends: readonly End[], mode: Batching): Source {
  const ports = ends.flatMap(portsOf);
  const queue = queueSource(mode, ports.length, () => {
    for (const port of ports) port.close();
  });
  for (const port of ports) port.on('message', queue.arrived);
  return queue.source;
}
