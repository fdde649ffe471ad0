/**
 * Which engine carries a channel.
 *
 * `auto` takes the fastest native engine as measured for the capacity, else `shared`; HCHAN_ENGINE overrides `auto`.
 */
import { environment, nativeEngine } from '#platform';
import { checkOneOf } from './arguments.js';
import type { EngineFactory, EngineName, Opener } from './engine.js';
import { ChannelError } from './errors.js';
import { local } from './local/engine.js';
import { sharedFactory } from './shared/engine.js';

/** What `options.engine` accepts. */
export type EngineChoice = 'auto' | EngineName;

const CHOICES = ['auto', 'crossbeam', 'kanal', 'mutex', 'shared', 'local'] as const satisfies readonly EngineChoice[];

/** An engine and the name that it is asked for by. */
export interface Chosen {
  readonly name: EngineName;
  readonly engine: Opener;
}

/** Checks `options.engine` and finds the engine for a channel of `capacity`. */
export function chooseEngine(choice: unknown, capacity: number): Chosen {
  const asked = choice === undefined ? 'auto' : checkOneOf('options.engine', choice, CHOICES);
  const name = asked === 'auto' ? automatic(capacity) : asked;
  return { name, engine: engineNamed(name) };
}

/** The engine of that name; a ChannelError with the loader's own error as its cause where the native one does not load. */
export function engineNamed(name: Exclude<EngineName, 'local'>): EngineFactory;
export function engineNamed(name: EngineName): Opener;
export function engineNamed(name: EngineName): Opener {
  if (name === 'local') return local;
  if (name === 'shared') return sharedFactory;
  const native = nativeEngine();
  if (!(native instanceof Error)) return native;
  throw new ChannelError(`engine '${name}' needs the native addon, which did not load: ${native.message}`, { cause: native });
}

function automatic(capacity: number): EngineName {
  const override = environment('HCHAN_ENGINE');
  if (override !== undefined && override !== '') {
    const name = checkOneOf('HCHAN_ENGINE', override, CHOICES);
    if (name !== 'auto') return name;
  }
  if (nativeEngine() instanceof Error) return 'shared';
  return capacity === 0 ? 'mutex' : 'crossbeam';
}
