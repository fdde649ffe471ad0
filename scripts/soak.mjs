#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { chance } from './soak/books.mjs';
import { make, play } from './soak/round.mjs';

const ENGINES = ['mutex', 'crossbeam', 'kanal', 'shared', 'local'];
/** Rounds of each engine before memory is expected to stay, and by how much it may then have grown, in MB. */
const WARM = 3;
const SLACK = { rss: 64, heapUsed: 8 };
const MB = 1 << 20;

function memory() {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return { rss: rss / MB, heapUsed: heapUsed / MB };
}

/** What grew by more than it may have, since `before`. */
function grown(before, after) {
  return Object.entries(SLACK).flatMap(([what, slack]) =>
    after[what] - before[what] > slack ? [`${what} grew from ${before[what].toFixed(0)} to ${after[what].toFixed(0)} MB`] : [],
  );
}

function options() {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '10' },
      seconds: { type: 'string', default: '5' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
      engines: { type: 'string', default: '' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const number = (name) => {
    const value = Number(values[name]);
    if (!(value >= 0) || values[name] === '') throw new TypeError(`--${name} takes a number, not '${values[name]}'`);
    return value;
  };
  const engines = values.engines === '' ? ENGINES : values.engines.split(',');
  const unknown = engines.find((engine) => !ENGINES.includes(engine));
  if (unknown !== undefined) throw new TypeError(`--engines takes ${ENGINES.join(', ')}, not '${unknown}'`);
  return { ...values, engines, minutes: number('minutes'), seconds: number('seconds'), seed: number('seed') };
}

/** Those of `engines` that load; one that was asked for by name and does not is an error. */
function available(engines) {
  return engines.filter((engine) => {
    try {
      make(engine, 1)[Symbol.dispose]();
      return true;
    } catch (error) {
      process.stderr.write(`soak: ${engine} is left out: ${error.message}\n`);
      if (engines !== ENGINES) throw error;
      return false;
    }
  });
}

const USAGE = 'usage: npm run soak -- [--minutes 10] [--seconds 5] [--seed N] [--engines mutex,crossbeam,kanal,shared,local]\n';

async function main({ minutes, seconds, seed, engines: asked }) {
  const engines = available(asked);
  const random = chance(seed);
  const until = Date.now() + minutes * 60_000;
  const total = { rounds: 0, failed: 0, sent: 0, unheard: 0, received: 0, lost: 0, ended: 0 };
  let warm;
  const fail = (what) => {
    total.failed += 1;
    process.stdout.write(`not ok: ${what} (--seed ${seed})\n`);
  };
  while (total.rounds === 0 || Date.now() < until) {
    const engine = engines[total.rounds % engines.length];
    // Every other round of an engine nobody is terminated.
    const gentle = Math.floor(total.rounds / engines.length) % 2 === 1;
    const result = await play(engine, random(2 ** 31), seconds * 1000, gentle);
    total.rounds += 1;
    for (const key of ['sent', 'unheard', 'received', 'lost', 'ended']) total[key] += result[key];
    if (result.faults.length > 0) fail(`${engine}, round ${total.rounds}: ${[...new Set(result.faults)].join('; ')}`);
    if (total.rounds === WARM * engines.length) warm = memory();
    if (process.stderr.isTTY) {
      const left = Math.max(0, Math.round((until - Date.now()) / 1000));
      process.stderr.write(
        `\r\x1b[Kround ${total.rounds} (${engine}), ${total.received} messages, ${total.failed} failed, ${left} s left`,
      );
    }
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  const after = memory();
  let checks = total.rounds;
  if (warm !== undefined && total.rounds > WARM * engines.length) {
    checks += 1;
    const more = grown(warm, after);
    if (more.length > 0) fail(`memory: ${more.join(', ')}`);
  }
  const held = `rss ${after.rss.toFixed(0)} MB${warm === undefined ? '' : `, ${warm.rss.toFixed(0)} after warming up`}`;
  process.stdout.write(
    `${total.rounds} rounds of ${engines.join(', ')}: ${total.sent} sent and ${total.unheard} more by workers ` +
      `that died before they heard of it, ${total.received} received and ${total.lost} in the hands of the ${total.ended} workers ` +
      `that were terminated; ${held}; --seed ${seed}\n`,
  );
  process.stdout.write(`${checks - total.failed} passed, ${total.failed} failed\n`);
  return total.failed === 0 ? 0 : 1;
}

process.once('SIGINT', () => process.exit(130));
let asked;
try {
  asked = options();
} catch (error) {
  process.stderr.write(`soak: ${error.message}\n${USAGE}`);
  process.exit(2);
}
if (asked.help) process.stdout.write(USAGE);
else process.exitCode = await main(asked);
