/**
 * The three kinds of handle, put together from sending and receiving.
 *
 * A handle of one direction has only that direction at run time too: the other's operations are DirectionErrors.
 */
import { Direction, type Port } from '../engine.js';
import type { Shared } from '../token.js';
import { type Endpoint, LIVE, misdirected, PORT } from './endpoint.js';
import { type Receiver, ReceivingEnd } from './receiving.js';
import { type Sender, SendingEnd } from './sending.js';

/** Both ends of a channel. */
export interface Channel<T> extends Sender<T>, Receiver<T> {
  /** A handle that can only send. */
  sender(): Sender<T>;
  /** A handle that can only receive. */
  receiver(): Receiver<T>;
  /** A token of this handle for another thread. */
  share(): Shared<Channel<T>>;
  ref(): this;
  unref(): this;
}

const SENDS = { async: ['send', 'sendMany'], sync: ['trySend', 'sendSync', 'trySendMany', 'sendManySync', 'close'] } as const;
const RECEIVES = {
  async: ['recv', 'recvMany', 'recvManyInto', 'consume'],
  sync: ['tryRecv', 'recvSync', 'tryRecvMany', 'recvManySync', 'valuesSync', Symbol.asyncIterator],
} as const;

class SenderHandle extends SendingEnd<unknown> {}
class ReceiverHandle extends ReceivingEnd<unknown> {}
forbid(SenderHandle, RECEIVES);
forbid(ReceiverHandle, SENDS);

class ChannelHandle extends ReceivingEnd<unknown> {
  sender(): Sender<unknown> {
    return makeSender(this[LIVE]('sender').clone(Direction.SEND));
  }

  receiver(): Receiver<unknown> {
    return makeReceiver(this[LIVE]('receiver').clone(Direction.RECV));
  }
}

// A channel receives by inheritance and sends with the very methods of a sender, which have no private state.
for (const [name, method] of Object.entries(Object.getOwnPropertyDescriptors(SendingEnd.prototype))) {
  if (name !== 'constructor') Object.defineProperty(ChannelHandle.prototype, name, method);
}

for (const [made, name] of [
  [SenderHandle, 'Sender'],
  [ReceiverHandle, 'Receiver'],
  [ChannelHandle, 'Channel'],
] as const) {
  Object.defineProperty(made, 'name', { value: name });
  Object.defineProperty(made.prototype, Symbol.toStringTag, { value: name, configurable: true });
}

/** Gives a handle class the other direction's operations, each a DirectionError. */
function forbid(
  handle: typeof Endpoint<unknown>,
  operations: { readonly async: readonly string[]; readonly sync: readonly (string | symbol)[] },
): void {
  const refuse = (endpoint: Endpoint<unknown>, operation: string) => {
    endpoint[LIVE](operation);
    return misdirected(endpoint[PORT], operation);
  };
  for (const operation of operations.async) {
    async function refused(this: Endpoint<unknown>): Promise<never> {
      throw refuse(this, operation);
    }
    Object.defineProperty(handle.prototype, operation, { value: refused, configurable: true, writable: true });
  }
  for (const operation of operations.sync) {
    const name = typeof operation === 'symbol' ? 'iterate' : operation;
    function refused(this: Endpoint<unknown>): never {
      throw refuse(this, name);
    }
    Object.defineProperty(handle.prototype, operation, { value: refused, configurable: true, writable: true });
  }
}

/** A handle over `port` that can do both. */
export function makeChannel<T>(port: Port<T>): Channel<T> {
  return new ChannelHandle(port as Port) as unknown as Channel<T>;
}

/** A handle over `port` that can only send. */
export function makeSender<T>(port: Port<T>): Sender<T> {
  return new SenderHandle(port as Port) as unknown as Sender<T>;
}

/** A handle over `port` that can only receive. */
export function makeReceiver<T>(port: Port<T>): Receiver<T> {
  return new ReceiverHandle(port as Port) as unknown as Receiver<T>;
}

/** A handle over `port`, of its direction. */
export function makeHandle<T>(port: Port<T>): Channel<T> | Sender<T> | Receiver<T> {
  if (port.direction === Direction.BOTH) return makeChannel(port);
  return port.direction === Direction.SEND ? makeSender(port) : makeReceiver(port);
}
