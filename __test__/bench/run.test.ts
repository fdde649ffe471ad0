import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import { run, scenarios } from 'hchan/bench';
import { expect, test } from 'vitest';

const two = scenarios({ capacities: [16, 64] });

test('what was finished before an abort is kept, and the report says what is missing', async () => {
  const abort = new AbortController();
  const report = await run({
    ...{ scenarios: two, contestants: ['local'], rounds: 2, sampleMs: 1, signal: abort.signal },
    progress: (text) => {
      if (text.includes('capacity 64')) abort.abort();
    },
  });
  expect(report.entries.map(({ capacity, results }) => [capacity, results[0]?.samples.length])).toEqual([['16', 2]]);
  expect(report.cut).toBe('interrupted in scenario 2 of 2');
});

test('no scenario is begun after the deadline', async () => {
  const report = await run({ scenarios: two, contestants: ['local'], rounds: 1, sampleMs: 1, deadlineMs: 0.01 });
  expect(report.entries.length).toBeLessThan(2);
  expect(report.cut).toMatch(/^out of time: \d of 2 scenarios were not begun$/);
});

test('a contestant that fails says why and the others go on', async () => {
  const broken = {
    name: 'broken',
    unable: () => undefined,
    enter: () => ({ name: 'broken', sample: () => Promise.reject(new Error('it broke')), stop: () => {} }),
  };
  const { entries } = await run({ scenarios: two.slice(0, 1), contestants: ['local'], rivals: [broken], rounds: 2, sampleMs: 1 });
  expect(entries[0]?.absent).toEqual([{ contestant: 'broken', why: 'it broke', failed: true }]);
  expect(entries[0]?.results.map(({ contestant }) => contestant)).toEqual(['local']);
});

test.each([
  ['the time of all processors before the run, that others have used', 750, 250, 0.75],
  ['not what was used before anybody looked', 0, 1000, 0],
])('what is said to be busy is %s', async (_, user, idle, busy) => {
  const { cpus } = os;
  let asked = 0;
  const times = () => ({ user: 5000 + user * asked, nice: 0, sys: 0, irq: 0, idle: 5000 + idle * asked });
  os.cpus = () => {
    const looked = [{ model: 'made', speed: 1, times: times() }];
    asked = Math.min(1, asked + 1);
    return looked;
  };
  syncBuiltinESMExports();
  try {
    // The machine is described first.
    asked = -1;
    const report = await run({ scenarios: two.slice(0, 1), contestants: ['local'], rounds: 1, sampleMs: 1 });
    expect(report.busy).toBe(busy);
  } finally {
    os.cpus = cpus;
    syncBuiltinESMExports();
  }
});
