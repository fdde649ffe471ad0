/**
 * Receive-only channels of one thread that nobody sends to: timers, tickers and signals fill them.
 *
 * ```ts
 * const made = openSource<number>({
 *   poll: () => { if (!fired && Date.now() >= due) { fired = true; made.push(Date.now()); } },
 *   onWaiters: (waiting) => (waiting ? arm() : disarm()),   // setTimeout → made.push(…) / clearTimeout
 *   due: () => (fired ? Infinity : due - Date.now()),
 *   onGone: () => disarm(),
 * });
 * made.port      // Port<number> of engine `local`, direction RECV: wrap it in a Receiver
 * made.push(v)   // Go's sendTime: to the first waiting receiver, else into the buffer of one; false and dropped when that is full
 * made.close()   // receivers get `{ ok: false }`; closing twice is fine
 * made.drain()   // forgets what was pushed and not taken (Go 1.23's Stop and Reset)
 * made.waiting() // whether some operation is parked on it
 * ```
 *
 * A source that nobody waits for costs nothing: no timer runs, and `poll` says what is due when somebody looks.
 * It holds no reference from outside on its own, so a source nobody reads is collected.
 */
import type { Codec } from '../codec/codec.js';
import * as Direction from '../direction.js';
import type { Port } from '../engine.js';
import { chansend, closechan, Hchan } from './hchan.js';
import { LocalPort } from './port.js';

/** What a source does when somebody looks at, or waits on, its channel. Every part may be left out. None may throw. */
export interface Source {
  /** Called just before the buffer is looked at by a receive, a select or `length`: the moment to `push` or `close` what is due. */
  poll?(): void;
  /**
   * True: the first operation has parked; false: the last one has left. To arm and disarm a timer or a listener.
   * Called in the middle of a queue's work: it must not push or close at once, only later.
   */
  onWaiters?(waiting: boolean): void;
  /**
   * In how many ms `poll` will have something, without the event loop turning (a clock does, a signal does not):
   * Infinity (or no `due`) when it is not known. How `selectSync` waits for a timer.
   */
  due?(): number;
  /** The last receiver was disposed or collected. */
  onGone?(): void;
}

/** The two ends of what `openSource` makes. */
export interface OpenedSource<T> {
  readonly port: Port<T>;
  push(value: T): boolean;
  close(): void;
  drain(): void;
  waiting(): boolean;
}

/** A channel over `source`. Its port counts as the only receiver; the source itself is the only sender. */
export function openSource<T>(source: Source, name?: string): OpenedSource<T> {
  const c = new Hchan(1, name, source);
  c.senders = 1;
  return {
    port: new LocalPort<T>(c, Direction.RECV, BY_REFERENCE),
    push: (value) => chansend(c, value) === 1,
    close: () => void closechan(c),
    drain: () => c.buf.clear(),
    waiting: () => c.recvq.last !== null,
  };
}

/** The codec of channels that have none, by which nobody encodes. */
export const BY_REFERENCE: Codec<never> = { id: 'local' } as Codec<never>;
