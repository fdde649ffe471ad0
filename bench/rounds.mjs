/** What the small questions share: `--rounds N` on the command line, and where they are, on a terminal. */
import { parseArgs } from 'node:util';

/** Of fewer samples the whole range holds the median with less than 95 % confidence. */
const FEWEST = 6;

/** `--rounds`, by default `usual`. Anything else on the command line ends the program `name` with one line and 2. */
export function roundsOf(name, usual) {
  try {
    const { values } = parseArgs({ options: { rounds: { type: 'string', default: `${usual}` } } });
    const rounds = Number(values.rounds);
    if (Number.isInteger(rounds) && rounds >= FEWEST) return rounds;
    throw new RangeError(`--rounds is a whole number from ${FEWEST} on, not '${values.rounds}'`);
  } catch (error) {
    process.stderr.write(`${name}: ${error.message}\n`);
    return process.exit(2);
  }
}

/** Shows `text` on a terminal, in the place of what was shown before. */
export function progress(text = '') {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
