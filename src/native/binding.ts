/**
 * The addon's functions, and the only file that touches them: everything else calls `native.…`.
 *
 * Integers in, integers out; nothing throws. 0 or more is a result, below 0 is a code (code.ts; wire.ts is where the
 * scratch and its header are drawn). Twin of the list in `crates/node/src/calls.rs`. A handle's or an operation's number
 * that is stale or was never given out is answered with BAD_HANDLE.
 */
import { soon } from '../clock.js';
import { scratch } from '../scratch.js';
import { type Loaded, loadAddon } from './loader.js';

export interface Binding {
  /** Once per thread. `onCompletions` is called when a parked operation is done; it then drains. `soon` is called
   * within a call that has ended an operation of its own thread, and has the same done in a microtask. */
  init(scratch: ArrayBuffer, onCompletions: () => void, soon: () => void): number;
  /** 1: this thread wants to drain by itself for a moment, and may if the result is 1; 0: it wants to be called, and drains once more after this. */
  mute(muted: number): number;
  /** Lets other threads run. 1: none needed this core; 0: one did, and this thread may not drain by itself for a while. */
  rest(): number;
  /** The scratch has been replaced by a larger one with the same content. */
  setScratch(scratch: ArrayBuffer): number;
  /** Counts into header words 8 to 10. */
  stats(): number;

  /** A new channel; capacity -1 is unbounded. The number of a handle of both directions; the header describes it. */
  open(flavor: number, capacity: number): number;
  /** The number of a handle made from the token at `offset`; the header describes it. GONE. */
  attach(offset: number, direction: number): number;
  /** Writes a token at base. */
  share(handle: number): number;
  /** The number of another handle, of a direction that this one includes. */
  clone(handle: number, direction: number): number;
  /** Gives the handle back, and its number. */
  release(handle: number): number;
  /** 1, or 0 if the channel was closed already. */
  close(handle: number): number;
  length(handle: number): number;
  closed(handle: number): number;
  /** As `length`, of the channel whose id has these halves, for who has given its handle back; 0 once the channel is gone. */
  lengthOf(low: number, high: number): number;
  /** Likewise `closed`; 1 once the channel is gone. */
  closedOf(low: number, high: number): number;

  /** Sends the message at base, of as many bytes as word COUNT says. 0, or BLOCKED, CLOSED, DISCONNECTED. */
  trySend(handle: number): number;
  /** Has `trySendAhead` of this handle grant credit on `page`, shared memory of its own, for messages of `size` bytes; -1: frames. */
  credit(handle: number, page: Int32Array, size: number): number;
  /** As `trySend`, and grants credit for messages behind it. Word COUNT: for how many. */
  trySendAhead(handle: number): number;
  /** The length of the message, which is at base. BLOCKED, CLOSED, NEED_GROW. */
  tryRecv(handle: number): number;
  /** Has `tryRecvAhead` of this handle lend messages on `board`, shared memory of its own. */
  lend(handle: number, board: Int32Array): number;
  /** As `tryRecv`, and lends the messages behind it on the board. Word COUNT: how many. */
  tryRecvAhead(handle: number): number;
  /**
   * Waits a moment, at most 50 µs, until `want` messages are there, or, if `want` is below 0, until there is room for as
   * many; on one core it lets other threads run once instead. How many there are, or how much room; takes nothing.
   */
  linger(handle: number, want: number, microseconds: number): number;
  /** Likewise, until one of the cases may be ready: 1, or 0. */
  lingerAny(offset: number, count: number, microseconds: number): number;
  /** Likewise, until `op` is done: as `wait`. */
  settled(op: number, microseconds: number): number;
  /** The oldest message that did not fit, as `tryRecv`. BLOCKED: there is none. */
  fetchHeld(): number;

  /** How many of the `count` frames at `offset` went. CLOSED, DISCONNECTED: none. */
  trySendFrames(handle: number, offset: number, count: number): number;
  /** Likewise for messages of `size` bytes back to back. */
  trySendFixed(handle: number, offset: number, size: number, count: number): number;
  /** How many frames are at base. Word COUNT: how many messages more are held, to be fetched at once. BLOCKED, CLOSED. */
  tryRecvFrames(handle: number, max: number): number;
  /** Likewise without lengths; a message of another length is held, and so are those behind it. */
  tryRecvFixed(handle: number, size: number, max: number): number;

  /** 0 and the outcome in the header (the message at base), or BLOCKED. NEED_GROW: it happened, and the message is held. */
  selectTry(offset: number, count: number, biased: number): number;
  /** 0 as `selectTry`, or the number of an operation that waits; its end comes by `drainCompletions`. */
  selectPark(offset: number, count: number, biased: number): number;
  /** As `selectPark`, yielding for 25 µs; its end comes by `wait`. BLOCKED: something may be ready now, call again. */
  selectBlock(offset: number, count: number, biased: number): number;
  /** `selectPark` of one send, of what `trySend` would send. */
  parkSend(handle: number): number;
  /** `selectPark` of one receive. */
  parkRecv(handle: number): number;
  /** 1: withdrawn. 0: it has happened, and its end is still to come. */
  cancel(op: number): number;
  /** Blocks at most 50 ms. 1 and the outcome in the header, or 0: not yet. NEED_GROW: as `selectTry`. */
  wait(op: number, milliseconds: number): number;
  /** Has the cases that lost to those told since the last time leave their channels; parking a select does so too. */
  sweep(): number;
  /** How many completions are at base. Word COUNT is 1 if there are more. NEED_GROW: grow and call again. */
  drainCompletions(): number;
}

/** The addon, once `connect` has returned it. */
export let native: Binding;

/** Loads the addon into this thread and gives it the scratch; an Error where there is none. */
export function connect(onCompletions: () => void, onOwnCompletions: () => void): Loaded {
  const loaded = loadAddon();
  if (loaded instanceof Error) return loaded;
  const code = loaded.binding.init(scratch.bytes.buffer, onCompletions, () => soon(onOwnCompletions));
  if (code < 0) return new Error(`the native addon ${loaded.file} does not start in this thread (code ${code})`);
  // A copy: the exports were filled one by one, which left them slow to look up.
  native = { ...loaded.binding };
  scratch.onRenewed(() => native.setScratch(scratch.bytes.buffer));
  return loaded;
}
