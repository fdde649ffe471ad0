/**
 * Memory for bytes that arrive.
 *
 * An ArrayBuffer costs V8 one to two µs, ten times what it takes to copy a kilobyte, and a Uint8Array of up to 64 bytes
 * needs none. So what lies between lives in blocks, one after the other, as Node's own Buffers do. A block that were
 * transferred to another thread would take its neighbours along: the host is told that blocks stay, and where it does
 * not listen there are none.
 */
/** Bytes of a block: what a value that is kept keeps alive at most. */
const BLOCK = 16_384;
/** Longer ones have memory of their own: copying them takes as long as making it. */
const LONGEST = 2048;
/** Shorter ones lie in V8's heap. */
const SHORTEST = 65;

let block: ArrayBuffer | undefined;
let next = BLOCK;
/** Null: not looked for yet. */
let keep: Threads['markAsUntransferable'] | undefined | null = null;

/** A copy of `source[start..end]`, which nobody else has; its `buffer` may be larger and hold other values. */
export function copyOf(source: Uint8Array, start: number, end: number): Uint8Array<ArrayBuffer> {
  const count = end - start;
  // Of shared memory, too, `slice` makes a copy that is not shared.
  if (count < SHORTEST || count > LONGEST || !roomFor(count)) return source.slice(start, end) as Uint8Array<ArrayBuffer>;
  const copy = new Uint8Array(block as ArrayBuffer, next, count);
  // So that whoever looks at a value as larger numbers finds it aligned.
  next = (next + count + 7) & ~7;
  copy.set(source.subarray(start, end));
  return copy;
}

interface Threads {
  markAsUntransferable(buffer: ArrayBuffer): void;
}
type Host = { process?: { getBuiltinModule?(name: string): Threads | undefined } };

/** Tells the host that a buffer stays in this thread. Undefined: it cannot be told, or does not do as it is told. */
function findKeeper(): Threads['markAsUntransferable'] | undefined {
  const probe = new ArrayBuffer(8);
  try {
    const keep = (globalThis as Host).process?.getBuiltinModule?.('node:worker_threads')?.markAsUntransferable;
    keep?.(probe);
    tryTransfer(probe);
    return probe.byteLength === 8 ? keep : undefined;
  } catch {
    return undefined;
  }
}

function tryTransfer(buffer: ArrayBuffer): void {
  try {
    structuredClone(buffer, { transfer: [buffer] });
  } catch {
    // Newer hosts refuse, older ones copy.
  }
}

function roomFor(count: number): boolean {
  if (next + count <= BLOCK) return true;
  if (keep === null) keep = findKeeper();
  if (keep === undefined) return false;
  block = new ArrayBuffer(BLOCK);
  keep(block);
  next = 0;
  return true;
}
