/** Ends that are channel handles, in the three modes. */
import { attach } from '../../chan.js';
import type { Receiver } from '../../handle/receiving.js';
import type { Sender } from '../../handle/sending.js';
import { select, selectSync } from '../../select.js';
import type { Mode } from '../scenario.js';
import { BATCH, END, type End, type Sink, type Source } from './link.js';

type See = (value: unknown) => Promise<void> | void;

function handleOf<H extends Sender<unknown> | Receiver<unknown>>(end: End): H {
  if (end.kind === 'handle') return end.handle as H;
  if (end.kind === 'channel') return attach(end.token) as unknown as H;
  throw new TypeError(`a channel's end was expected, not ${end.kind}`);
}

/** Leaving is enough: the channel closes when its last sender has left. */
const leave = (handle: Disposable) => () => handle[Symbol.dispose]();

function awaitingSink(sender: Sender<unknown>): Sink {
  return {
    one: (value) => sender.send(value),
    async many(from, count, value) {
      for (let index = from; index < from + count; index++) await sender.send(value(index));
    },
    close: leave(sender),
  };
}

function blockingSink(sender: Sender<unknown>): Sink {
  return {
    one: (value) => sender.sendSync(value),
    async many(from, count, value) {
      for (let index = from; index < from + count; index++) sender.sendSync(value(index));
    },
    close: leave(sender),
  };
}

function batchedSink(sender: Sender<unknown>): Sink {
  let waiting: unknown[] = [];
  const flush = () => {
    const batch = waiting;
    waiting = [];
    return sender.sendMany(batch);
  };
  const one = (value: unknown) => {
    waiting.push(value);
    return waiting.length < BATCH ? undefined : flush();
  };
  return {
    one,
    async many(from, count, value) {
      for (let index = from; index < from + count; index++) {
        const pending = one(value(index));
        if (pending !== undefined) await pending;
      }
      if (waiting.length > 0) await flush();
    },
    async close() {
      if (waiting.length > 0) await flush();
      sender[Symbol.dispose]();
    },
  };
}

function awaitingSource(receiver: Receiver<unknown>): Source {
  return {
    async one() {
      const got = await receiver.recv();
      return got.ok ? got.value : END;
    },
    async all(see) {
      for await (const value of receiver) {
        const pending = see(value);
        if (pending !== undefined) await pending;
      }
    },
    close: leave(receiver),
  };
}

function blockingSource(receiver: Receiver<unknown>): Source {
  return {
    one() {
      const got = receiver.recvSync();
      return got.ok ? got.value : END;
    },
    async all(see) {
      for (const value of receiver.valuesSync()) {
        const pending = see(value);
        if (pending !== undefined) await pending;
      }
    },
    close: leave(receiver),
  };
}

function batchedSource(receiver: Receiver<unknown>): Source {
  return {
    ...awaitingSource(receiver),
    async all(see) {
      for (let values = await receiver.recvMany(BATCH); values.length > 0; values = await receiver.recvMany(BATCH)) {
        for (const value of values) {
          const pending = see(value);
          if (pending !== undefined) await pending;
        }
      }
    },
  };
}

const SINKS = { awaiting: awaitingSink, blocking: blockingSink, batched: batchedSink } as const;
const SOURCES = { awaiting: awaitingSource, blocking: blockingSource, batched: batchedSource } as const;

export const channelSink = (end: End, mode: Mode): Sink => SINKS[mode](handleOf<Sender<unknown>>(end));
export const channelSource = (end: End, mode: Mode): Source => SOURCES[mode](handleOf<Receiver<unknown>>(end));

/** One source over several channels, by select; a closed one becomes a case that is never ready. */
export function selectingSource(ends: readonly End[], mode: Mode): Source {
  const receivers = ends.map((end) => handleOf<Receiver<unknown>>(end));
  const cases: Record<string, Receiver<unknown> | null> = Object.fromEntries(
    receivers.map((receiver, at) => [`from${at}`, receiver]),
  );
  let open = receivers.length;
  const close = () => {
    for (const receiver of receivers) receiver[Symbol.dispose]();
  };
  return {
    one: () => END,
    async all(see: See) {
      while (open > 0) {
        const got = mode === 'blocking' ? selectSync(cases) : await select(cases);
        if ('ok' in got && got.ok) {
          const pending = see(got.value);
          if (pending !== undefined) await pending;
        } else {
          cases[got.key] = null;
          open--;
        }
      }
    },
    close,
  };
}
