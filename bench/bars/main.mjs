#!/usr/bin/env node
/**
 * The speed bars: is a channel from a worker to the main thread as many times as fast as postMessage as it should be?
 *
 * One process, one run. Contestants are interleaved round by round in random order, each ratio is between two samples of
 * the same round, and the median is printed with an interval that holds the true one with 95 % confidence. Every value
 * is checked. Exit codes: 0 (missed bars are reported, not failed), 1 failure, 2 usage.
 */
import { cpus, loadavg } from 'node:os';
import { chan } from 'hchan';
import { buildGo } from '../go/build.mjs';
import { buildRust } from '../rivals/rust.mjs';
import { measureGrowth } from './growth.mjs';
import { measureColumn, measureTrips } from './measure.mjs';
import { readOptions, USAGE, UsageError } from './options.mjs';
import { report } from './print.mjs';

const say = (text) => process.stderr.isTTY && process.stderr.write(`\r\x1b[K${text}`);

function engineTaken(engine) {
  const probe = chan(1024, { engine });
  const taken = probe.engine;
  probe[Symbol.dispose]();
  return taken;
}

async function main(options) {
  const numbers = options.kinds.includes('number');
  const [go, rust] = numbers ? [await buildGo(), await buildRust()] : [null, null];
  const load = loadavg()[0];
  const machine = { load, node: process.version, cpu: cpus()[0].model.trim(), cores: cpus().length, go, rust };
  const run = { engine: options.engine, taken: engineTaken(options.engine), capacity: 1024, rounds: options.rounds };
  const byKind = {};
  for (const kind of options.kinds) byKind[kind] = await measureColumn(kind, { ...options, go, rust, say });
  const tripSamples = options.trips ? await measureTrips({ ...options, say }) : [];
  const growthSamples = options.growth ? await measureGrowth({ ...options, say }) : {};
  say('');
  const { text, missed } = report({ byKind, tripSamples, growthSamples });
  if (options.json) {
    console.log(JSON.stringify({ machine, run, nanoseconds: byKind, microseconds: tripSamples, growth: growthSamples }));
    return;
  }
  console.log(
    `Node ${machine.node}, ${machine.cores} × ${machine.cpu}${go === null ? '' : `, ${go}`}${rust === null ? '' : `, ${rust}`}`,
  );
  console.log(`engine ${run.engine} (${run.taken}), capacity ${run.capacity}, 1 worker → main thread, ${run.rounds} rounds\n`);
  if (load > machine.cores / 2)
    console.log(`The machine was busy when this began (load average ${load.toFixed(1)}): trust no number of this run.\n`);
  console.log(`${text}\n\n${missed === 0 ? 'every bar is met' : `${missed} missed`}`);
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) console.log(USAGE);
  else await main(options);
} catch (error) {
  say('');
  const usage = error instanceof UsageError;
  process.stderr.write(usage ? `bars: ${error.message} (--help explains)\n` : `bars: ${error.stack}\n`);
  process.exitCode = usage ? 2 : 1;
}
