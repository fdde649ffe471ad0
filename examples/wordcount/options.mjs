/** The command line: checked whole before anything starts, and wrong in one line. */
import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

export const ENGINES = ['mutex', 'crossbeam', 'kanal', 'shared', 'auto'];
const MOST_WORKERS = 256;

export const USAGE = `Usage: npm start -- [DIR] [--workers N] [--engines LIST]

Counts the words of every text file under DIR (default: the installed node_modules; hidden files are
left out) over each engine and over plain postMessage, checks that all results are equal, and
compares the times.

  --workers N      worker threads, 1 to ${MOST_WORKERS} (default: one per core)
  --engines LIST   some of ${ENGINES.join(',')} (default: all)
  --help           this text`;

/** What is wrong with the command line. */
export class UsageError extends Error {}

function parse(args) {
  const options = { workers: { type: 'string' }, engines: { type: 'string' }, help: { type: 'boolean', short: 'h' } };
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error.message.split(/\.\s|\n/)[0]);
  }
}

function checkFolder(folder) {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined) throw new UsageError(`there is no folder '${folder}'`);
  if (!found.isDirectory()) throw new UsageError(`'${folder}' is not a folder`);
  return folder;
}

function checkWorkers(text) {
  if (!/^\d+$/.test(text) || Number(text) < 1 || Number(text) > MOST_WORKERS) {
    throw new UsageError(`--workers takes a whole number from 1 to ${MOST_WORKERS}, not '${text}'`);
  }
  return Number(text);
}

function checkEngines(list) {
  const names = list.split(',');
  const unknown = names.find((name) => !ENGINES.includes(name));
  if (unknown !== undefined) throw new UsageError(`--engines knows ${ENGINES.join(', ')}, not '${unknown}'`);
  return [...new Set(names)];
}

/** Returns `{ help: true }` or the checked options; throws UsageError. */
export function readOptions(args) {
  const { values, positionals } = parse(args);
  if (values.help) return { help: true };
  if (positionals.length > 1) throw new UsageError(`one folder at a time, not ${positionals.length}`);
  return {
    help: false,
    workers: values.workers === undefined ? availableParallelism() : checkWorkers(values.workers),
    engines: values.engines === undefined ? ENGINES : checkEngines(values.engines),
    folder: checkFolder(positionals[0] ?? fileURLToPath(new URL('../../node_modules', import.meta.url))),
  };
}
