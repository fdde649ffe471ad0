/**
 * A sequential model of channels: what Go's rules say must become of each operation, one after the other.
 *
 * An operation is a list of cases (a plain send or receive has one). It is done at once with any of its ready cases, or
 * it waits in the queue of each; a later operation is matched with the one that has waited longest. `apply` returns what
 * may happen; where more than one outcome is allowed, the caller says which one was seen.
 */
export type ModelCase = { readonly channel: ModelChannel; readonly send: boolean; readonly value: number };

export type Outcome =
  | { readonly kind: 'sent' }
  | { readonly kind: 'received'; readonly value: number }
  | { readonly kind: 'closed' }
  | { readonly kind: 'refused' };

export interface ModelOp {
  readonly id: number;
  readonly cases: readonly ModelCase[];
  done?: { readonly index: number; readonly outcome: Outcome };
}

export class ModelChannel {
  readonly buffer: number[] = [];
  readonly senders: { op: ModelOp; index: number }[] = [];
  readonly receivers: { op: ModelOp; index: number }[] = [];
  closed = false;

  constructor(
    readonly name: string,
    readonly capacity: number,
  ) {}

  canSend(self: ModelOp): boolean {
    return this.closed || this.buffer.length < this.capacity || first(this.receivers, self) !== undefined;
  }
  canRecv(self: ModelOp): boolean {
    return this.buffer.length > 0 || this.closed || first(this.senders, self) !== undefined;
  }
}

/** The longest waiting entry that is not of the operation itself: a select never pairs with itself. */
function first(queue: readonly { op: ModelOp; index: number }[], self: ModelOp): { op: ModelOp; index: number } | undefined {
  return queue.find(({ op }) => op !== self);
}

/** Ends a waiting operation with one case and takes it out of every queue. */
function finish(op: ModelOp, index: number, outcome: Outcome): void {
  op.done = { index, outcome };
  withdraw(op);
}

/** Takes a waiting operation out of every queue it is in. */
export function withdraw(op: ModelOp): void {
  for (const { channel } of op.cases) {
    for (const queue of [channel.senders, channel.receivers]) {
      for (let i = queue.length - 1; i >= 0; i--) if (queue[i]?.op === op) queue.splice(i, 1);
    }
  }
}

/** The indexes of the cases that are ready. */
export function ready(op: ModelOp): number[] {
  return op.cases.flatMap((one, index) => ((one.send ? one.channel.canSend(op) : one.channel.canRecv(op)) ? [index] : []));
}

/** Does case `index`, which is ready. Returns the operations that were waiting and are done now as well. */
export function commit(op: ModelOp, index: number): ModelOp[] {
  const one = op.cases[index];
  if (one === undefined) throw new Error('no such case');
  return one.send ? commitSend(op, index, one) : commitRecv(op, index, one.channel);
}

function commitSend(op: ModelOp, index: number, { channel, value }: ModelCase): ModelOp[] {
  if (channel.closed) {
    op.done = { index, outcome: { kind: 'refused' } };
    return [];
  }
  op.done = { index, outcome: { kind: 'sent' } };
  const receiver = first(channel.receivers, op);
  if (receiver === undefined) {
    channel.buffer.push(value);
    return [];
  }
  finish(receiver.op, receiver.index, { kind: 'received', value });
  return [receiver.op];
}

function commitRecv(op: ModelOp, index: number, channel: ModelChannel): ModelOp[] {
  const buffered = channel.buffer.shift();
  const sender = first(channel.senders, op);
  if (buffered === undefined && sender === undefined) {
    op.done = { index, outcome: { kind: 'closed' } };
    return [];
  }
  const next = sender?.op.cases[sender.index]?.value;
  op.done = { index, outcome: { kind: 'received', value: (buffered ?? next) as number } };
  if (sender === undefined) return [];
  if (buffered !== undefined) channel.buffer.push(next as number);
  finish(sender.op, sender.index, { kind: 'sent' });
  return [sender.op];
}

/** Puts an operation that is not ready into the queues of its cases. */
export function wait(op: ModelOp): void {
  for (const [index, { channel, send }] of op.cases.entries()) (send ? channel.senders : channel.receivers).push({ op, index });
}

/** Closes; returns the operations that were waiting and are done now. */
export function close(channel: ModelChannel): ModelOp[] {
  channel.closed = true;
  const woken: ModelOp[] = [];
  for (const [queue, kind] of [
    [channel.receivers, 'closed'],
    [channel.senders, 'refused'],
  ] as const) {
    for (let entry = queue[0]; entry !== undefined; entry = queue[0]) {
      finish(entry.op, entry.index, { kind });
      woken.push(entry.op);
    }
  }
  return woken;
}

/** A small, fast generator of random numbers, so that a seed tells the whole script. */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}
