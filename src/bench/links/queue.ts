/** A receiving end over something that calls back with each message. */
import type { Batching } from './batching.js';
import { END, type Source } from './link.js';

interface Queue {
  readonly source: Source;
  /** To be called with each message; `null` says that one of the senders has ended. */
  readonly arrived: (message: unknown) => void;
}

/** `all` sees messages in the callback itself, as a user of events would; `one` is a promise a message. */
export function queueSource(mode: Batching, senders: number, close: () => void): Queue {
  const queued: unknown[] = [];
  let open = senders;
  let waiting: ((value: unknown) => void) | undefined;
  let see: ((value: unknown) => void) | undefined;
  let ended: () => void = () => {};

  const deliver = (value: unknown) => {
    if (see !== undefined) return see(value);
    const resolve = waiting;
    waiting = undefined;
    if (resolve === undefined) queued.push(value);
    else resolve(value);
  };
  const arrived = (message: unknown) => {
    if (message === null) {
      open--;
      if (open > 0) return;
      ended();
      if (see === undefined) deliver(END);
    } else if (mode === 'batched') for (const value of message as unknown[]) deliver(value);
    else deliver(message);
  };
  const source: Source = {
    one: () => (queued.length > 0 ? queued.shift() : new Promise((resolve) => (waiting = resolve))),
    all: (show) =>
      new Promise((resolve, reject) => {
        see = (value) => {
          const pending = show(value);
          if (pending !== undefined) pending.catch(reject);
        };
        ended = resolve;
        for (const value of queued.splice(0))
          if (value === END) resolve();
          else see(value);
      }),
    close,
  };
  return { source, arrived };
}
