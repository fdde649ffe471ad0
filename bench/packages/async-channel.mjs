/** `async-channel`: every value is kept as a promise; getting from a closed channel is an error. */
import packaged from 'async-channel';
import { endsOf, sinkOf, sourceOf } from './one-thread.mjs';

const { Channel, ChannelClosedError } = packaged;

/** The error is caught around the whole loop, so that it costs a message nothing. */
async function untilClosed(work) {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ChannelClosedError) return undefined;
    throw error;
  }
}

export const open = (sides, capacity) => endsOf(new Channel(capacity), sides, (channel) => channel.close());
export const sink = ({ channel, leave }) => sinkOf((value) => channel.push(value), leave);

export function source([{ channel }]) {
  const plain = sourceOf(() => channel.get());
  return { ...plain, one: () => untilClosed(plain.one), all: (see) => untilClosed(() => plain.all(see)) };
}
