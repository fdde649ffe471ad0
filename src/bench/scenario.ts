/** What is measured: load patterns, capacities, payloads and modes, and which combinations make a run. */

/**
 * Who sends to whom.
 *
 * ```
 * spsc, mpsc, spmc, mpmc   one or several senders and receivers; several are 2 to 4, by cores
 * ping-pong                one value there and back, then the next
 * select-n                 one receiver selects over several channels
 * pipeline                 three stages, each its own thread
 * burst                    bursts of 512, each acknowledged before the next
 * oversubscribed           four threads a core, half of them senders
 * busy-receiver            two receivers, one of them blocks its event loop for 2 ms after each 64 messages
 * ```
 */
export const PATTERNS = [
  'spsc',
  'mpsc',
  'spmc',
  'mpmc',
  'ping-pong',
  'select-n',
  'pipeline',
  'burst',
  'oversubscribed',
  'busy-receiver',
] as const;
export type Pattern = (typeof PATTERNS)[number];

export const PAYLOADS = ['number', 'string64', 'bytes1k', 'bytes64k', 'object'] as const;
export type Payload = (typeof PAYLOADS)[number];

/** How both ends call: a promise a message, a blocking call a message, or 256 messages a call. */
export const MODES = ['awaiting', 'blocking', 'batched'] as const;
export type Mode = (typeof MODES)[number];

export const CAPACITIES = [0, 1, 16, 64, 1024, 4096, Infinity] as const;

export const CASES = [2, 4, 8, 16, 32] as const;
/** Cases of a `select-n` that does not say. */
export const FEW_CASES = 4;

/** One question put to every contestant. */
export interface Scenario {
  readonly pattern: Pattern;
  /** Infinity: unbounded. */
  readonly capacity: number;
  readonly payload: Payload;
  readonly mode: Mode;
  /** Channels that `select-n` selects over. @default 4 */
  readonly cases?: number;
}

/** Lists to choose scenarios from; an absent one has not been asked for. */
export interface Choice {
  readonly patterns?: readonly Pattern[] | undefined;
  readonly capacities?: readonly number[] | undefined;
  readonly payloads?: readonly Payload[] | undefined;
  readonly modes?: readonly Mode[] | undefined;
  /** Of `select-n`, which is the pattern then if none was asked for. */
  readonly cases?: readonly number[] | undefined;
}

const CENTRE: Scenario = { pattern: 'spsc', capacity: 1024, payload: 'number', mode: 'awaiting' };

/** A capacity as people write it. */
export const capacityName = (capacity: number | string): string => (capacity === Infinity ? 'unbounded' : String(capacity));

type Named = Omit<Scenario, 'capacity'> & { readonly capacity: number | string };

/** The scenario in a line; no two have the same. */
export function scenarioName({ pattern, capacity, payload, mode, cases }: Named): string {
  return `${patternName(pattern, cases)}, capacity ${capacityName(capacity)}, ${payload}, ${mode}`;
}

/** A pattern with its number of cases. */
export const patternName = (pattern: Pattern, cases?: number): string =>
  pattern === 'select-n' ? `select of ${cases ?? FEW_CASES}` : pattern;

const selecting = (scenario: Scenario, cases: number): Scenario => ({ ...scenario, pattern: 'select-n', cases });

function distinct(scenarios: readonly Scenario[]): Scenario[] {
  return [...new Map(scenarios.map((scenario) => [scenarioName(scenario), scenario])).values()];
}

/** Lines through one centre, one for each dimension: every value of each is seen without the product of all. */
function star(): Scenario[] {
  return distinct([
    CENTRE,
    ...MODES.map((mode) => ({ ...CENTRE, mode })),
    ...PAYLOADS.map((payload) => ({ ...CENTRE, payload })),
    ...CAPACITIES.map((capacity) => ({ ...CENTRE, capacity })),
    ...PATTERNS.map((pattern) => ({ ...CENTRE, pattern })),
    ...CASES.map((cases) => selecting(CENTRE, cases)),
  ]);
}

/** The star, or, once anything has been chosen, the product of what was chosen with the centre's values for the rest. */
export function scenarios(choice: Choice): Scenario[] {
  if (Object.values(choice).every((list) => list === undefined)) return star();
  const { capacities = [CENTRE.capacity], payloads = [CENTRE.payload], modes = [CENTRE.mode], cases } = choice;
  const patterns = choice.patterns ?? (cases === undefined ? [CENTRE.pattern] : ['select-n' as const]);
  const made: Scenario[] = [];
  for (const pattern of patterns)
    for (const capacity of capacities)
      for (const payload of payloads)
        for (const mode of modes) {
          const scenario = { pattern, capacity, payload, mode };
          if (pattern === 'select-n' && cases !== undefined) made.push(...cases.map((count) => selecting(scenario, count)));
          else made.push(scenario);
        }
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
