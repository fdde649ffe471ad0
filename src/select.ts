/**
 * Choosing between operations: Go's `select`.
 *
 * Owns what a select promises to its caller; how cases are committed is the engines' (one engine) or select/across.ts's
 * (several). Exactly one case happens, or none, and then nothing was sent or received.
 *
 * Departures from Go: a select without live cases can end by its signal or timeout; `biased`; a case that sends on a
 * closed channel rejects or throws instead of panicking.
 */
import { checkBoolean, checkOptions, signalOf } from './arguments.js';
import { shuffled } from './chance.js';
import { CLOSED, EMPTY, type Engine } from './engine.js';
import { TimeoutError } from './errors.js';
import { blockingOf, Outcome, type SyncOptions } from './handle/blocking.js';
import { rejected, resolved } from './handle/budget.js';
import type { AwaitOptions } from './handle/sending.js';
import { idle } from './idle.js';
import { across } from './select/across.js';
import { type Cases, checkCases, type LiveCase, type Selected } from './select/cases.js';
import { PendingSelect } from './select/pending.js';
import { type Result, resultOf } from './select/result.js';

export { type Cases, type SelectCase, type Selected, type SendCase, send } from './select/cases.js';

/** Options of `trySelect`, and of every select. */
export interface Preference {
  /**
   * True: of several ready cases the first in key order is taken (Object.keys order); false: any, with equal chances. `shared` and native
   * channels in one select are looked at one after the other: a message may be taken although one of the other kind has just come first.
   * @default false
   */
  readonly biased?: boolean | undefined;
}

/** Options of `select`. */
export interface SelectOptions extends Preference, AwaitOptions {}

/** Options of `selectSync`. */
export interface SelectSyncOptions extends Preference, SyncOptions {}

/**
 * Waits until one of the cases can happen, and does it. Exactly one case happens.
 *
 * A Receiver as a case means receive from it, `send(sender, value)` means send; `null`, `undefined`, `false` and `never()`
 * are never ready. With no live case it waits for its signal only, and does not keep the process alive.
 * Waits its turn in the queue of every case, first come, first served, and leaves the other queues when one happens. With cases of `shared` and of a
 * native engine it stands in the queues of one of the two and watches the other, where it is served behind those who wait there; two such
 * selects do not meet at a rendezvous that both only watch.
 *
 * Rejects, nothing having happened, with TypeError, DirectionError, DetachedError (also when a handle among the cases is
 * disposed meanwhile), `signal.reason`, or CodecError (a value to send that does not fit); with ClosedError or
 * DisconnectedError (`.value`) when a send on a channel that is shut is chosen; with CodecError when the chosen message
 * does not decode (it is gone).
 * @example
 * const got = await select({ job: jobs, out: send(results, next), late: after(1000), stop: done(signal) });
 * if (got.key === 'job' && got.ok) work(got.value);
 */
export function select<const C extends Cases>(cases: C, options?: SelectOptions): Promise<Selected<C>> {
  try {
    const signal = options === undefined ? undefined : signalOf(options);
    const biased = biasedOf(options);
    const live = checkCases(cases, 'select');
    if (signal?.aborted) return rejected(signal.reason);
    const engine = engineOf(live);
    let found = receivable(engine, live, biased);
    if (found === null && engine.linger?.(live)) found = receivable(engine, live, biased);
    if (found !== null) return resolved(found) as Promise<Selected<C>>;
    return new PendingSelect(biased ? live : fair(live), signal).start(engine, biased) as Promise<Selected<C>>;
  } catch (error) {
    return rejected(error);
  }
}

/**
 * Does one of the cases if that needs no waiting; null: none is ready (Go's `default`). A closed channel is ready.
 *
 * Cases of one engine are looked at as of one moment. Throws as `select` rejects.
 */
export function trySelect<const C extends Cases>(cases: C, options?: Preference): Selected<C> | null {
  const biased = biasedOf(checkOptions(options));
  const live = checkCases(cases, 'trySelect');
  const engine = engineOf(live);
  const found = receivable(engine, live, biased);
  if (found !== null) return found as Selected<C> | null;
  const outcome = new Outcome();
  return engine.trySelect(live, biased, outcome) ? (finish('trySelect', live, outcome) as Selected<C> | null) : null;
}

/**
 * As `select`, blocking this thread. Throws TimeoutError when its time is over, and as `select` rejects.
 *
 * Timers among the cases fire; what needs the event loop of this thread (an AbortSignal, a send from this same thread)
 * cannot happen meanwhile.
 */
export function selectSync<const C extends Cases>(cases: C, options?: SelectSyncOptions): Selected<C> {
  const blocking = blockingOf(options);
  const biased = biasedOf(options);
  const checked = checkCases(cases, 'selectSync');
  blocking.checkFor('selectSync', casesOf(checked));
  const live = biased ? checked : fair(checked);
  const engine = engineOf(live);
  const found = receivable(engine, live, biased);
  if (found !== null) return found as Selected<C>;
  const outcome = new Outcome();
  if (!engine.block(live, biased, blocking.timeout, outcome)) {
    throw new TimeoutError(`selectSync on ${casesOf(live)} timed out after ${blocking.timeout} ms`);
  }
  return finish('selectSync', live, outcome) as Selected<C>;
}

function biasedOf(options: Preference | undefined): boolean {
  return options === undefined ? false : checkBoolean('options.biased', options.biased, false);
}

/**
 * What one of the cases receives at once, if all of them receive: each is asked in turn, as often as not without a
 * call into the engine. Null says nothing: only an engine sees all of its cases as of one moment.
 */
function receivable(engine: Selector, live: readonly LiveCase[], biased: boolean): Result | null {
  // What is sent is checked before anything happens, and the engine of one thread gains nothing.
  if (engine.name === 'local' || live.some(({ send }) => send)) return null;
  const [first, second] = live;
  if (biased && first !== undefined && second !== undefined) {
    // What was lent before was there before the first was asked.
    return received(first) ?? received(second, second.port.tryLent?.() ?? EMPTY);
  }
  for (const place of shuffled(live.length)) {
    const found = received(live[place] as LiveCase);
    if (found !== null) return found;
  }
  return null;
}

function received({ key, port }: LiveCase, value: unknown = port.tryRecv()): Result | null {
  if (value === EMPTY) return null;
  return value === CLOSED ? { key, ok: false, value: undefined } : { key, ok: true, value };
}

/** The cases in an order in which none of several that wait in one queue, where they stand one behind the other, is preferred. */
function fair(live: readonly LiveCase[]): readonly LiveCase[] {
  if (new Set(live.map(({ port }) => port.id)).size === live.length) return live;
  return shuffled(live.length).map((place) => live[place] as LiveCase);
}

type Selector = Pick<Engine, 'trySelect' | 'linger' | 'park' | 'block'> & { readonly name?: Engine['name'] };

/** The one engine of all cases, or what makes several, or none, look like one. */
function engineOf(live: readonly LiveCase[]): Selector {
  const [first] = live;
  if (first === undefined) return idle;
  const { engine } = first.port;
  return live.every(({ port }) => port.engine === engine) ? engine : across;
}

function finish(operation: string, live: readonly LiveCase[], outcome: Outcome): Result {
  const { index, status, value } = outcome.checked();
  const result = resultOf(operation, live[index] as LiveCase, status, value);
  if (result instanceof Error) throw result;
  return result;
}

function casesOf(live: readonly LiveCase[]): string {
  if (live.length === 0) return 'no live case';
  return live.map(({ key }) => `'${key}'`).join(', ');
}
