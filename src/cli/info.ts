/** `hchan info`: what to put into a bug report. */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { describeMachine } from '../bench/index.js';
import { chan } from '../chan.js';
import { loadAddon } from '../native/loader.js';
import { parse } from './usage.js';

/** Which engine `auto` takes for a channel of `capacity`, or why it cannot. */
function taken(capacity: number): string {
  try {
    const channel = chan(capacity);
    const { engine } = channel;
    channel[Symbol.dispose]();
    return engine;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The file of the addon that loads, or why none does. */
function addon(): string {
  const loaded = loadAddon();
  return loaded instanceof Error ? `not loaded: ${loaded.message}` : `loaded: ${loaded.file}`;
}

/** How many processors' time the control group of a container grants; undefined if it does not limit that. */
function quota(): number | undefined {
  try {
    const [most, period] = readFileSync('/sys/fs/cgroup/cpu.max', 'utf8').split(' ').map(Number);
    return Number.isFinite(most) ? (most as number) / (period as number) : undefined;
  } catch {
    return undefined;
  }
}

function processors(available: number): string {
  const limit = quota();
  return `${available} of ${cpus().length} for this process${limit === undefined ? '' : `, limited to the time of ${limit}`}`;
}

export function info(args: string[]): number {
  parse(args);
  const { hchan, commit, node, v8, os, cpu, cores, memoryGiB } = describeMachine();
  const rows = [
    ['hchan', commit === undefined ? hchan : `${hchan} (${commit})`],
    ['node', `${node}, V8 ${v8}`],
    ['platform', os],
    ['machine', `${cores} × ${cpu}, ${memoryGiB} GiB`],
    ['processors', processors(cores)],
    ['addon', addon()],
    ['engine', `${taken(0)} (capacity 0), ${taken(1024)} (capacity 1024)`],
    ['HCHAN_ENGINE', process.env['HCHAN_ENGINE'] ?? 'not set'],
  ] as const;
  for (const [name, value] of rows) console.log(`${name.padEnd(13)} ${value}`);
  return 0;
}
