/**
 * This thread's one piece of memory for messages on their way out and in (ARCHITECTURE, "Scratch").
 *
 * ```
 * 0        64                     position                      capacity
 * ┌────────┬──────────────────────┬─────────────────────────────┐
 * │ header │ encodes under way    │ free: the next encode, and  │
 * │        │ (outer ones first)   │ what native hands back      │
 * └────────┴──────────────────────┴─────────────────────────────┘
 * ```
 * Word 0 of the header *is* the writer's position, so native always writes behind what is being encoded, also when
 * user code inside an encode uses channels. Encoding is a stack: `begin`, write, `end`, and `release` in a `finally`.
 *
 * What native hands back is to be read before anything else is encoded or received. Codecs that run user code decode
 * from a private copy (`decodeMessage` sees to it).
 */
import { later } from './clock.js';
import { HEADER_BYTES, Reader, Writer } from './codec/bytes.js';
import { protect } from './codec/slab.js';
import { viewsOf } from './codec/views.js';

const INITIAL_BYTES = 64 * 1024;
/** So many bytes are kept for the next message; more only for so many ms. */
const KEPT = 8 << 20;
const WHILE = 1000;

export class Scratch {
  readonly writer: Writer = new Writer(INITIAL_BYTES);
  readonly reader: Reader = new Reader(this.writer.bytes, HEADER_BYTES, HEADER_BYTES);
  readonly #listeners: (() => void)[] = [];

  constructor() {
    protect(this.bytes.buffer);
    this.writer.onRenewed = () => {
      protect(this.bytes.buffer);
      Object.assign(this.reader, viewsOf(this.writer.bytes));
      for (const listener of this.#listeners) listener();
      if (this.bytes.length > KEPT) shrinkLater();
    };
    const shrinkLater = (): unknown => later(shrink, WHILE).unref?.();
    // When the event loop calls, nothing is being encoded or received; a program's tests may call from within an encode.
    const shrink = (): unknown => {
      if (this.writer.position > HEADER_BYTES) return shrinkLater();
      this.writer.renew(new ArrayBuffer(INITIAL_BYTES));
      this.writer.position = HEADER_BYTES;
      this.writer.onRenewed?.();
    };
  }

  /** All memory, header included. Another object after it has been replaced. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.writer.bytes;
  }

  /** The header. */
  get words(): Int32Array<ArrayBuffer> {
    return this.writer.words;
  }

  /** Makes room for `minBytes` in all, header included. CodecError beyond 1 GiB. */
  grow(minBytes: number): void {
    if (minBytes > this.writer.capacity) this.writer.grow(minBytes);
  }

  /** `listener` is called after the memory has been replaced. */
  onRenewed(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Where the message that is encoded next starts. */
  begin(): number {
    return this.writer.position;
  }

  /** How long the message is that started at `start`. */
  end(start: number): number {
    return this.writer.position - start;
  }

  /** The message at `start` is done with. */
  release(start: number): void {
    this.writer.position = start;
  }
}

export const scratch: Scratch = new Scratch();
