/** `ts-chan`, with its guard against starving the event loop, as it comes. */
import { Chan, recv, Select } from 'ts-chan';
import { endsOf, sinkOf, sourceOf } from './one-thread.mjs';

export const open = (sides, capacity) => endsOf(new Chan(capacity), sides, (channel) => channel.close());
export const sink = ({ channel, leave }) => sinkOf((value) => channel.send(value), leave);

const received = ({ value, done }) => (done ? undefined : value);

/** Receives from whichever has something; a closed one is left out from then on. */
function selecting(channels) {
  let select = new Select(channels.map((channel) => recv(channel)));
  return async () => {
    while (select.cases.length > 0) {
      const index = await select.wait();
      const { value, done } = select.recv(select.cases[index]);
      if (!done) return value;
      channels = channels.filter((_, at) => at !== index);
      select = new Select(channels.map((channel) => recv(channel)));
    }
    return undefined;
  };
}

export function source(ends) {
  if (ends.length > 1) return sourceOf(selecting(ends.map(({ channel }) => channel)));
  const [{ channel }] = ends;
  return sourceOf(async () => received(await channel.recv()));
}
