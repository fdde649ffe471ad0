/** The page: every claim, what was measured, and the verdict that the figures give by rule. */
import { estimate, ratios } from 'hchan/bench';
import { CLAIMS } from './claims.mjs';
import { BUFFERS } from './measures.mjs';

const digits = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

function shown(value, unit) {
  if (unit === '×') return `${digits(value)} ×`;
  return value < 1000 ? `${digits(value)} ns` : `${digits(value / 1000)} µs`;
}

/** Samples under a key; `best go pipeline` is the one of its buffers with the least median. */
function samplesOf(samples, key) {
  if (!key.startsWith('best ')) return samples[key];
  const all = BUFFERS.map((buffer) => samples[`${key.slice(5)} ${buffer}`]).filter((each) => each !== undefined);
  return all.sort((a, b) => estimate(a).median - estimate(b).median)[0];
}

/** Undefined: it could not be measured here. */
function estimateOf(samples, { of }) {
  const [top, bottom] = of.map((key) => samplesOf(samples, key));
  if (top === undefined || (of.length === 2 && bottom === undefined)) return undefined;
  return estimate(of.length === 1 ? top : ratios(top, bottom));
}

/** The rule: `yes` if the median lies in the claim's range, `perhaps` if only its interval touches it. */
function judge({ figures, range: [least, most] }, samples) {
  const lines = figures.map((figure) => {
    const value = estimateOf(samples, figure);
    return { ...figure, value, holds: value && holds(value, least, most) };
  });
  const measured = lines.filter(({ value }) => value !== undefined);
  const all = (answer) => measured.every(({ holds }) => holds === answer);
  const verdict = all('no') ? 'refuted' : all('yes') ? 'confirmed' : 'depends';
  return { lines, verdict: measured.length === 0 ? 'not measured' : verdict };
}

function holds({ median, low, high }, least, most) {
  if (median >= least && median <= most) return 'yes';
  return low <= most && high >= least ? 'perhaps' : 'no';
}

function rangeOf({ range: [least, most], unit }) {
  if (most === Number.POSITIVE_INFINITY) return `at least ${shown(least, unit)}`;
  return least === 0 ? `at most ${shown(most, unit)}` : `${shown(least, unit)} to ${shown(most, unit)}`;
}

function row({ language, what, value, holds }, unit) {
  if (value === undefined) return `| ${language} | ${what} | n/a | | |`;
  const interval = `${shown(value.low, unit)} – ${shown(value.high, unit)}`;
  return `| ${language} | ${what} | ${shown(value.median, unit)} | ${interval} | ${holds} |`;
}

function ladder(ladders, samples) {
  const cell = (key) => (samples[key] === undefined ? 'n/a' : shown(estimate(samples[key]).median, 'ns'));
  return [
    '',
    `| a message, by buffer | ${BUFFERS.join(' | ')} |`,
    `|:--|${BUFFERS.map(() => '--:|').join('')}`,
    ...ladders.map(({ language, steps }) => `| ${language} | ${steps.map(([, key]) => cell(key)).join(' | ')} |`),
  ];
}

function section(claim, samples) {
  const { lines, verdict } = judge(claim, samples);
  return [
    `## ${claim.title}`,
    '',
    `**${verdict[0].toUpperCase()}${verdict.slice(1)}.** ${claim.because}`,
    '',
    `Source: ${claim.source}. Taken to say: ${rangeOf(claim)}.`,
    '',
    '| | | median | 95 % | bears it out |',
    '|:--|:--|--:|--:|:--|',
    ...lines.map((line) => row(line, claim.unit)),
    ...(claim.ladders === undefined ? [] : ladder(claim.ladders, samples)),
    '',
  ].join('\n');
}

/** What the machine was doing, if it was not only this. */
function busy({ load, cores }) {
  if (!(load > cores / 2)) return '';
  return ` **The machine was busy with other work when this began (load average ${load}): the ratios are worth more than the times.**`;
}

export function page({ started, machine, tools, rounds, samples }) {
  const overview = CLAIMS.map((claim) => `| ${claim.title} | ${judge(claim, samples).verdict} |`);
  return `# What is said about channels, measured

Figures about channels are passed on from page to page. Here each stands beside what was measured on one machine, in Go, in Rust
and in Node, in one run. This page is written by \`npm run bench:claims\`; run it on yours.

${machine.cores} × ${machine.cpu}, ${machine.memoryGiB} GiB, ${machine.os}; Node ${machine.node}, ${tools.rust ?? 'no Rust'}, ${tools.go ?? 'no Go'};
hchan ${machine.hchan}${machine.commit === undefined ? '' : ` at ${machine.commit}`}, ${started.slice(0, 10)}. ${rounds} rounds of samples of about 50 ms, every measure once a round in random order, values checked.
A time is the median of its samples, with the interval that holds the true median with 95 % confidence; a ratio is the median
of the rounds' ratios.${busy(machine)}

The verdict follows a rule: a figure bears a claim out if its median lies in the range that the claim gives, and perhaps does if only its
interval touches it. If every figure bears the claim out, it is confirmed; if none does, not even perhaps, refuted; else it
depends. Programs: \`bench/claims\`, \`bench/go\`, \`crates/bench\`.

| claim | verdict |
|:--|:--|
${overview.join('\n')}

${CLAIMS.map((claim) => section(claim, samples)).join('\n')}`;
}
