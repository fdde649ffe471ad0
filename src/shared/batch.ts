/**
 * Several messages under one lock: encoded before it is taken, decoded after it was let go.
 *
 * A batch holds the lock for some ten microseconds at most. Long messages go one at a time, and so do those of codecs that run
 * user code on receive: what such a codec refuses must not have others behind it that were taken as well.
 */
import { type Codec, encodeTo } from '../codec/codec.js';
import { scratch } from '../scratch.js';
import * as Status from '../status.js';
import type { Arena } from './arena.js';
import { chanrecv, chansend } from './hchan.js';
import * as Chan from './layout/chan.js';
import { INLINE } from './layout.js';
import { Incoming, Outgoing } from './message.js';
import type { SharedPort } from './port.js';

/** Messages in a batch at most. */
export const BATCH = 128;

const sending = new Outgoing();

/**
 * Sends the first of `values[from..]`. Returns how many went, or minus the status of a shut channel; undefined if the first one is long
 * and has to go by itself. Throws CodecError if the first one does not fit, DetachedError if encoding disposed the port.
 */
export function sendBatch(port: SharedPort<unknown>, values: ArrayLike<unknown>, from: number): number | undefined {
  const { arena, c, codec, label } = port;
  const m = arena.i32;
  const room = (m[c + Chan.CAP] as number) - (m[c + Chan.COUNT] as number);
  const most = Math.min(values.length - from, BATCH, Math.max(1, room));
  const first = scratch.begin();
  try {
    const bounds = encodeSome(codec, values, from, most, label);
    port.refuseDisposed();
    return bounds.length === 0 ? undefined : sendEncoded(arena, c, bounds);
  } finally {
    scratch.release(first);
  }
}

/** Encodes up to `most` short messages; returns where each starts and how long it is. */
function encodeSome(codec: Codec<unknown>, values: ArrayLike<unknown>, from: number, most: number, label: string): number[] {
  const bounds: number[] = [];
  for (let i = 0; i < most; i++) {
    scratch.writer.reserve(-scratch.writer.position & 3);
    const start = scratch.begin();
    try {
      encodeTo(codec, values[from + i], label);
    } catch (error) {
      if (i === 0) throw error;
      return bounds;
    }
    const length = scratch.end(start);
    if (length > INLINE) return bounds;
    bounds.push(start, length);
  }
  return bounds;
}

function sendEncoded(arena: Arena, c: number, bounds: readonly number[]): number {
  let sent = 0;
  let status: Status.Status = Status.DONE;
  arena.locked(c, () => {
    for (let i = 0; i < bounds.length; i += 2) {
      sending.set(bounds[i] as number, bounds[i + 1] as number);
      status = chansend(arena, arena.wakes, c, sending);
      if (status !== Status.DONE) break;
      sent++;
    }
  });
  return sent > 0 || status <= Status.DONE ? sent : -status;
}

/** Collects messages, each behind the one before. */
class IncomingMany extends Incoming {
  readonly starts: number[] = [];
  readonly lengths: number[] = [];
  readonly blocks: number[] = [];

  override take(m: Int32Array, at: number): void {
    super.take(m, at);
    this.starts.push(this.start);
    this.lengths.push(this.length);
    this.blocks.push(this.block);
    if (this.block === 0) this.start += (this.length + 3) & ~3;
  }

  override untake(): void {
    this.start = this.starts.pop() ?? this.start;
    this.lengths.pop();
    this.blocks.pop();
  }
}

/** Takes up to `max` messages and appends them to `into`, but for those that do not decode. Says why there are no more. */
export function recvBatch(port: SharedPort<unknown>, into: unknown[], max: number): Status.Status {
  const { arena, c, codec, faults, label } = port;
  const many = new IncomingMany();
  const most = Math.min(max, BATCH);
  many.ready(Math.min(most, arena.i32[c + Chan.COUNT] as number, BATCH) * INLINE + INLINE);
  const status = takeSome(arena, c, many, most);
  const position = scratch.begin();
  // What was copied stays while user code or long messages need the scratch.
  scratch.writer.position = many.start;
  try {
    for (let i = 0; i < many.starts.length; i++) {
      one.start = many.starts[i] as number;
      one.length = many.lengths[i] as number;
      one.block = many.blocks[i] as number;
      try {
        into.push(one.decode(arena, codec, label));
      } catch (error) {
        faults.leave(error);
      }
    }
  } finally {
    scratch.release(position);
  }
  return status;
}

const one = new Incoming();

function takeSome(arena: Arena, c: number, many: IncomingMany, most: number): Status.Status {
  return arena.locked(c, () => {
    let status: Status.Status = Status.DONE;
    // There is room in the scratch for as many as there were, and one.
    const limit = many.start + most * INLINE;
    const room = Math.min(limit, scratch.writer.capacity - INLINE);
    while (many.starts.length < most && many.start <= room && status === Status.DONE) {
      status = chanrecv(arena, arena.wakes, c, many);
    }
    return status;
  });
}
