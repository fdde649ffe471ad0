/**
 * The memory that threads share, as one thread sees it: two views of it, the allocator, and the locks.
 *
 * Invariant: whoever has taken a lock sees all memory that a pointer found under it can mean (`lock` looks whether the
 * arena has grown). Blocks are powers of two of words and go back to the list of their size; memory never goes back
 * to the system while the arena lives.
 *
 * A thread can be terminated between any two steps. Every change of the allocator therefore takes effect with a single
 * store; whoever seizes its lock finds it in order, and at worst a block is lost.
 */
import { ChannelError } from '../errors.js';
import * as Header from './layout/header.js';
import * as Thread from './layout/thread.js';
import { HEAP, MAGIC } from './layout.js';
import { lockSlow } from './lock.js';

const INITIAL_BYTES = 2 ** 20;
/** 4 GiB of address space, less where the host does not give as much. */
const LARGEST_BYTES = 2 ** 32;
const SMALLEST_LIMIT = 2 ** 26;
/** The arena grows by at least this much. */
const STEP_WORDS = 2 ** 18;

/** A SharedArrayBuffer that can grow, which this project's `lib` does not know yet. */
interface Growable extends SharedArrayBuffer {
  readonly maxByteLength: number;
  grow(bytes: number): void;
}
type GrowableConstructor = new (bytes: number, options: { maxByteLength: number }) => Growable;

/** Makes the memory of a new arena. */
export function makeMemory(): SharedArrayBuffer {
  for (let limit = LARGEST_BYTES; ; limit /= 2) {
    try {
      const memory = new (SharedArrayBuffer as unknown as GrowableConstructor)(INITIAL_BYTES, { maxByteLength: limit });
      const words = new Int32Array(memory, 0, INITIAL_BYTES / 4);
      words[Header.TOP] = HEAP;
      words[Header.SIZE] = words.length;
      crypto.getRandomValues(new Uint8Array(8)).forEach((byte, i) => {
        words[Header.ID + (i >> 2)] = ((words[Header.ID + (i >> 2)] as number) << 8) | byte;
      });
      Atomics.store(words, Header.MAGIC, MAGIC);
      return memory;
    } catch (error) {
      if (limit <= SMALLEST_LIMIT) throw error;
    }
  }
}

/** Whether `memory` is an arena. */
export function isArena(memory: unknown): memory is SharedArrayBuffer {
  if (typeof SharedArrayBuffer !== 'function' || !(memory instanceof SharedArrayBuffer)) return false;
  return memory.byteLength >= INITIAL_BYTES && Atomics.load(new Int32Array(memory, 0, 64), Header.MAGIC) === MAGIC;
}

/** What an arena is called: the same in every thread. */
export function arenaId(memory: SharedArrayBuffer): string {
  const words = new Uint32Array(memory, Header.ID * 4, 2);
  return `${(words[0] as number).toString(36)}-${(words[1] as number).toString(36)}`;
}

export class Memory {
  readonly buffer: SharedArrayBuffer;
  readonly id: string;
  /** All of it that this thread has seen, as words. Another object after `refresh`. */
  i32!: Int32Array<SharedArrayBuffer>;
  u8!: Uint8Array<SharedArrayBuffer>;
  /** Words in the views. */
  size = 0;
  /** This thread's slot + 1: how its locks are marked. */
  mark = 0;
  /** This thread's record. */
  thread = 0;
  /** Asked when a lock is not let go: whether its owner is dead, alive, or it cannot be told. */
  ownerIs: (mark: number) => 'alive' | 'dead' | 'unknown' = () => 'unknown';
  /** Puts in order what the lock at `at` guards, after it was taken from a dead thread, whose mark is given. */
  onSeized: (at: number, mark: number) => void = () => {};
  /** Throws if the lock at `at` will never be let go. */
  beforeWait: (at: number) => void = () => {};
  /** The lock at `at` is held by a thread that does not move, and nobody knows whether it lives. */
  onBroken: (at: number) => void = () => {};

  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.id = arenaId(buffer);
    this.refresh();
  }

  /** Looks at the memory that has been added since. */
  refresh(): void {
    const words = Math.floor(this.buffer.byteLength / 4);
    this.i32 = new Int32Array(this.buffer, 0, words);
    this.u8 = new Uint8Array(this.buffer, 0, words * 4);
    this.size = Atomics.load(this.i32, Header.SIZE);
  }

  /** Sees memory that peers have added since. */
  catchUp(): void {
    if (this.i32[Header.SIZE] !== this.size) this.refresh();
  }

  /** Takes the lock at `at`; waits for it. */
  lock(at: number): void {
    const m = this.i32;
    if (Atomics.compareExchange(m, at, 0, this.mark) !== 0) lockSlow(this, at);
    m[this.thread + Thread.LOCKS] = ((m[this.thread + Thread.LOCKS] as number) + 1) | 0;
    if (m[Header.SIZE] !== this.size) this.refresh();
  }

  /** Lets it go. */
  unlock(at: number): void {
    // The lock word says more than our mark if somebody sleeps on it.
    const found = Atomics.exchange(this.i32, at, 0);
    if (found !== this.mark) Atomics.notify(this.i32, at, 1);
  }

  /** A block with room for `words`, its content unknown. */
  alloc(words: number): number {
    return this.allocClass(Math.max(5, 32 - Math.clz32(words)));
  }

  /** A block of 2^k words, of which the first is taken. */
  allocClass(k: number): number {
    this.lock(Header.ALLOC_LOCK);
    try {
      const m = this.i32;
      const free = m[Header.FREE + k] as number;
      if (free !== 0) {
        m[Header.FREE + k] = m[free] as number;
        return free;
      }
      const top = m[Header.TOP] as number;
      const next = top + (1 << k);
      if (next > this.size) this.#grow(next);
      this.i32[Header.TOP] = next;
      this.i32[top] = k;
      return top + 1;
    } finally {
      this.unlock(Header.ALLOC_LOCK);
    }
  }

  /** Gives a block back. */
  free(block: number): void {
    this.lock(Header.ALLOC_LOCK);
    const m = this.i32;
    const list = Header.FREE + (m[block - 1] as number);
    m[block] = m[list] as number;
    m[list] = block;
    this.unlock(Header.ALLOC_LOCK);
  }

  /** One word after the end of a block. */
  endOf(block: number): number {
    return block - 1 + (1 << (this.i32[block - 1] as number));
  }

  #grow(words: number): void {
    const buffer = this.buffer as Growable;
    const largest = buffer.maxByteLength / 4;
    if (words > largest) {
      throw new ChannelError(`shared channels of this process have no memory left: ${buffer.maxByteLength} bytes are in use`);
    }
    buffer.grow(Math.min(largest, Math.max(words, this.size + STEP_WORDS)) * 4);
    Atomics.store(this.i32, Header.SIZE, Math.floor(buffer.byteLength / 4));
    this.refresh();
  }
}
