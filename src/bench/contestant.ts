/** Who competes, and which scenarios each can take part in. */
import type { Scenario } from './scenario.js';

/** Contestants that ship with the package, in the order tables show them. */
export const CONTESTANTS = ['crossbeam', 'kanal', 'mutex', 'shared', 'local', 'MessagePort', 'BroadcastChannel'] as const;
export type Contestant = (typeof CONTESTANTS)[number];

/** Whose speed the others are compared with. */
export const BASELINE = 'MessagePort';

/** Whether it is an engine of this package (else it is one of Node's own means). */
export const isEngine = (contestant: Contestant): boolean => contestant !== 'MessagePort' && contestant !== 'BroadcastChannel';

/** Why `contestant` cannot take part, or undefined if it can. */
export function unable(contestant: Contestant, { pattern, capacity, mode }: Scenario): string | undefined {
  if (mode === 'batched' && (pattern === 'ping-pong' || pattern === 'select-n')) return 'one message at a time, by its nature';
  if ((contestant === 'crossbeam' || contestant === 'kanal') && capacity === 0) return 'capacity 0 is carried by mutex';
  if (contestant === 'local' && mode === 'blocking') return 'one thread cannot wait for itself';
  if (!isEngine(contestant)) {
    if (mode === 'blocking') return 'has no blocking receive';
    if (contestant === 'BroadcastChannel' && pattern !== 'spsc' && pattern !== 'ping-pong')
      return 'gives every message to every receiver';
  }
  return undefined;
}
