#!/usr/bin/env node
/**
 * Counts the words of a tree of files with worker threads, once over each engine and once over plain postMessage.
 *
 *   walk ──paths──▶ workers: read, split ──records──▶ merge
 *
 * Exit codes: 0, 1 something failed or results differ, 2 usage, 130 interrupted.
 */
import { createHash } from 'node:crypto';
import { chan } from 'hchan';
import { overChannels } from './channels.mjs';
import { countFile, newTotals } from './count.mjs';
import { readOptions, USAGE, UsageError } from './options.mjs';
import { overPorts } from './ports.mjs';
import { table, whole } from './table.mjs';
import { walk } from './walk.mjs';

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort(new Error('interrupted')));

process.stdout.on('error', ({ code }) => {
  if (code !== 'EPIPE') process.stderr.write(`wordcount: cannot write (${code})\n`);
  process.exit(code === 'EPIPE' ? 0 : 1);
});

const progress = (text) => process.stderr.isTTY && process.stderr.write(`\r\x1b[K${text}`);

/** Adds records up, and remembers when it last said how far it is. */
class Counts {
  words = new Map();
  messages = 0;
  #title;
  #shown = 0;

  constructor(title) {
    this.#title = title;
  }

  add = ({ word, count }) => {
    this.words.set(word, (this.words.get(word) ?? 0) + count);
    this.messages++;
    if ((this.messages & 0x3fff) !== 0 || performance.now() - this.#shown < 100) return;
    this.#shown = performance.now();
    progress(`${this.#title}: ${whole(this.messages)} messages`);
  };

  /** Equal for equal counts, whatever order they came in. */
  fingerprint() {
    const lines = Array.from(this.words, ([word, count]) => `${word} ${count}`).sort();
    return createHash('sha256').update(lines.join('\n')).digest('hex');
  }

  top(most) {
    return [...this.words].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, most);
  }
}

const sum = (list) => list.reduce((all, one) => Object.fromEntries(Object.entries(all).map(([key, n]) => [key, n + one[key]])));

/** One pass in this thread: the result that all others must equal, and the files are in the page cache afterwards. */
async function alone({ paths, merge, signal }) {
  const totals = newTotals();
  const start = performance.now();
  for (const path of paths) {
    for (const record of countFile(path, totals)) merge(record);
    if (totals.files % 64 === 0) await new Promise(setImmediate);
    signal.throwIfAborted();
  }
  return { seconds: (performance.now() - start) / 1000, totals: [totals], engine: 'one thread' };
}

/** Which of the asked engines exist here; says on stderr why one is left out. */
function usable(engines) {
  return engines.filter((engine) => {
    try {
      chan(1, { engine })[Symbol.dispose]();
      return true;
    } catch (error) {
      process.stderr.write(`wordcount: engine ${engine} is left out: ${error.message}\n`);
      return false;
    }
  });
}

async function measure(title, pipeline, { folder, workers }) {
  const counts = new Counts(title);
  let unreadableFolders = 0;
  const paths = walk(folder, () => unreadableFolders++);
  const { seconds, totals, engine } = await pipeline({ workers, paths, merge: counts.add, signal: interrupted.signal });
  progress('');
  const total = sum(totals);
  if (total.records !== counts.messages) throw new Error(`${title}: ${total.records} records sent, ${counts.messages} received`);
  const name = title === 'auto' ? `auto (${engine})` : title;
  return { name, seconds, total: { ...total, unreadable: total.unreadable + unreadableFolders }, counts };
}

function report(results) {
  const base = results.find((result) => result.name === 'MessagePort');
  const headings = ['engine', 'files', 'messages', 'MB', 'seconds', 'messages/s', 'against MessagePort'];
  const rows = results.map(({ name, seconds, total, counts }) => [
    ...[name, whole(total.files), whole(counts.messages), (total.bytes / 1e6).toFixed(1), seconds.toFixed(2)],
    name === 'one thread' ? '' : whole(counts.messages / seconds),
    base === undefined ? '' : `${(base.seconds / seconds).toFixed(2)} ×`,
  ]);
  console.log(table(headings, rows));
  const { total, counts } = results[0];
  console.log(`\nskipped: ${whole(total.binary)} binary, ${whole(total.unreadable)} unreadable`);
  const top = counts.top(5).map(([word, n]) => `, ${word} ${whole(n)}`);
  console.log(`words: ${whole(counts.words.size)} different${top.join('')}`);
}

async function main(options) {
  const runs = [
    ['one thread', alone],
    ['MessagePort', overPorts],
    ...usable(options.engines).map((engine) => [engine, (run) => overChannels({ ...run, engine })]),
  ];
  const results = [];
  let code = 0;
  for (const [title, pipeline] of runs) {
    try {
      results.push(await measure(title, pipeline, options));
    } catch (error) {
      progress('');
      code = interrupted.signal.aborted ? 130 : 1;
      process.stderr.write(`wordcount: ${interrupted.signal.aborted ? 'interrupted' : `${title}: ${error.message}`}\n`);
      if (code === 130) break;
    }
  }
  if (results.length > 0) report(results);
  const different = results.filter((result) => result.counts.fingerprint() !== results[0].counts.fingerprint());
  if (different.length === 0) return code;
  process.stderr.write(`wordcount: results differ from one thread's: ${different.map(({ name }) => name).join(', ')}\n`);
  return 1;
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) console.log(USAGE);
  else process.exitCode = await main(options);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`wordcount: ${error.message} (--help explains)\n`);
  process.exitCode = 2;
}
