/**
 * `@ayonli/jsext/chan`: arrays of waiting closures. `undefined` is what a closed channel gives, but also what one gives
 * whose buffer ran empty while a sender waited, so whether it has been closed is remembered here.
 */
import chan from '@ayonli/jsext/chan';
import { endsOf, sinkOf, sourceOf } from './one-thread.mjs';

const closed = new WeakSet();

function close(channel) {
  closed.add(channel);
  channel.close();
}

async function again(channel) {
  for (;;) {
    const over = closed.has(channel);
    const value = await channel.recv();
    if (value !== undefined || over) return value;
  }
}

export const open = (sides, capacity) => endsOf(chan(capacity), sides, close);
export const sink = ({ channel, leave }) => sinkOf((value) => channel.send(value), leave);

export function source([{ channel }]) {
  const { all, close } = sourceOf(() => channel.recv());
  return {
    one: () => again(channel),
    async all(see) {
      for (;;) {
        await all(see);
        const value = await again(channel);
        if (value === undefined) return;
        const pending = see(value);
        if (pending !== undefined) await pending;
      }
    },
    close,
  };
}
