#!/usr/bin/env node
/**
 * What does a select cost by its number of cases?
 *
 *     node scripts/build.mjs && node bench/select/main.mjs [--rounds N] [--json]
 *
 * Each case receives numbers from a channel of capacity 1. Ready: every channel holds a value, one is taken and another
 * put back where it came from; ns for both. Woken: no channel holds one, and another thread sends on one of them; µs
 * from there until the select returns, the median of many. Beside hchan, crossbeam-channel's `Select` (Rust) and Go's
 * `reflect.Select`, n/a where there is no toolchain. Contestants take turns, every value is checked, and each number is
 * the median of the rounds with an interval that holds the true one with 95 % confidence.
 */
import { parseArgs } from 'node:util';
import { describeMachine, estimate } from 'hchan/bench';
import { buildGo, goBinary } from '../go/build.mjs';
import { enterProgram } from '../rivals/program.mjs';
import { buildRust, rustBinary } from '../rivals/rust.mjs';
import { Ready } from './ready.mjs';
import { Woken } from './woken.mjs';

const COUNTS = [2, 8, 32, 128, 1000];
const ENGINES = ['crossbeam', 'mutex', 'local'];
const SAMPLE_NS = 25e6;
const WAKES = 60;

const say = (text) => process.stderr.isTTY && process.stderr.write(`\r\x1b[K${text}`);

/** Rust and Go, as contestants of `pattern`; null: no toolchain. */
function programs(pattern, cases, { rust, go }) {
  const enter = (binary) => enterProgram('select', binary, 'select', { pattern, capacity: cases, payload: 'number' });
  return [
    ['Rust crossbeam Select', rust === null ? null : enter(rustBinary)],
    ['Go reflect.Select', go === null ? null : enter(goBinary)],
  ];
}

/** ns per select, found by asking for more until it takes long enough. */
function program(entered) {
  let selects = 100;
  const once = async () => (await entered.sample(selects)).nanoseconds / selects;
  return {
    async warm() {
      for (let round = 0; round < 3; round++) selects = Math.ceil(SAMPLE_NS / (await once()));
    },
    sample: once,
    stop: () => entered.stop(),
  };
}

function readyContestants(cases, tools) {
  const own = ENGINES.flatMap((engine) => [
    [`trySelect, ${engine}`, new Ready(engine, cases, 'trySelect', SAMPLE_NS)],
    [`await select, ${engine}`, new Ready(engine, cases, 'select', SAMPLE_NS)],
  ]);
  return [...own, ...programs('ready', cases, tools).map(([name, entered]) => [name, entered && program(entered)])];
}

function wokenContestants(cases, tools) {
  const own = ENGINES.flatMap((engine) => [
    // Nothing of engine local crosses threads.
    [`await select, ${engine}`, engine === 'local' ? null : new Woken(engine, cases, 'select', WAKES)],
    [`selectSync, ${engine}`, engine === 'local' ? null : new Woken(engine, cases, 'selectSync', WAKES)],
  ]);
  const others = programs('woken', cases, tools).map(([name, entered]) => {
    const sample = async () => (await entered.sample(WAKES)).latency.p50 / 1000;
    return [name, entered && { warm: sample, sample, stop: () => entered.stop() }];
  });
  return [...own, ...others];
}

/** All samples: by contestant's name, then by number of cases. */
async function measure(title, contestants, { rounds, tools }) {
  const table = {};
  for (const cases of COUNTS) {
    const list = contestants(cases, tools);
    for (const [name, contestant] of list) {
      table[name] ??= {};
      table[name][cases] = contestant === null ? null : [];
      await contestant?.warm();
    }
    const taking = list.filter(([, contestant]) => contestant !== null);
    for (let round = 0; round < rounds; round++) {
      // Who begins changes from round to round: who runs after whom must not decide.
      for (let turn = 0; turn < taking.length; turn++) {
        const [name, contestant] = taking[(round + turn) % taking.length];
        say(`${title}, ${cases} cases, round ${round + 1} of ${rounds}: ${name}`);
        table[name][cases].push(await contestant.sample());
      }
    }
    for (const [, contestant] of taking) await contestant.stop();
  }
  say('');
  return table;
}

const digits = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

function cell(samples) {
  if (samples === null) return 'n/a';
  const { median, low, high } = estimate(samples);
  return `${digits(median)} (${digits(low)} – ${digits(high)})`;
}

/** How many times as much the most cases take as the second most. */
function growth(byCount) {
  const [fewer, most] = COUNTS.slice(-2);
  if (byCount[most] === null) return 'n/a';
  return `× ${digits(estimate(byCount[most]).median / estimate(byCount[fewer]).median)}`;
}

function show(heading, table) {
  const head = [heading, ...COUNTS.map((cases) => `${cases}`), COUNTS.slice(-2).join(' → ')];
  const rows = [head];
  for (const [name, byCount] of Object.entries(table)) {
    rows.push([name, ...COUNTS.map((cases) => cell(byCount[cases])), growth(byCount)]);
  }
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const pad = (text, column) => (column === 0 ? text.padEnd(widths[0]) : text.padStart(widths[column]));
  console.log(`${rows.map((row) => row.map(pad).join('  ')).join('\n')}\n`);
}

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '9' }, json: { type: 'boolean', default: false } },
});
const rounds = Math.max(7, Number.parseInt(values.rounds, 10) || 0);
say('building the rivals');
const tools = { rust: await buildRust(), go: await buildGo() };
const machine = describeMachine();
const ready = await measure('ready', readyContestants, { rounds, tools });
const woken = await measure('woken', wokenContestants, { rounds, tools });
if (values.json) {
  console.log(JSON.stringify({ machine, tools, rounds, ready, woken }));
} else {
  console.log(`Node ${machine.node}, ${machine.cores} × ${machine.cpu}, hchan ${machine.commit}`);
  console.log(
    `${tools.rust ?? 'no cargo'}, ${tools.go ?? 'no go'}; medians of ${rounds} rounds (95 %); 7.81 times the cases from 128 to 1000\n`,
  );
  show('ready: ns by cases', ready);
  show('woken: µs by cases', woken);
}
