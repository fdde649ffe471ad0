/** What is measured: load patterns, capacities, payloads and modes, and which combinations make a run. */

/** Who sends to whom. `fan` is 2 to 4, by cores. */
export const PATTERNS = {
  spsc: 'one sender, one receiver',
  mpsc: 'fan senders, one receiver',
  spmc: 'one sender, fan receivers',
  mpmc: 'fan senders, fan receivers',
  'ping-pong': 'one value there and back, then the next',
  'select-n': 'one receiver selects over four channels',
  pipeline: 'three stages, each its own thread',
  burst: 'bursts of 512, each acknowledged before the next',
  oversubscribed: 'four threads a core, half of them senders',
  'busy-receiver': 'two receivers, one of them blocks its event loop for 2 ms after each 64 messages',
} as const;
export type Pattern = keyof typeof PATTERNS;

export const PAYLOADS = ['number', 'string64', 'bytes1k', 'bytes64k', 'object'] as const;
export type Payload = (typeof PAYLOADS)[number];

/** How both ends call: a promise a message, a blocking call a message, or 256 messages a call. */
export const MODES = ['awaiting', 'blocking', 'batched'] as const;
export type Mode = (typeof MODES)[number];

export const CAPACITIES = [0, 1, 16, 64, 1024, 4096, Number.POSITIVE_INFINITY] as const;

/** One question put to every contestant. */
export interface Scenario {
  readonly pattern: Pattern;
  /** Infinity: unbounded. */
  readonly capacity: number;
  readonly payload: Payload;
  readonly mode: Mode;
}

/** Lists to choose scenarios from; an absent one has not been asked for. */
export interface Choice {
  readonly patterns?: readonly Pattern[] | undefined;
  readonly capacities?: readonly number[] | undefined;
  readonly payloads?: readonly Payload[] | undefined;
  readonly modes?: readonly Mode[] | undefined;
}

const CENTRE: Scenario = { pattern: 'spsc', capacity: 1024, payload: 'number', mode: 'awaiting' };

/** A capacity as people write it. */
export const capacityName = (capacity: number): string =>
  capacity === Number.POSITIVE_INFINITY ? 'unbounded' : String(capacity);

/** The scenario in a line; no two have the same. */
export function scenarioName({ pattern, capacity, payload, mode }: Scenario): string {
  return `${pattern}, capacity ${capacityName(capacity)}, ${payload}, ${mode}`;
}

function distinct(scenarios: readonly Scenario[]): Scenario[] {
  return [...new Map(scenarios.map((scenario) => [scenarioName(scenario), scenario])).values()];
}

/** Lines through one centre, one for each dimension: every value of each is seen without the product of all. */
function star(): Scenario[] {
  const patterns = Object.keys(PATTERNS) as Pattern[];
  return distinct([
    CENTRE,
    ...MODES.map((mode) => ({ ...CENTRE, mode })),
    ...PAYLOADS.map((payload) => ({ ...CENTRE, payload })),
    ...CAPACITIES.map((capacity) => ({ ...CENTRE, capacity })),
    ...patterns.map((pattern) => ({ ...CENTRE, pattern })),
  ]);
}

/** The star, or, once anything has been chosen, the product of what was chosen with the centre's values for the rest. */
export function scenarios({ patterns, capacities, payloads, modes }: Choice): Scenario[] {
  if (patterns === undefined && capacities === undefined && payloads === undefined && modes === undefined) return star();
  const made: Scenario[] = [];
  for (const pattern of patterns ?? [CENTRE.pattern])
    for (const capacity of capacities ?? [CENTRE.capacity])
      for (const payload of payloads ?? [CENTRE.payload])
        for (const mode of modes ?? [CENTRE.mode]) made.push({ pattern, capacity, payload, mode });
  return distinct(made);
}

/** What `--quick` looks at: one scenario of each kind that people ask about first. */
export function quickScenarios(): Scenario[] {
  return distinct([
    CENTRE,
    { ...CENTRE, mode: 'blocking' },
    { ...CENTRE, mode: 'batched' },
    { ...CENTRE, payload: 'object' },
    { ...CENTRE, payload: 'bytes1k' },
    { ...CENTRE, capacity: 0 },
    { ...CENTRE, pattern: 'ping-pong', capacity: 1 },
    { ...CENTRE, pattern: 'mpmc' },
  ]);
}
