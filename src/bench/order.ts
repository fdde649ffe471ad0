/** What a thread is told to do in one sample, and how it does it. */
import { loadGuests } from './links/guest.js';
import type { End, Sink, Source } from './links/link.js';
import { openSink, openSource } from './links/make.js';
import { cargoOf } from './payload.js';
import { play, type Tally } from './roles.js';
import type { Mode, Payload } from './scenario.js';
import type { Role } from './topology.js';

/** An end, and whether it is of a link that carries the pattern's own signals. */
export interface Assigned {
  readonly end: End;
  readonly control: boolean;
}

/** One role in one sample. */
export interface Order {
  readonly does: Role['does'];
  readonly payload: Payload;
  readonly mode: Mode;
  readonly first: number;
  readonly count: number;
  readonly to: readonly Assigned[];
  readonly from: readonly Assigned[];
}

/** A role whose ends are open. */
export interface Prepared {
  readonly run: () => Promise<Tally>;
}

const unbatched = (mode: Mode): Mode => (mode === 'batched' ? 'awaiting' : mode);

/** Opens the ends and makes the values, so that the clock need not wait for that. */
export async function prepare({ does, payload, mode, first, count, to, from }: Order): Promise<Prepared> {
  await loadGuests([...to, ...from].map(({ end }) => end));
  const cargo = cargoOf(payload);
  cargo.value(0);
  const sinks: Sink[] = to.map(({ end, control }) => openSink(end, control ? unbatched(mode) : mode));
  const [incoming] = from;
  let source: Source | undefined;
  if (incoming !== undefined) {
    source = openSource(
      from.map(({ end }) => end),
      incoming.control ? unbatched(mode) : mode,
    );
  }
  return { run: () => play(does, { cargo, first, count, sinks, source }) };
}
