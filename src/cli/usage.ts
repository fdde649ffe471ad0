/** What the command understands, and what it says if it does not. */
import { parseArgs } from 'node:util';
import { CONTESTANTS } from '../bench/contestant.js';
import { MODES, PATTERNS, PAYLOADS } from '../bench/scenario.js';

/** Something is wrong with the command line; the message is one line. */
export class UsageError extends Error {}

/** A file that was named cannot be used, which no help explains. */
export class FileError extends UsageError {}

export const USAGE = `Usage: hchan <command> [options]

hchan bench [options]      measures channels against Node's own means
  --quick                  few scenarios and samples: ends within a minute
  --pattern LIST           ${PATTERNS.join(', ')}
  --capacity LIST          0, 1, 16, 64, 1024, 4096, unbounded, or any other
  --payload LIST           ${PAYLOADS.join(', ')}
  --mode LIST              ${MODES.join(', ')}
  --cases LIST             channels of select-n, 1 to 4096 (default 4)
                           without these five: lines through spsc, 1024, number, awaiting
  --contestant LIST        ${CONTESTANTS.join(', ')}; in a checkout bench/packages too
  --rivals                 Rust's and Go's channels too (in a checkout)
  --rounds N               samples of each (default 10; quick 5)
  --sample MS              length of a sample (default 100; quick 30)
  --json | --markdown | --format go | --html FILE
                           not the table; go: benchstat
hchan diff A.json B.json   compares two results of bench --json, telling changes from noise
hchan info                 versions, platform, the engine and why
hchan --version`;

/** What was given: switches, settings, and the rest. */
export interface Given<Switch extends string, Setting extends string> {
  readonly values: { readonly [name in Switch]?: boolean } & { readonly [name in Setting]?: string };
  readonly positionals: readonly string[];
}

/** parseArgs with one-line errors. */
export function parse<Switch extends string = never, Setting extends string = never>(
  args: readonly string[],
  known: { readonly switches?: readonly Switch[]; readonly settings?: readonly Setting[]; readonly positionals?: boolean } = {},
): Given<Switch, Setting> {
  const { switches = [], settings = [], positionals = false } = known;
  const options = Object.fromEntries([
    ...switches.map((name) => [name, { type: 'boolean' }] as const),
    ...settings.map((name) => [name, { type: 'string' }] as const),
  ]);
  try {
    return parseArgs({ args: withNegatives(args), options, allowPositionals: positionals }) as unknown as Given<Switch, Setting>;
  } catch (error) {
    const [line = 'bad usage'] = (error as Error).message.split(/\.\s|\n/);
    throw new UsageError(line.replace(/\.$/, ''));
  }
}

/** `--capacity -1` as `--capacity=-1`: a number is a value, whose bounds are checked, and no option. */
function withNegatives(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const last = joined.at(-1);
    if (/^-\d/.test(arg) && last?.startsWith('--')) joined[joined.length - 1] = `${last}=${arg}`;
    else joined.push(arg);
  }
  return joined;
}

/** A comma-separated list of known words, each once; undefined if it was not given. */
export function listOf<T extends string>(flag: string, text: string | undefined, known: readonly T[]): T[] | undefined {
  if (text === undefined) return undefined;
  const words = [...new Set(text.split(',').map((word) => word.trim()))];
  const unknown = words.find((word) => !(known as readonly string[]).includes(word));
  if (unknown !== undefined) throw new UsageError(`--${flag} knows ${known.join(', ')}, not '${unknown}'`);
  return words as T[];
}

/** A whole number within bounds; undefined if it was not given. `also`: what else may be. */
export function wholeOf(flag: string, text: string | undefined, least: number, most: number, also?: string): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most))
    throw new UsageError(`--${flag} takes a whole number from ${least} to ${most}${also ? ` or '${also}'` : ''}, not '${text}'`);
  return value;
}
