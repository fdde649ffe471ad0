#!/usr/bin/env node
/**
 * Are the figures that are repeated about channels true here? Measures each in Go, Rust and Node and writes docs/claims.md.
 *
 *     node bench/claims/main.mjs [--rounds N] [--out FILE] [--json FILE] [--from FILE]
 *
 * All measures take turns, round by round, in random order; every program checks what it received. `--from` writes the
 * page anew from the samples of an earlier run. What cannot be built or installed here is n/a in the page.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeMachine } from 'hchan/bench';
import { buildGo, goBinary } from '../go/build.mjs';
import { buildRust, rustBinary } from '../rivals/rust.mjs';
import { MEASURES } from './measures.mjs';
import { page } from './page.mjs';

const SAMPLE_NS = 50e6;
const WARM_UPS = 4;
const MOST = 1 << 22;

const say = (text) => process.stderr.isTTY && process.stderr.write(`\r\x1b[K${text}`);

class Measured {
  constructor(key, { start, part = 1 }) {
    this.key = key;
    this.samples = [];
    this.part = part;
    this.start = start;
    this.messages = 256;
  }

  async #sample() {
    const { nanoseconds, messages } = await this.entrant.sample(this.messages);
    return (nanoseconds / messages) * this.part;
  }

  /** Goes on until samples have their length and the compiler has done its work. */
  async warm() {
    this.entrant = this.start();
    for (let full = 0; full < WARM_UPS; ) {
      const wanted = SAMPLE_NS / ((await this.#sample()) / this.part);
      if (wanted < this.messages * 2 || this.messages === MOST) full++;
      this.messages = Math.max(64, Math.min(MOST, Math.ceil(wanted), this.messages * 16));
    }
  }

  async take() {
    this.samples.push(await this.#sample());
  }
}

function shuffled(list) {
  const order = Array.from(list, (item) => [Math.random(), item]);
  return order.sort((a, b) => a[0] - b[0]).map(([, item]) => item);
}

/** Warms up what can be measured here, then takes the samples. */
async function measure(rounds, tools) {
  const here = ({ binary }) => (binary === goBinary ? tools.go : binary === rustBinary ? tools.rust : true) !== null;
  const all = Object.entries(MEASURES).filter(([, measure]) => measure !== undefined && here(measure));
  const running = all.map(([key, measure]) => new Measured(key, measure));
  try {
    for (const one of running) {
      say(`warming up ${one.key}`);
      await one.warm();
    }
    for (let round = 1; round <= rounds; round++) {
      for (const one of shuffled(running)) {
        say(`round ${round} of ${rounds}: ${one.key}`);
        await one.take();
      }
    }
  } finally {
    for (const { entrant } of running) entrant?.stop();
  }
  say('');
  return Object.fromEntries(running.map(({ key, samples }) => [key, samples]));
}

const text = { type: 'string' };
const { values } = parseArgs({ options: { rounds: { ...text, default: '11' }, out: text, json: text, from: text } });
const out = values.out ?? fileURLToPath(new URL('../../docs/claims.md', import.meta.url));

let run;
if (values.from === undefined) {
  say('building the rivals');
  const tools = { go: await buildGo(), rust: await buildRust() };
  const machine = describeMachine();
  const rounds = Math.max(7, Number.parseInt(values.rounds, 10) || 0);
  run = { started: new Date().toISOString(), machine, tools, rounds, samples: await measure(rounds, tools) };
} else run = JSON.parse(readFileSync(values.from, 'utf8'));

if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(run)}\n`);
writeFileSync(out, page(run));
console.log(out);
