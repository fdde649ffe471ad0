/**
 * Where the addon's codes become errors: those that are no ordinary outcome of an operation; and how a send ended.
 */
import { ChannelError, DetachedError, label } from '../errors.js';
import * as Status from '../status.js';
import * as Code from './code.js';

interface Named {
  readonly name: string | undefined;
  readonly id: number;
}

const STATES: Readonly<Record<number, string>> = {
  [Code.NO_MEMORY]: 'the system has no memory for the message',
  [Code.LIMIT]: 'this thread has 2097152 handles or waiting operations, which is the most it can have',
};

/** The error for `code`, which ended an operation on `channel`. */
export function failure(code: number, channel: Named): Error {
  if (code === Code.BAD_HANDLE) return new DetachedError(`operation on a disposed handle of ${label(channel)}`);
  if (code === Code.DEAD) return new DetachedError(`operation on ${label(channel)} while its thread is ending`);
  return new ChannelError(`${label(channel)}: ${STATES[code] ?? `the addon answered ${code}, which is a defect in hchan`}`);
}

/** What `code` says of a send that did not happen. */
export function unsent(code: number, channel: Named): Status.Status {
  if (code === Code.BLOCKED) return Status.BLOCKED;
  if (code === Code.CLOSED) return Status.CLOSED;
  if (code === Code.DISCONNECTED) return Status.DISCONNECTED;
  throw failure(code, channel);
}
