/** `hchan info`: what to put into a bug report. */
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

export function info(args: string[]): number {
  parse(args);
  const { hchan, commit, node, v8, os, cpu, cores, memoryGiB, native } = describeMachine();
  const rows = [
    ['hchan', commit === undefined ? hchan : `${hchan} (${commit})`],
    ['node', `${node}, V8 ${v8}`],
    ['platform', os],
    ['machine', `${cores} of ${cpus().length} × ${cpu}, ${memoryGiB} GiB`],
    ['addon', native === 'loaded' ? `loaded: ${(loadAddon() as { file: string }).file}` : `not loaded: ${native}`],
    ['engine', `${taken(0)} (capacity 0), ${taken(1024)} (capacity 1024)`],
    ['HCHAN_ENGINE', process.env['HCHAN_ENGINE'] ?? 'not set'],
  ] as const;
  for (const [name, value] of rows) console.log(`${name.padEnd(13)} ${value}`);
  return 0;
}
