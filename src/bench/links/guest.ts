/**
 * Ends of a contestant that does not ship with this package: a module elsewhere carries the messages, known by its address
 * only, so that nothing here depends on it. It is loaded in every thread that opens one of its ends.
 */
import type { Mode, Payload } from '../scenario.js';
import { END, type End, type Ends, type Sides, type Sink, type Source } from './link.js';

/** What such a module exports. */
export interface GuestModule {
  /** Makes a link. Its ends are posted to the threads that use them, or stay as they are if it does not cross threads. */
  open(sides: Sides, capacity: number, payload: Payload): { readonly senders: unknown[]; readonly receivers: unknown[] };
  /** Opens a sending end. */
  sink(end: unknown, mode: Mode): Sink;
  /** Opens one receiving end, or several to select over. No payload is `undefined`, so that is the end for `one`. */
  source(ends: readonly unknown[], mode: Mode): Source;
}

type GuestEnd = Extract<End, { kind: 'guest' }>;

const loaded = new Map<string, GuestModule>();

/** Loads the module at `address`, once. */
export async function loadGuest(address: string): Promise<void> {
  if (!loaded.has(address)) loaded.set(address, (await import(address)) as GuestModule);
}

/** Loads what `ends` need to be opened. */
export async function loadGuests(ends: readonly End[]): Promise<void> {
  for (const end of ends) if (end.kind === 'guest') await loadGuest(end.module);
}

function moduleOf(address: string): GuestModule {
  const module = loaded.get(address);
  if (module === undefined) throw new Error(`${address} is not loaded`);
  return module;
}

/** Makes a link over the module at `address`. */
export function guestEnds(address: string, sides: Sides, capacity: number, payload: Payload): Ends {
  const { senders, receivers } = moduleOf(address).open(sides, capacity, payload);
  const wrap = (end: unknown): GuestEnd => ({ kind: 'guest', module: address, end });
  return { senders: senders.map(wrap), receivers: receivers.map(wrap) };
}

/** Opens a sending end of a loaded module. */
export const guestSink = ({ module, end }: GuestEnd, mode: Mode): Sink => moduleOf(module).sink(end, mode);

const ended = (value: unknown): unknown => (value === undefined ? END : value);

/** Opens receiving ends of a loaded module. */
export function guestSource(ends: readonly End[], mode: Mode): Source {
  const guests = ends.filter((end) => end.kind === 'guest');
  const source = moduleOf(guests[0]?.module ?? '').source(
    guests.map(({ end }) => end),
    mode,
  );
  return {
    one() {
      const value = source.one();
      return value instanceof Promise ? value.then(ended) : ended(value);
    },
    all: (see) => source.all(see),
    close: () => source.close(),
  };
}
