/**
 * The process of one contestant in one scenario. It takes a sample when it is told to and is idle otherwise, so that the
 * contestants can be measured in turn without sharing a heap, a compiler's profile or a garbage collector.
 */
import { type Carrier, Crew, type Sample } from './crew.js';
import type { Scenario } from './scenario.js';

/** What the process is told on its command line. */
export interface Assignment {
  readonly carrier: Carrier;
  readonly scenario: Scenario;
}

export type Command = { readonly sample: number };
export type Answer = { readonly sample: Sample } | { readonly error: string };

// The one who started it decides when it ends, also on Ctrl-C.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit());

const { carrier, scenario } = JSON.parse(process.argv[2] ?? '{}', (key, value: unknown) =>
  key === 'capacity' && value === null ? Infinity : value,
) as Assignment;
let crew: Crew | undefined;

process.on('message', async (command: Command) => {
  const answer = (value: Answer) => process.send?.(value);
  try {
    crew ??= new Crew(carrier, scenario);
    answer({ sample: await crew.sample(command.sample) });
  } catch (error) {
    answer({ error: error instanceof Error ? error.message : String(error) });
  }
});
