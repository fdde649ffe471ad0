/** A run in the format of Go's benchmarks, one line a sample, for benchstat (`benchstat -col /contestant file`). */
import type { Report } from '../report.js';

const camel = (pattern: string): string =>
  pattern
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

export function toGo({ machine, entries }: Report): string {
  const [goos = '', goarch = ''] = machine.os.split(' ');
  const head = [
    `goos: ${goos}`,
    `goarch: ${goarch}`,
    'pkg: hchan',
    `cpu: ${machine.cpu}`,
    `node: ${machine.node}`,
    `commit: ${machine.commit ?? 'none'}`,
  ];
  const lines = entries.flatMap(({ pattern, capacity, payload, mode, cases, results }) =>
    results.flatMap(({ contestant, messages, samples }) => {
      const name = `Benchmark${camel(pattern)}${cases === undefined ? '' : `/cases=${cases}`}/capacity=${capacity}/payload=${payload}/mode=${mode}/contestant=${contestant.replace(/\s+/g, '-')}`;
      return samples.map((time) => `${name} \t${messages}\t${time.toFixed(2)} ns/op`);
    }),
  );
  return [...head, ...lines].join('\n');
}
