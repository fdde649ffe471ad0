/**
 * The token of a context: what `ctx.share()` makes, and any structured clone carries.
 *
 * It has the deadline and the values as they were; and either how to learn of the end, or the end itself, or, for a
 * context that never ends, neither.
 */
import type { Link } from './known.js';
import type { PackedValue } from './values.js';

export interface ContextToken {
  readonly hchan: 'token';
  readonly kind: 'context';
  /** Layout version. */
  readonly version: 1;
  readonly deadline: number | undefined;
  /** How to attach to it and to those above it; undefined: it has ended, or never will. */
  readonly links: readonly Link[] | undefined;
  /** The packed reason of a context that has ended. */
  readonly reason: Uint8Array | undefined;
  readonly values: readonly PackedValue[];
}

/** Whether `value` has the shape of a context's token. */
export function isContextToken(value: unknown): value is ContextToken {
  if (typeof value !== 'object' || value === null) return false;
  const token = value as Partial<ContextToken>;
  return token.hchan === 'token' && token.kind === 'context' && token.version === 1 && Array.isArray(token.values);
}
