/**
 * Which engines a run covers, and what each can do. `HCHAN_TEST_ENGINES=mutex,local` selects; an engine that was asked
 * for and does not load fails, one that merely was not built is skipped with the reason in its title.
 */
import { type Channel, type Codec, chan, type Engine, unbounded } from 'hchan';
import { describe, test } from 'vitest';

export interface EngineCase {
  readonly name: Exclude<Engine, 'auto'>;
  /** Handles can be shared with other threads. */
  readonly crossesThreads: boolean;
  /** Of two waiters in two threads the first gets the first message (else only the order of being served holds). */
  readonly exactAcross: boolean;
  /** Makes a channel on this engine; Infinity is unbounded. */
  make<T = unknown>(capacity?: number, options?: { codec?: Codec<T>; name?: string }): Channel<T>;
}

/** Multiplies the sizes of the long tests. */
export const SCALE = Number(process.env['HCHAN_TEST_SCALE'] ?? '1');

/** A size that grows with `HCHAN_TEST_SCALE`, from `floor` on. */
export function scaled(size: number, floor = 1): number {
  return Math.max(floor, Math.round(size * SCALE));
}

function engineCase(name: EngineCase['name'], crossesThreads: boolean, exactAcross: boolean): EngineCase {
  return {
    name,
    crossesThreads,
    exactAcross,
    make: <T>(capacity = 0, options: { codec?: Codec<T>; name?: string } = {}) =>
      capacity === Number.POSITIVE_INFINITY
        ? unbounded<T>({ ...options, engine: name })
        : chan<T>(capacity, { ...options, engine: name }),
  };
}

/** The in-thread engine, for selects that mix engines. */
export const LOCAL: EngineCase = engineCase('local', false, true);

const ALL: readonly EngineCase[] = [
  LOCAL,
  engineCase('mutex', true, true),
  engineCase('crossbeam', true, false),
  engineCase('kanal', true, false),
  engineCase('shared', true, true),
];

const asked = process.env['HCHAN_TEST_ENGINES']?.split(',').map((name) => name.trim());

/** The engines of this run. */
export const ENGINES: readonly EngineCase[] = asked === undefined ? ALL : ALL.filter(({ name }) => asked.includes(name));

/** Those of them that cross threads. */
export const CROSSING: readonly EngineCase[] = ENGINES.filter(({ crossesThreads }) => crossesThreads);

function whyNot(engine: EngineCase): string | undefined {
  try {
    engine.make(1)[Symbol.dispose]();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** One `describe` per engine, with the suite inside. */
export function forEngines(engines: readonly EngineCase[], suite: (engine: EngineCase) => void): void {
  for (const engine of engines) {
    const reason = whyNot(engine);
    if (reason === undefined) describe(engine.name, () => suite(engine));
    else if (asked === undefined) describe.skip(`${engine.name} (not here: ${reason})`, () => test('is not available', () => {}));
    else
      describe(engine.name, () =>
        test('loads, having been asked for by HCHAN_TEST_ENGINES', () => Promise.reject(new Error(reason))),
      );
  }
}
