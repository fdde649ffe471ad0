#!/usr/bin/env node
/**
 * The command `hchan`. Exit codes: 0, 1 something failed, 2 bad usage (one line on stderr), 130 interrupted.
 */
import { VERSION } from '../version.js';
import { bench } from './bench.js';
import { diff } from './diff.js';
import { info } from './info.js';
import { FileError, USAGE, UsageError } from './usage.js';

const COMMANDS: Readonly<Record<string, (args: string[]) => number | Promise<number>>> = { bench, diff, info };

async function main(all: string[]): Promise<number> {
  const [command, ...args] = all;
  if (command === '--version' || command === '-v') {
    console.log(VERSION);
    return 0;
  }
  if (command === 'help' || all.includes('--help') || all.includes('-h')) {
    console.log(USAGE);
    return 0;
  }
  if (command === undefined) throw new UsageError(`a command is missing: ${Object.keys(COMMANDS).join(', ')}`);
  const run = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  if (run === undefined) throw new UsageError(`there is no command '${command}', only ${Object.keys(COMMANDS).join(', ')}`);
  return run(args);
}

// A reader that has seen enough (`hchan bench | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`hchan: cannot write (${error.code})\n`);
  process.exit(1);
});

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const usage = error instanceof UsageError;
  const message = error instanceof Error ? error.message : String(error);
  const hint = usage && !(error instanceof FileError) ? ' (hchan --help explains)' : '';
  process.stderr.write(`hchan: ${message.replace(/\s+/g, ' ')}${hint}\n`);
  process.exitCode = usage ? 2 : 1;
}
