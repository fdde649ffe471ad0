/**
 * Receiving without a call for each message: a receive that finds several borrows those behind the first, and the next
 * ones take them by counting in shared memory. Nobody is kept from them meanwhile: whoever else comes to receive, or
 * parks, ends the lease first (crates/core, `flavor/lease.rs`), which the next claim here finds out.
 */
import { Reader } from '../codec/codec.js';
import { scratch } from '../scratch.js';
import { Backoff } from './backoff.js';
import { native } from './binding.js';
import type { NativePort } from './port.js';
import { BOARD_HEADER } from './wire.js';
import * as Word from './word.js';

/** Bytes of a board: as many as a page has, which is few enough for the first level of cache. */
const BOARD_BYTES = 4096;

export class Ahead {
  /** The message that was claimed last. */
  reader: Reader | undefined = undefined;
  readonly #port: NativePort<unknown>;
  #words: Int32Array | undefined = undefined;
  #next = 0;
  #count = 0;
  #at = 0;
  readonly #backoff = new Backoff();

  constructor(port: NativePort<unknown>) {
    this.#port = port;
  }

  /** Whether `reader` has the next message now. */
  claim(): boolean {
    const next = this.#next;
    if (next === this.#count) return false;
    const words = this.#words as Int32Array;
    if (Atomics.compareExchange(words, 0, next, next + 1) !== next) {
      this.#next = this.#count = 0;
      this.#backoff.ended();
      return false;
    }
    this.#next = next + 1;
    const start = this.#at;
    this.#at = start + (words[this.#next] as number);
    (this.reader as Reader).reset(start, this.#at);
    return true;
  }

  /** `native.tryRecv`, and borrows what is behind the message unless that has been in vain. */
  tryRecv(): number {
    if (this.#backoff.waits() || (this.#words === undefined && !this.#board())) return native.tryRecv(this.#port.handle);
    if (this.#count > 0 && this.#next === this.#count) this.#backoff.used();
    // Now, as a full stack may keep us from it afterwards, and then a text would be read that is none of what is lent.
    (this.reader as Reader).readAhead(0);
    const code = native.tryRecvAhead(this.#port.handle);
    this.#next = 0;
    this.#count = code >= 0 ? (scratch.words[Word.COUNT] as number) : 0;
    this.#at = BOARD_HEADER;
    if (this.#count === 0) this.#backoff.vain();
    else this.#open(this.#words as Int32Array);
    return code;
  }

  /** What is on the board stays there until the next call: its text can be read several messages at a time. */
  #open(words: Int32Array): void {
    let end = BOARD_HEADER;
    for (let i = 1; i <= this.#count; i++) end += words[i] as number;
    (this.reader as Reader).readAhead(end);
  }

  #board(): boolean {
    const memory = new SharedArrayBuffer(BOARD_BYTES);
    const words = new Int32Array(memory);
    const reader = new Reader(new Uint8Array(memory));
    if (native.lend(this.#port.handle, words) !== 0) {
      this.#backoff.vain(Infinity);
      return false;
    }
    this.#words = words;
    this.reader = reader;
    return true;
  }
}
