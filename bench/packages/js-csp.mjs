/** `js-csp`: whole loops run in its own routines, which is how it is meant to be used; `CLOSED` is the end. */
import csp from 'js-csp';
import { endsOf } from './one-thread.mjs';

const routine = (work) => new Promise((resolve) => csp.takeAsync(csp.go(work), resolve));

/** Waits for a promise inside of a routine. */
function settled(promise) {
  const channel = csp.chan();
  promise.then(() => csp.putAsync(channel, true));
  return csp.take(channel);
}

const chan = (capacity) => (capacity === 0 ? csp.chan() : csp.chan(capacity));

export const open = (sides, capacity) => endsOf(chan(capacity), sides, (channel) => channel.close());

export const sink = ({ channel, leave }) => ({
  one: (value) => new Promise((resolve) => csp.putAsync(channel, value, resolve)),
  many: (from, count, value) =>
    routine(function* () {
      for (let index = from; index < from + count; index++) yield csp.put(channel, value(index));
      return true;
    }),
  close: leave,
});

export function source(ends) {
  let channels = ends.map(({ channel }) => channel);
  const [only] = channels;
  const taking = channels.length === 1 ? () => csp.take(only) : () => csp.alts(channels);
  return {
    one: () => new Promise((resolve) => csp.takeAsync(only, (value) => resolve(value === csp.CLOSED ? undefined : value))),
    all: (see) =>
      routine(function* () {
        while (channels.length > 0) {
          const got = yield taking();
          const [value, channel] = ends.length === 1 ? [got, only] : [got.value, got.channel];
          if (value === csp.CLOSED) channels = channels.filter((other) => other !== channel);
          else {
            const pending = see(value);
            if (pending !== undefined) yield settled(pending);
          }
        }
        return true;
      }),
    close() {},
  };
}
