/** `hchan bench`: reads the command line, runs, prints. Results go to stdout, progress to stderr if that is a terminal. */
import { closeSync, existsSync, openSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  CONTESTANTS,
  type Contestant,
  MODES,
  PATTERNS,
  PAYLOADS,
  quickScenarios,
  type Report,
  type Rival,
  run,
  type Scenario,
  scenarios,
  toGo,
  toHtml,
  toMarkdown,
  toTable,
} from '../bench/index.js';
import { FileError, listOf, parse, UsageError, wholeOf } from './usage.js';

const FLAGS = {
  switches: ['quick', 'rivals', 'json', 'markdown'],
  settings: ['pattern', 'capacity', 'payload', 'mode', 'cases', 'contestant', 'rounds', 'sample', 'format', 'html'],
} as const;

/** `--quick` begins no scenario after this, so that it ends within a minute on a slow machine too. */
const QUICK_DEADLINE_MS = 42_000;
/** Each case of a select has a channel. */
const MOST_CASES = 4096;
/** A sample that takes longer has hung. */
const LIMIT_MS = 30_000;
const QUICK_LIMIT_MS = 5_000;

interface Options {
  readonly scenarios: readonly Scenario[];
  readonly contestants: readonly Contestant[];
  readonly packages: readonly Rival[];
  readonly rivals: boolean;
  readonly rounds: number;
  readonly sampleMs: number;
  readonly deadlineMs: number;
  readonly limitMs: number;
  readonly print: (report: Report) => void;
}

/** A list of whole numbers within bounds; `also` stands for Infinity. */
function numbersOf(flag: string, text: string | undefined, least: number, most: number, also?: string): number[] | undefined {
  return text
    ?.split(',')
    .map((word) => (word.trim() === also ? Infinity : (wholeOf(flag, word.trim(), least, most, also) as number)));
}

/** A run of minutes should not end with a file that cannot be written. */
function checkWritable(file: string): void {
  try {
    closeSync(openSync(file, 'a'));
  } catch (error) {
    throw new FileError(`cannot write '${file}' (${(error as NodeJS.ErrnoException).code})`);
  }
}

function printer(values: { json?: boolean; markdown?: boolean; format?: string; html?: string }): (report: Report) => void {
  const asked = (['json', 'markdown', 'format', 'html'] as const).filter((flag) => values[flag] !== undefined);
  if (asked.length > 1) throw new UsageError(`--${asked[0]} and --${asked[1]} exclude each other`);
  if (values.format !== undefined && values.format !== 'go') throw new UsageError(`--format knows go, not '${values.format}'`);
  const { html } = values;
  if (html !== undefined) {
    checkWritable(html);
    return (report) => {
      writeFileSync(html, toHtml(report));
      console.log(html);
    };
  }
  if (values.json) return (report) => console.log(JSON.stringify(report, null, 2));
  if (values.markdown) return (report) => console.log(toMarkdown(report));
  if (values.format === 'go') return (report) => console.log(toGo(report));
  return (report) => console.log(toTable(report, { color: process.stdout.isTTY && !process.env['NO_COLOR'] }));
}

function readOptions(args: string[], packages: readonly Rival[]): Options {
  const { values } = parse(args, FLAGS);
  const asked = listOf('contestant', values.contestant, [...CONTESTANTS, ...packages.map(({ name }) => name)]);
  const choice = {
    patterns: listOf('pattern', values.pattern, PATTERNS),
    capacities: numbersOf('capacity', values.capacity, 0, 2 ** 31 - 1, 'unbounded'),
    payloads: listOf('payload', values.payload, PAYLOADS),
    modes: listOf('mode', values.mode, MODES),
    cases: numbersOf('cases', values.cases, 1, MOST_CASES),
  };
  const chosen = Object.values(choice).some((list) => list !== undefined);
  const quick = values.quick === true;
  return {
    scenarios: quick && !chosen ? quickScenarios() : scenarios(choice),
    contestants: CONTESTANTS.filter((name) => asked?.includes(name) ?? true),
    packages: packages.filter(({ name }) => asked?.includes(name) ?? true),
    rivals: values.rivals === true,
    rounds: wholeOf('rounds', values.rounds, 1, 1000) ?? (quick ? 5 : 10),
    sampleMs: wholeOf('sample', values.sample, 1, 10_000) ?? (quick ? 30 : 100),
    limitMs: quick ? QUICK_LIMIT_MS : LIMIT_MS,
    deadlineMs: quick ? QUICK_DEADLINE_MS : Infinity,
    print: printer(values),
  };
}

/** What this package competes with but does not ship lies beside it in a checkout. Undefined: this is none. */
async function fromCheckout<T>(file: string): Promise<T | undefined> {
  const module = new URL(`../../bench/${file}`, import.meta.url);
  return existsSync(fileURLToPath(module)) ? ((await import(module.href)) as T) : undefined;
}

/** Packages from npm are there where the development dependencies are. */
async function findPackages(): Promise<readonly Rival[]> {
  return (await fromCheckout<{ packages: readonly Rival[] }>('packages/index.mjs'))?.packages ?? [];
}

/** Other languages' channels are built from source. */
async function findRivals(wanted: boolean, say: (text: string) => void): Promise<readonly Rival[]> {
  if (!wanted) return [];
  const found = await fromCheckout<{ findRivals(say: (text: string) => void): Promise<readonly Rival[]> }>('rivals/index.mjs');
  if (found === undefined) throw new UsageError('--rivals needs a checkout of the repository');
  return found.findRivals(say);
}

export async function bench(args: string[]): Promise<number> {
  const options = readOptions(args, await findPackages());
  const say = (text: string) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text.slice(0, (process.stderr.columns || 80) - 1)}`);
  };
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => abort.abort(new Error('interrupted')));
  const rivals = [...options.packages, ...(await findRivals(options.rivals, say))];
  const report = await run({ ...options, rivals, signal: abort.signal, progress: say });
  say('');
  options.print(report);
  if (abort.signal.aborted) return 130;
  const failures = report.entries.flatMap(({ absent }) => absent.filter(({ failed }) => failed));
  const [first] = failures;
  if (first === undefined) return report.entries.some(({ results }) => results.length > 0) ? 0 : 1;
  process.stderr.write(`hchan: ${failures.length} contestant(s) failed, first ${first.contestant}: ${first.why}\n`);
  return 1;
}
