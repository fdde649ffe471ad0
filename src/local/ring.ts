/**
 * The circular queue of a channel: `buf`, `qcount`, `sendx` and `recvx` of Go's hchan.
 *
 * Owns the messages at rest. Invariant: `qcount` slots from `recvx` on, wrapping, hold messages in the order they were
 * pushed; every other slot is undefined, so nothing that was taken stays reachable. It does not know a capacity: who
 * pushes has looked.
 *
 * ```
 *        recvx            sendx = recvx + qcount
 *          ▼                ▼
 *   [ · · · a b c d e f g h · · · ]      length is a power of two, so an index wraps with one AND
 * ```
 */

/** Slots of a ring that holds little. */
const SMALL = 16;
/** A ring longer than this goes back to `SMALL` when it runs empty. */
const KEEP = 1024;

export class Ring<T> {
  qcount = 0;
  #buf: (T | undefined)[] = new Array(SMALL).fill(undefined);
  #recvx = 0;

  /** Puts a message behind the others. Amortised constant: a full ring doubles. */
  push(value: T): void {
    if (this.qcount === this.#buf.length) this.#grow();
    this.#buf[(this.#recvx + this.qcount) & (this.#buf.length - 1)] = value;
    this.qcount++;
  }

  /** Takes the oldest message. The ring must not be empty. */
  shift(): T {
    const buf = this.#buf;
    const value = buf[this.#recvx] as T;
    buf[this.#recvx] = undefined;
    this.#recvx = (this.#recvx + 1) & (buf.length - 1);
    if (--this.qcount === 0 && buf.length > KEEP) this.clear();
    return value;
  }

  /** Lets go of everything. */
  clear(): void {
    this.#buf = new Array(SMALL).fill(undefined);
    this.#recvx = 0;
    this.qcount = 0;
  }

  #grow(): void {
    const old = this.#buf;
    const bigger = old.slice(this.#recvx);
    for (let i = 0; i < this.#recvx; i++) bigger.push(old[i]);
    for (let i = 0; i < old.length; i++) bigger.push(undefined);
    this.#buf = bigger;
    this.#recvx = 0;
  }
}
