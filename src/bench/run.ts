/**
 * A run: scenario by scenario, all contestants in turn, round after round in random order, one process each.
 * What was measured before an abort, a deadline or one contestant's failure is kept.
 */
import { shuffled } from '../chance.js';
import { busyPart } from './busy.js';
import { type Entrant, enter } from './child.js';
import { type Contestant, isEngine, unable } from './contestant.js';
import type { Sample } from './crew.js';
import { describeMachine } from './machine.js';
import { type Absence, type Entry, entryOf, medianLatency, type Report, type Result } from './report.js';
import { type Scenario, scenarioName } from './scenario.js';

/** A rival that does not ship with the package. */
export interface Rival {
  readonly name: string;
  /** What a reader of its numbers has to know. */
  readonly note?: string;
  /** Why it cannot take part, or undefined if it can. */
  unable(scenario: Scenario): string | undefined;
  enter(scenario: Scenario, limitMs: number): Entrant;
}

export interface RunOptions {
  readonly scenarios: readonly Scenario[];
  readonly contestants: readonly Contestant[];
  readonly rivals?: readonly Rival[];
  /** Samples of each. @default 10 */
  readonly rounds?: number;
  /** How long a sample is meant to be. @default 100 */
  readonly sampleMs?: number;
  /** No scenario is begun after so many ms. @default Infinity */
  readonly deadlineMs?: number;
  /** A sample that takes longer has hung: its contestant fails. @default 30000 */
  readonly limitMs?: number;
  readonly signal?: AbortSignal;
  /** Told what is going on. */
  readonly progress?: (text: string) => void;
}

const FEWEST_MESSAGES = 64;
const MOST_MESSAGES = 1 << 22;
/** Messages of 64 KiB wait in a queue without bounds where there is no capacity. */
const MOST_LARGE_MESSAGES = 4096;

interface Runner {
  readonly entrant: Entrant;
  messages: number;
  readonly samples: Sample[];
}

/** Warm-up samples of full length, at most. */
const MOST_WARM_UPS = 5;
/** The same, of an entrant that takes so long that `WARM` messages are more. */
const MOST_SLOW_WARM_UPS = 20;
/** So many messages at least: V8 compiles what has run often, and before that even two samples that agree are of its interpreter. */
const WARM = 20_000;

/**
 * Finds how many messages make a sample, by doubling, and goes on until two samples agree within a fifth: until then
 * the compiler is still at work.
 */
async function warmUp(runner: Runner, sampleMs: number, most: number): Promise<void> {
  let last = Number.NaN;
  let sent = 0;
  for (let full = 0; full < (sent < WARM ? MOST_SLOW_WARM_UPS : MOST_WARM_UPS); ) {
    const { nanoseconds } = await runner.entrant.sample(runner.messages);
    sent += runner.messages;
    const each = nanoseconds / runner.messages;
    const wanted = Math.round((sampleMs * 1e6) / Math.max(each, 1));
    if (nanoseconds >= sampleMs * 0.5e6 || runner.messages === most) {
      full++;
      runner.messages = Math.max(FEWEST_MESSAGES, Math.min(most, wanted));
      if (sent >= WARM && Math.abs(each / last - 1) < 0.2) return;
      last = each;
    } else runner.messages = Math.min(most, Math.max(runner.messages * 2, Math.min(runner.messages * 8, wanted >> 1)));
  }
}

/** Why the native addon keeps `contestant` out, or what the scenario has against it. */
function absence(contestant: Contestant, scenario: Scenario, native: string): string | undefined {
  const needsNative = isEngine(contestant) && contestant !== 'shared' && contestant !== 'local';
  return needsNative && native !== 'loaded' ? `the native addon did not load: ${native}` : unable(contestant, scenario);
}

class ScenarioRun {
  readonly #scenario: Scenario;
  readonly #options: RunOptions;
  readonly #absent: Absence[] = [];
  #runners: Runner[] = [];

  constructor(scenario: Scenario, options: RunOptions, native: string) {
    this.#scenario = scenario;
    this.#options = options;
    const { limitMs = 30_000 } = options;
    const join = (name: string, why: string | undefined, start: () => Entrant) => {
      if (why !== undefined) this.#absent.push({ contestant: name, why, failed: false });
      else this.#runners.push({ entrant: start(), messages: FEWEST_MESSAGES, samples: [] });
    };
    for (const name of options.contestants)
      join(name, absence(name, scenario, native), () => enter(name, name, scenario, limitMs));
    for (const rival of options.rivals ?? []) join(rival.name, rival.unable(scenario), () => rival.enter(scenario, limitMs));
  }

  async measure(): Promise<void> {
    const { rounds = 10, sampleMs = 100, progress } = this.#options;
    const name = scenarioName(this.#scenario);
    const most = this.#scenario.payload === 'bytes64k' ? MOST_LARGE_MESSAGES : MOST_MESSAGES;
    for (const runner of this.#runners) {
      progress?.(`${name}: warming up ${runner.entrant.name}`);
      await this.#guard(runner, () => warmUp(runner, sampleMs, most));
    }
    for (let round = 1; round <= rounds; round++) {
      // Of which some drop out meanwhile.
      const runners = this.#runners;
      for (const place of shuffled(runners.length)) {
        const runner = runners[place] as Runner;
        progress?.(`${name}: round ${round} of ${rounds}, ${runner.entrant.name}`);
        await this.#guard(runner, async () => runner.samples.push(await runner.entrant.sample(runner.messages)));
      }
    }
  }

  /** A contestant that fails drops out; the others go on. */
  async #guard(runner: Runner, work: () => Promise<unknown>): Promise<void> {
    this.#options.signal?.throwIfAborted();
    try {
      await work();
    } catch (error) {
      this.#options.signal?.throwIfAborted();
      this.#runners = this.#runners.filter((other) => other !== runner);
      runner.entrant.stop();
      this.#absent.push({
        contestant: runner.entrant.name,
        why: error instanceof Error ? error.message : String(error),
        failed: true,
      });
    }
  }

  stop(): void {
    for (const { entrant } of this.#runners) entrant.stop();
  }

  /** What there is, also if it was cut short: contestants without a sample are left out. */
  entry(): Entry {
    const results = this.#runners
      .filter(({ samples }) => samples.length > 0)
      .map(({ entrant, messages, samples }): Result => {
        const latency = medianLatency(samples.flatMap((sample) => sample.latency ?? []));
        const times = samples.map((sample) => sample.nanoseconds / sample.messages);
        return { contestant: entrant.name, messages, samples: times, ...(latency === undefined ? {} : { latency }) };
      });
    return entryOf(this.#scenario, results, this.#absent);
  }
}

/** Measures all `scenarios` and returns what was measured; an abort or a deadline cuts it short and is told in `cut`. */
export async function run(options: RunOptions): Promise<Report> {
  const { scenarios, rounds = 10, sampleMs = 100, deadlineMs = Infinity, signal } = options;
  const started = new Date();
  const machine = describeMachine();
  const busy = await busyPart();
  const entries: Entry[] = [];
  let cut: string | undefined;
  let begun = 0;
  for (const scenario of scenarios) {
    if (signal?.aborted) break;
    if (Date.now() - started.getTime() > deadlineMs) {
      cut = `out of time: ${scenarios.length - begun} of ${scenarios.length} scenarios were not begun`;
      break;
    }
    begun++;
    const current = new ScenarioRun(scenario, options, machine.native);
    const stop = () => current.stop();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      await current.measure();
    } catch (error) {
      if (!signal?.aborted) throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
      current.stop();
    }
    const entry = current.entry();
    if (!signal?.aborted || entry.results.length > 0) entries.push(entry);
  }
  if (signal?.aborted) cut = `interrupted in scenario ${begun || 1} of ${scenarios.length}`;
  const notes = [...new Set((options.rivals ?? []).flatMap(({ note }) => note ?? []))];
  return {
    format: 'hchan-bench-1',
    started: started.toISOString(),
    machine,
    rounds,
    sampleMs,
    ...(busy !== undefined && { busy }),
    entries,
    notes,
    ...(cut !== undefined && { cut }),
  };
}
