#!/usr/bin/env node
/**
 * Is engine `local` at least level with the fastest in-thread channel on npm, and how much do its synchronous calls save?
 *
 * One sender and one receiver in one thread, each message awaited on both sides, at capacities 128 and 0; every value is
 * checked. A process each; contestants take turns in an order that changes from round to round; each ratio is between two
 * samples of one round. Printed are medians with the interval that holds the true one with 95 % confidence.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeMachine, estimate, ratios } from 'hchan/bench';
import { packages } from '../packages/index.mjs';

const CAPACITIES = [128, 0];
const SAMPLE_NS = 50e6;
const WARM_UPS = 6;
/** Asked for: times as fast as the fastest package. */
const ASKED = { local: 1, 'local try': 20 };
/** The same calls and results where nothing is checked or promised: what is between is what that costs. */
const FLOORS = { local: 'bare channel', 'local try': 'bare ring' };
const isFloor = (name) => Object.values(FLOORS).includes(name);

class Contestant {
  name;
  samples = [];
  #child;
  #messages = 1000;

  constructor(name) {
    this.name = name;
    this.#child = fork(fileURLToPath(new URL('contestant.mjs', import.meta.url)), [name], { execArgv: [] });
    this.#child.on('exit', (code) => code && process.exit(code));
  }

  /** ns per message. */
  async #sample(capacity) {
    this.#child.send({ capacity, messages: this.#messages });
    const [took] = await once(this.#child, 'message');
    return took / this.#messages;
  }

  async warm(capacity) {
    this.samples = [];
    for (let round = 0; round < WARM_UPS; round++) this.#messages = Math.ceil(SAMPLE_NS / (await this.#sample(capacity)));
  }

  async take(capacity) {
    this.samples.push(await this.#sample(capacity));
  }

  stop() {
    this.#child.removeAllListeners('exit').kill();
  }
}

const number = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));
const shown = ({ median, low, high }) => `${number(median)} (${number(low)} – ${number(high)})`;

/** Calls that do not wait never meet at capacity 0. */
const takesPart = (capacity) => (name) =>
  name === 'local' ||
  name === FLOORS.local ||
  (name === 'local try' || isFloor(name) ? capacity > 0 : !packages.find((each) => each.name === name).unable(cell(capacity)));
const cell = (capacity) => ({ pattern: 'spsc', capacity, payload: 'number', mode: 'awaiting' });

async function measure(capacity, rounds) {
  const inThread = packages.filter(({ guest }) => guest.inThread).map(({ name }) => name);
  const contestants = [...Object.entries(FLOORS).flat(), ...inThread]
    .filter(takesPart(capacity))
    .map((name) => new Contestant(name));
  for (const contestant of contestants) await contestant.warm(capacity);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contestants.length; turn++) await contestants[(round + turn) % contestants.length].take(capacity);
  }
  for (const contestant of contestants) contestant.stop();
  return contestants.map(({ name, samples }) => ({ name, samples, time: estimate(samples) }));
}

function report(capacity, results) {
  const others = results.filter(({ name }) => !(name in ASKED) && !isFloor(name)).sort((a, b) => a.time.median - b.time.median);
  const [fastest] = others;
  console.log(`\ncapacity ${capacity}: ns a message (95 %)`);
  for (const { name, time } of results.sort((a, b) => a.time.median - b.time.median)) {
    console.log(`  ${name.padEnd(18)} ${shown(time)}`);
  }
  for (const { name, samples } of results.filter((result) => result.name in ASKED)) {
    const ratio = estimate(ratios(fastest.samples, samples));
    const verdict = ratio.median >= ASKED[name] ? 'met' : 'missed';
    console.log(`  ${name} against ${fastest.name}: ${shown(ratio)} times as fast, asked ≥ ${ASKED[name]}: ${verdict}`);
  }
  for (const { name, samples } of results.filter(({ name }) => isFloor(name))) {
    const bare = estimate(ratios(fastest.samples, samples));
    console.log(`  ${name} against ${fastest.name}: ${shown(bare)}, where nothing is checked or promised`);
  }
}

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '11' }, json: { type: 'boolean', default: false } },
});
const rounds = Math.max(7, Number.parseInt(values.rounds, 10) || 0);
const machine = describeMachine();
const byCapacity = {};
for (const capacity of CAPACITIES) byCapacity[capacity] = await measure(capacity, rounds);
if (values.json) console.log(JSON.stringify({ machine, rounds, byCapacity }));
else {
  console.log(`Node ${machine.node}, ${machine.cores} × ${machine.cpu}, hchan ${machine.commit}`);
  for (const capacity of CAPACITIES) report(capacity, byCapacity[capacity]);
}
