/** `hchan diff`: two results of `hchan bench --json`, compared. */
import { readFileSync } from 'node:fs';
import { checkReport, type Report, toDiff } from '../bench/index.js';
import { FileError, parse, UsageError } from './usage.js';

function read(file: string): Report {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new FileError(`cannot read '${file}' (${(error as NodeJS.ErrnoException).code})`);
  }
  try {
    return checkReport(JSON.parse(text));
  } catch (error) {
    throw new FileError(`'${file}' is ${error instanceof TypeError ? error.message : 'not JSON'}`);
  }
}

export function diff(args: string[]): number {
  const { positionals } = parse(args, { positionals: true });
  const [before, after] = positionals;
  if (before === undefined || after === undefined || positionals.length > 2) throw new UsageError('diff takes two files');
  console.log(toDiff(read(before), read(after)));
  return 0;
}
