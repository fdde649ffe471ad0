/**
 * Timers and signals as receivers, for `select`.
 *
 * Nothing runs and nothing listens while nobody waits: what is due is found by looking at the clock, and a timer or a
 * listener exists only as long as an operation waits on the receiver. Forgetting one costs nothing.
 */
import { offAbort, onAbort } from './abort.js';
import { checkMilliseconds, checkSignal, unfit } from './arguments.js';
import { makeReceiver } from './handle/channel.js';
import type { Receiver } from './handle/receiving.js';
import { type OpenedSource, openSource } from './local/source.js';
import { Alarm, clock } from './timers/alarm.js';

/** Ticks closer to each other than this, in ms, come as often as somebody looks. */
const LEAST = 1e-6;

/** A moment of the clock that is just over, in ms since 1970. */
function timeOf(moment: number): number {
  const late = Math.floor(clock() - moment);
  return Date.now() - late;
}

/**
 * A receiver that `poll` fills once the clock says `due()`, which it then changes. `arm` is for a `due`
 * that was changed otherwise.
 */
function clockwork(name: string, due: () => number, poll: () => void): { made: OpenedSource<number>; arm: () => void } {
  const arm = () => {
    if (made.waiting()) alarm.set(due());
  };
  const alarm = new Alarm(() => {
    poll();
    arm();
  });
  const made = openSource<number>(
    {
      poll,
      onWaiters: (waiting) => (waiting ? alarm.set(due()) : alarm.clear()),
      due: () => due() - clock(),
      onGone: () => alarm.clear(),
    },
    name,
  );
  return { made, arm };
}

/**
 * A receiver that yields the time (ms since 1970) once, `ms` from now, and then is never ready again. As in Go, it is
 * not closed.
 *
 * `ms` is 0 to Infinity (never), else RangeError. Of several receivers that wait on it, the first gets the time.
 * @example
 * const got = await select({ answer: answers, late: after(1000) });
 */
export function after(ms: number): Receiver<number> {
  let due = clock() + checkMilliseconds('ms', ms);
  const poll = () => {
    if (clock() < due) return;
    const time = timeOf(due);
    due = Infinity;
    made.push(time);
  };
  const { made } = clockwork(`after(${ms})`, () => due, poll);
  return makeReceiver(made.port);
}

/** A receiver that yields the time again and again. Disposing it stops it. */
export interface Ticker extends Receiver<number> {
  /** No tick comes any more, also none that was due and not received. The ticker is not closed, as in Go. */
  stop(): void;
  /** Ticks every `ms` from now on, stopped or not; forgets a tick that was not received. */
  reset(ms: number): void;
}

/**
 * A receiver that yields the time (ms since 1970) every `ms`, the first time `ms` from now.
 *
 * Ticks that nobody received in time are dropped, all but the first: a slow reader gets no bursts, and the ticks after it
 * come at the times they would have come. `ms` is 0 (as often as somebody looks) to Infinity (never), else RangeError.
 * Reading the clock is all it does while nobody waits, so one that is forgotten leaves nothing behind.
 * @example
 * const limit = ticker(100);
 * for await (const request of requests) {
 *   await limit.recv();
 *   serve(request);
 * }
 */
export function ticker(ms: number): Ticker {
  let period = checkMilliseconds('ms', ms);
  let due = clock() + period;
  const poll = () => {
    const now = clock();
    if (now < due) return;
    const tick = due;
    due = period < LEAST ? now : due + period * (1 + Math.floor((now - due) / period));
    // Last: a handler that it calls may stop or reset this ticker.
    made.push(timeOf(tick));
  };
  const { made, arm } = clockwork(`ticker(${ms})`, () => due, poll);
  const start = (next: number) => {
    period = next;
    due = clock() + next;
    made.drain();
    arm();
  };
  const methods = { stop: () => start(Infinity), reset: (next: number) => start(checkMilliseconds('ms', next)) };
  return Object.assign(makeReceiver(made.port), methods) as Ticker;
}

/**
 * A receiver that is closed once `signal` aborts, and until then is never ready.
 *
 * It listens to the signal only while an operation waits on it.
 * @example
 * const got = await select({ job: jobs, stop: done(signal) });
 */
export function done(signal: AbortSignal): Receiver<never> {
  if (checkSignal('signal', signal) === undefined) throw unfit('signal', 'an AbortSignal', signal);
  const closing = { withdraw: () => made.close() };
  const made: OpenedSource<never> = openSource<never>(
    {
      poll: () => {
        if (signal.aborted) made.close();
      },
      onWaiters: (waiting) => (waiting ? onAbort : offAbort)(signal, closing),
      onGone: () => offAbort(signal, closing),
    },
    'done',
  );
  return makeReceiver(made.port);
}
