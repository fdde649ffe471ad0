/** `@nodeguy/channel`: shifting from a closed channel gives `undefined`. */
import Channel from '@nodeguy/channel';
import { endsOf, sinkOf, sourceOf } from './one-thread.mjs';

export const open = (sides, capacity) => endsOf(Channel(capacity), sides, (channel) => channel.close());
export const sink = ({ channel, leave }) => sinkOf((value) => channel.push(value), leave);

/** Receives from whichever has something; a closed one is left out from then on. */
function selecting(channels) {
  return async () => {
    while (channels.length > 0) {
      const chosen = await Channel.select(channels.map((channel) => channel.shift()));
      const value = chosen.value();
      if (value !== undefined) return value;
      channels = channels.filter((channel) => channel !== chosen);
    }
    return undefined;
  };
}

export function source(ends) {
  if (ends.length > 1) return sourceOf(selecting(ends.map(({ channel }) => channel)));
  const [{ channel }] = ends;
  return sourceOf(() => channel.shift());
}
