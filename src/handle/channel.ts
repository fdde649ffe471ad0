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

const SENDS = ['send', 'sendMany', 'trySend', 'sendSync', 'trySendMany', 'sendManySync', 'close'] as const;
const RECEIVES = [
  'recv',
  'recvMany',
  'recvManyInto',
  'consume',
  'tryRecv',
  'recvSync',
  'tryRecvMany',
  'recvManySync',
  'valuesSync',
  Symbol.asyncIterator,
] as const;

class SenderHandle extends SendingEnd<unknown> {}
class ReceiverHandle extends ReceivingEnd<unknown> {}
forbid(SenderHandle, ReceivingEnd, RECEIVES);
forbid(ReceiverHandle, SendingEnd, SENDS);

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

/**
 * Gives a handle class the other direction's operations, each of which checks its arguments and then finds that the
 * handle has not that direction.
 */
function forbid(
  handle: typeof Endpoint<unknown>,
  other: typeof Endpoint<unknown>,
  operations: readonly (string | symbol)[],
): void {
  for (const operation of operations) {
    const real = Reflect.get(other.prototype, operation) as (...given: unknown[]) => unknown;
    function refused(this: Endpoint<unknown>, ...given: unknown[]): unknown {
      const refuse = (name: string): never => {
        this[LIVE](name);
        throw misdirected(this[PORT], name);
      };
      return Reflect.apply(real, Object.create(this, { [LIVE]: { value: refuse } }), given);
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
