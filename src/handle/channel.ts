/**
 * The three kinds of handle, put together from sending and receiving.
 *
 * A handle of one direction has only that direction at run time too: the other's operations are DirectionErrors.
 */
import { refuseToClone } from '../codec/clone/clone.js';
import { hide } from '../codec/property.js';
import * as Direction from '../direction.js';
import type { Port } from '../engine.js';
import type { Shared } from '../token.js';
import { Endpoint, LIVE, misdirected, PORT } from './endpoint.js';
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

type Operation = (...given: unknown[]) => unknown;

class SenderHandle extends SendingEnd<unknown> {}
class ReceiverHandle extends ReceivingEnd<unknown> {}
forbid(SenderHandle, ReceivingEnd);
forbid(ReceiverHandle, SendingEnd);

class ChannelHandle extends ReceivingEnd<unknown> {
  sender(): Sender<unknown> {
    return makeSender(this[LIVE]('sender').clone(Direction.SEND));
  }

  receiver(): Receiver<unknown> {
    return makeReceiver(this[LIVE]('receiver').clone(Direction.RECV));
  }
}

// A channel receives by inheritance and sends with the very methods of a sender, which have no private state.
for (const [name, method] of operationsOf(SendingEnd)) hide(ChannelHandle.prototype, name, method);

for (const [made, name] of [
  [SenderHandle, 'Sender'],
  [ReceiverHandle, 'Receiver'],
  [ChannelHandle, 'Channel'],
] as const) {
  Object.defineProperty(made, 'name', { value: name });
  hide(made.prototype, Symbol.toStringTag, name);
}

/** The operations of a direction. */
function operationsOf(end: typeof Endpoint<unknown>): (readonly [string | symbol, Operation])[] {
  const names = Reflect.ownKeys(end.prototype).filter((name) => name !== 'constructor');
  return names.map((name) => [name, Reflect.get(end.prototype, name) as Operation]);
}

/**
 * Gives a handle class the other direction's operations, each of which checks its arguments and then finds that the
 * handle has not that direction.
 */
function forbid(handle: typeof Endpoint<unknown>, other: typeof Endpoint<unknown>): void {
  for (const [name, real] of operationsOf(other)) {
    hide(handle.prototype, name, function refused(this: Endpoint<unknown>, ...given: unknown[]): unknown {
      const refuse = (operation: string): never => {
        this[LIVE](operation);
        throw misdirected(this[PORT], operation);
      };
      return Reflect.apply(real, Object.create(this, { [LIVE]: { value: refuse } }), given);
    });
  }
}

refuseToClone(Endpoint);

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
