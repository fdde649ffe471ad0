import {
  compare,
  type Entry,
  estimate,
  type Machine,
  median,
  percentile,
  type Report,
  ratios,
  scenarios,
  toDiff,
  toGo,
  toHtml,
  toMarkdown,
  toTable,
} from 'hchan/bench';
import { describe, expect, test } from 'vitest';

const machine: Machine = {
  ...{ cpu: 'a <fast> one', cores: 2, memoryGiB: 8, os: 'linux x64 6.1' },
  ...{ node: 'v20.0.0', v8: '11', hchan: '0.1.0', commit: 'abc', native: 'loaded' },
};

function report(samples: Record<string, number[]>, pattern: Entry['pattern'] = 'spsc'): Report {
  const results = Object.entries(samples).map(([contestant, times]) => ({ contestant, messages: 100, samples: times }));
  const entry: Entry = { pattern, capacity: '16', payload: 'number', mode: 'awaiting', results, absent: [] };
  return { format: 'hchan-bench-1', started: '2026-01-01T00:00:00.000Z', machine, rounds: 10, sampleMs: 100, entries: [entry] };
}

const around = (value: number) => Array.from({ length: 10 }, (_, at) => value + at);

describe('estimates', () => {
  test('the median of an even number of samples is between the two middle ones', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([9, 1, 5])).toBe(5);
    expect(median([])).toBeNaN();
  });

  test('the interval of ten samples is from the second to the second last, which is sure by 0.978', () => {
    const { low, high, confidence } = estimate([10, 1, 9, 2, 8, 3, 7, 4, 6, 5]);
    expect([low, high]).toEqual([2, 9]);
    expect(confidence).toBeCloseTo(1 - 22 / 1024, 10);
  });

  test('five samples give their whole range and say that it is less sure than asked for', () => {
    expect(estimate([3, 1, 2, 5, 4])).toMatchObject({ low: 1, high: 5, confidence: 0.9375 });
  });

  test('a percentile is a value that was measured', () => {
    const times = Array.from({ length: 100 }, (_, at) => 100 - at);
    expect([percentile(times, 0.5), percentile(times, 0.99), percentile(times, 1)]).toEqual([50, 99, 100]);
  });

  test('ratios pair the samples of one round', () => {
    expect(ratios([10, 30], [5, 10])).toEqual([2, 3]);
  });
});

describe('scenarios', () => {
  test('no choice gives every value of each dimension once, not their product', () => {
    const all = scenarios({});
    expect(new Set(all.map(({ pattern }) => pattern)).size).toBe(10);
    expect(new Set(all.map(({ capacity }) => capacity)).size).toBe(7);
    expect(all.length).toBeLessThan(30);
  });

  test('a choice gives the product of what was chosen', () => {
    const chosen = scenarios({ patterns: ['spsc', 'mpmc'], capacities: [0, Number.POSITIVE_INFINITY] });
    expect(chosen.map(({ pattern, capacity }) => `${pattern} ${capacity}`)).toEqual([
      'spsc 0',
      'spsc Infinity',
      'mpmc 0',
      'mpmc Infinity',
    ]);
  });
});

test('a select of many is a scenario for each number of cases', () => {
  expect(scenarios({ cases: [2, 8] }).map(({ pattern, cases }) => [pattern, cases])).toEqual([
    ['select-n', 2],
    ['select-n', 8],
  ]);
  const chosen = scenarios({ patterns: ['spsc', 'select-n'], cases: [8] });
  expect(chosen.map(({ pattern, cases }) => [pattern, cases])).toEqual([
    ['spsc', undefined],
    ['select-n', 8],
  ]);
});

describe('comparing two runs', () => {
  test('intervals that overlap are noise, others are faster or slower', () => {
    const [before, after] = [
      report({ a: around(100), b: around(100), c: around(100) }),
      report({ a: around(104), b: around(50), c: around(300) }),
    ];
    expect(compare(before, after).map(({ contestant, verdict }) => [contestant, verdict])).toEqual([
      ['a', 'noise'],
      ['b', 'faster'],
      ['c', 'slower'],
    ]);
    expect(toDiff(before, after)).toContain('1 faster, 1 slower, 1 within the noise');
  });

  test('too few samples are noise, however far apart', () => {
    const few = (time: number) => report({ a: [time, time, time, time] });
    expect(compare(few(100), few(900)).map(({ verdict }) => verdict)).toEqual(['noise']);
    const enough = (time: number) => report({ a: [time, time, time, time, time] });
    expect(compare(enough(100), enough(900)).map(({ verdict }) => verdict)).toEqual(['slower']);
    expect(compare(enough(100), few(900)).map(({ verdict }) => verdict)).toEqual(['noise']);
  });

  test('two runs with nothing in common are said to have nothing in common', () => {
    expect(toDiff(report({ a: [1] }), report({ b: [1] }))).toContain('nothing in common');
  });
});

describe('formats', () => {
  const run = report({ mutex: around(50), MessagePort: around(500) });

  test('the table shows the fastest first and how many times as fast as MessagePort', () => {
    const lines = toTable(run).split('\n');
    const at = lines.findIndex((line) => line.includes('contestant'));
    expect(lines[at + 1]).toMatch(/mutex +54\.5 ns .* 9\.2\d ×/);
    expect(lines[at + 2]).toMatch(/MessagePort/);
  });

  test('the intervals of a scenario are as sure as its fewest samples make them, whatever was asked for', () => {
    const [whole] = run.entries;
    const [short] = report({ mutex: around(50).slice(4), MessagePort: [500, 501, 502, 503, 504] }).entries;
    const none = report({}).entries;
    const cut = { ...run, rounds: 10, entries: [whole as Entry, { ...(short as Entry), capacity: '64' }, ...none] };
    for (const text of [toTable(cut), toMarkdown(cut), toHtml(cut)]) {
      const [first, second] = text.split('capacity 64, number');
      expect(first).toContain('95 % interval');
      expect(first).not.toContain('93 %');
      expect(second).toContain('93 % interval');
    }
  });

  test('fewer than five rounds have no interval, and it is said so', () => {
    const few = { ...report({ mutex: [50, 51, 52, 53], MessagePort: [500, 501, 502, 503] }), rounds: 4 };
    for (const text of [toTable(few), toMarkdown(few), toHtml(few)]) {
      expect(text).toContain('4 rounds, samples of about 100 ms, medians, too few for intervals');
      expect(text).toContain('none');
      expect(text).not.toMatch(/50\.0 ns –|class="spread"/);
    }
    expect(toTable(run)).not.toContain('none');
  });

  test('what the lines of a scale stand for does not run into each other, however long it is', () => {
    for (const most of [1e3, 1e5, 1e6, 1e9]) {
      const page = toHtml(report({ mutex: around(most), MessagePort: around(20) }));
      const [, drawing] = page.split('data-chart="scenario"');
      const places = [...(drawing ?? '').matchAll(/<text x="([\d.]+)" y="\d+" text-anchor="middle">/g)].map(([, x]) => Number(x));
      expect(places.length).toBeGreaterThan(1);
      for (const [at, x] of places.slice(1).entries()) expect(x - (places[at] as number)).toBeGreaterThan(46);
    }
  });

  test('a busy machine is told', () => {
    expect(toTable(run)).not.toContain('busy');
    expect(toTable({ ...run, busy: 0.1 })).not.toContain('busy');
    expect(toTable({ ...run, busy: 0.63 })).toContain('others used 63 % of its processors');
    expect(toDiff(run, run)).not.toContain('busy');
    expect(toDiff(run, { ...run, busy: 0.63 })).toContain('after: The machine was busy');
  });

  test('benchstat gets a line for each sample, with the dimensions in its name', () => {
    const lines = toGo(run)
      .split('\n')
      .filter((line) => line.startsWith('Benchmark'));
    expect(lines).toHaveLength(20);
    expect(lines[0]).toBe('BenchmarkSpsc/capacity=16/payload=number/mode=awaiting/contestant=mutex \t100\t50.00 ns/op');
  });

  test('the page loads and runs nothing, and shows text as text', () => {
    const page = toHtml(run);
    expect(page).not.toMatch(/<script|src=|href=|url\(/);
    expect(page).toContain('a &#60;fast&#62; one');
    const [, scenario] = page.split('data-chart="scenario"');
    expect(scenario?.match(/<circle/g)).toHaveLength(2);
  });

  test('Markdown tables have as many cells in each row as in the heading', () => {
    const rows = toMarkdown(run)
      .split('\n')
      .filter((line) => line.startsWith('|'));
    expect(rows).toHaveLength(4);
    expect(new Set(rows.map((row) => row.split('|').length)).size).toBe(1);
  });
});
