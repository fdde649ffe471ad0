/** The command line of the bars. */
import { parseArgs } from 'node:util';
import { columns } from './asked.mjs';

const ENGINES = ['auto', 'crossbeam', 'kanal', 'mutex', 'shared'];
const FEWEST = 7;

export const USAGE = `Usage: npm run bench:bars -- [options]

  --engine NAME    ${ENGINES.join(', ')} (default auto)
  --rounds N       samples of each, ${FEWEST} or more (default 9)
  --sample MS      how long a sample is (default 60)
  --values LIST    some of ${Object.keys(columns).join(',')} (default all, or none)
  --no-trips       without the round trips
  --no-growth      without what must not grow
  --json           all samples, as JSON`;

/** What is wrong with the command line. */
export class UsageError extends Error {}

const known = {
  engine: { type: 'string', default: 'auto' },
  rounds: { type: 'string', default: '9' },
  sample: { type: 'string', default: '60' },
  values: { type: 'string', default: Object.keys(columns).join(',') },
  'no-trips': { type: 'boolean', default: false },
  'no-growth': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
};

function whole(name, text, least) {
  if (!/^\d+$/.test(text) || Number(text) < least)
    throw new UsageError(`--${name} takes a whole number from ${least} up, not '${text}'`);
  return Number(text);
}

function parse(args) {
  try {
    return parseArgs({ args, options: known }).values;
  } catch (error) {
    throw new UsageError(error.message.split(/\.\s|\n/)[0]);
  }
}

/** The checked options; throws UsageError. */
export function readOptions(args) {
  const values = parse(args);
  if (!ENGINES.includes(values.engine)) throw new UsageError(`--engine is one of ${ENGINES.join(', ')}, not '${values.engine}'`);
  const kinds = values.values === 'none' ? [] : values.values.split(',');
  const unknown = kinds.find((kind) => !(kind in columns));
  if (unknown !== undefined) throw new UsageError(`--values knows ${Object.keys(columns).join(', ')}, not '${unknown}'`);
  return {
    ...{
      engine: values.engine,
      kinds,
      trips: !values['no-trips'],
      growth: !values['no-growth'],
      json: values.json,
      help: values.help,
    },
    ...{ rounds: whole('rounds', values.rounds, FEWEST), milliseconds: whole('sample', values.sample, 1) },
  };
}
