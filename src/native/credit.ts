/**
 * Sending without a call for each message: a send that finds room is granted credit for those behind it, and they are written on
 * a page in shared memory, and counted there. Whoever looks for messages finds them; whoever else sends, parks or closes
 * the channel ends the credit first (crates/core, `flavor/credit.rs`), which the next message here finds out.
 *
 * Not for codecs of the user's: their code would be given shared memory, which not every function takes.
 */
import { encodeTo, Writer } from '../codec/codec.js';
import { scratch } from '../scratch.js';
import { Backoff } from './backoff.js';
import { native } from './binding.js';
import { encode, send } from './message.js';
import type { NativePort } from './port.js';
import { FRAME, PAGE_HEADER, PAGE_WRITTEN } from './wire.js';
import * as Word from './word.js';

/** Bytes of a page. */
const PAGE_BYTES = 16_384;
/** Longer messages are sent by a call each. */
const LONGEST = 256;
/** What encoding the longest of them may reserve at most: of a string, three times its length. */
const ROOM = 4 * LONGEST;

export class Credit {
  readonly #port: NativePort<unknown>;
  /** Bytes before each message. */
  readonly #head: number;
  #writer: Writer | undefined = undefined;
  /** All of the page, twice. What is encoded may outgrow it: then the writer has other memory. */
  #words: Int32Array<ArrayBuffer> | undefined = undefined;
  #bytes: Uint8Array | undefined = undefined;
  /** Where the next message goes. Kept here, and set without a call: where the stack is full, every call may fail, also one that sets it back. */
  #at = PAGE_HEADER;
  #written = 0;
  #granted = 0;
  #encoding = false;
  readonly #backoff = new Backoff();

  constructor(port: NativePort<unknown>) {
    this.#port = port;
    this.#head = port.codec.size === undefined ? FRAME : 0;
  }

  /** Sends `value` if that needs no waiting; 0, or a Code. CodecError. */
  send(value: unknown): number {
    const written = this.#written;
    // What is sent from within an encode comes first, and so does not go behind it on the page.
    if (written === this.#granted || this.#encoding) return this.#call(value);
    const writer = this.#writer as Writer;
    const start = this.#at;
    if (start > PAGE_BYTES - ROOM) return this.#call(value);
    writer.words[0] = start;
    this.#encode(value, writer, start);
    const end = writer.position;
    const words = this.#words as Int32Array;
    const fits = end - start <= LONGEST && writer.bytes === this.#bytes;
    if (fits && Atomics.compareExchange(words, PAGE_WRITTEN, written, written + 1) === written) {
      this.#written = written + 1;
      this.#at = end;
      return 0;
    }
    return this.#lost(writer, start, end);
  }

  #encode(value: unknown, writer: Writer, start: number): void {
    this.#encoding = true;
    try {
      const head = this.#head;
      if (head > 0) writer.reserve(head);
      encodeTo(this.#port.codec, value, this.#port.label, writer);
      if (head > 0) writer.view.setUint32(start, writer.position - start - head, true);
    } finally {
      this.#encoding = false;
    }
  }

  /** The message that has just been encoded is too long, or the credit is over: it is sent by a call. */
  #lost(writer: Writer, start: number, end: number): number {
    this.#written = this.#granted = 0;
    this.#backoff.ended();
    const base = scratch.begin();
    scratch.writer.raw(writer.bytes.subarray(start + this.#head, end));
    scratch.words[Word.COUNT] = end - start - this.#head;
    scratch.release(base);
    if (writer.bytes !== this.#bytes) {
      this.#writer = new Writer(PAGE_BYTES, this.#words?.buffer);
      this.#bytes = this.#writer.bytes;
    }
    return native.trySend(this.#port.handle);
  }

  #call(value: unknown): number {
    if (this.#encoding || this.#backoff.waits() || (this.#words === undefined && !this.#open())) return send(this.#port, value);
    if (this.#granted > 0) this.#backoff.used();
    encode(this.#port, value);
    const code = native.trySendAhead(this.#port.handle);
    this.#written = 0;
    this.#at = PAGE_HEADER;
    this.#granted = code === 0 ? (scratch.words[Word.COUNT] as number) : 0;
    if (this.#granted === 0) this.#backoff.vain();
    return code;
  }

  #open(): boolean {
    const words = new Int32Array(new SharedArrayBuffer(PAGE_BYTES) as unknown as ArrayBuffer);
    const writer = new Writer(PAGE_BYTES, words.buffer);
    if (native.credit(this.#port.handle, words, this.#port.codec.size ?? -1) !== 0) {
      this.#backoff.vain(Infinity);
      return false;
    }
    this.#words = words;
    this.#writer = writer;
    this.#bytes = writer.bytes;
    return true;
  }
}
