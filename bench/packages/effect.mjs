/** `effect`: its `Queue`, in whole loops, each one fiber; ending the queue is the end. */
import { Cause, Effect, Queue } from 'effect';
import { endsOf } from './one-thread.mjs';

const make = (capacity) => Effect.runSync(capacity === Number.POSITIVE_INFINITY ? Queue.unbounded() : Queue.bounded(capacity));
const none = Effect.succeed(undefined);

export const open = (sides, capacity) => endsOf(make(capacity), sides, (queue) => Queue.endUnsafe(queue));

export const sink = ({ channel, leave }) => ({
  one: (value) => Effect.runPromise(Queue.offer(channel, value)),
  many: (from, count, value) =>
    Effect.runPromise(
      Effect.gen(function* () {
        for (let index = from; index < from + count; index++) yield* Queue.offer(channel, value(index));
      }),
    ),
  close: leave,
});

/** Ends a fiber's work without an error where it took from a queue that had ended. */
const untilDone = (work) => Effect.runPromise(Effect.catchIf(work, Cause.isDone, () => none));

export const source = ([{ channel }]) => ({
  one: () => untilDone(Queue.take(channel)),
  all: (see) =>
    untilDone(
      Effect.gen(function* () {
        for (;;) {
          const pending = see(yield* Queue.take(channel));
          if (pending !== undefined) yield* Effect.promise(() => pending);
        }
      }),
    ),
  close() {},
});
