/**
 * What a committed case means to the caller.
 */
import { shut } from '../handle/pending.js';
import * as Status from '../status.js';
import type { LiveCase } from './cases.js';

/** The result of a select, of whatever type its cases have. */
export type Result =
  | { readonly key: string }
  | { readonly key: string; readonly ok: true; readonly value: unknown }
  | { readonly key: string; readonly ok: false; readonly value: undefined };

/** The result of a case, or the error of a send on a channel that is shut. */
export function resultOf(
  operation: string,
  { key, port, send, value: unsent }: LiveCase,
  status: Status.Status,
  value: unknown,
): Result | Error {
  if (!send) return status === Status.DONE ? { key, ok: true, value } : { key, ok: false, value: undefined };
  if (status === Status.DONE) return { key };
  return shut(port, status, `${operation} case '${key}': send`, { value: unsent });
}
