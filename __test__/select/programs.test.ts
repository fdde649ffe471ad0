/** 77 Whole programs, the examples, on every engine. */
import { expect, test } from 'vitest';
import { chain } from '../../examples/select/chain.mjs';
import { squares } from '../../examples/select/fan.mjs';
import { limited } from '../../examples/select/limiter.mjs';
import { pool } from '../../examples/select/pool.mjs';
import { askAll } from '../../examples/select/reply.mjs';
import { coefficients, show } from '../../examples/select/series.mjs';
import { primes } from '../../examples/select/sieve.mjs';
import { CROSSING, ENGINES, forEngines, scaled } from '../conformance/engines.js';

const LONG = 240_000;

forEngines(ENGINES, ({ name: engine }) => {
  test('77 the concurrent prime sieve finds the primes', { timeout: LONG }, async () => {
    const found = await primes(100, { engine });
    expect(found.slice(0, 10)).toEqual([2, 3, 5, 7, 11, 13, 17, 19, 23, 29]);
    expect(found).toHaveLength(100);
    expect(found[99]).toBe(541);
  });

  test('77 power series give exp and tan from their own definitions', { timeout: LONG }, async () => {
    expect((await coefficients('exp', 8, { engine })).map(show)).toEqual([
      '1',
      '1',
      '1/2',
      '1/6',
      '1/24',
      '1/120',
      '1/720',
      '1/5040',
    ]);
    const tan = await coefficients('tan', 10, { engine });
    expect(tan.map(show)).toEqual(['0', '1', '0', '1/3', '0', '2/15', '0', '17/315', '0', '62/2835']);
  });

  test('77 a daisy chain of 10 000 stages passes a number through all of them', { timeout: LONG }, async () => {
    const stages = scaled(10_000, 100);
    expect(await chain(stages, { engine })).toBe(stages + 1);
  });

  test('a rate limiter lets a burst through and then one at a time', async () => {
    const served = await limited([1, 2, 3, 4, 5, 6], { engine, ms: 10, burst: 3 });
    expect(served.map(({ request }) => request)).toEqual([1, 2, 3, 4, 5, 6]);
    for (const [i, at] of [10, 20, 30].entries()) expect(served[i + 3].at).toBeGreaterThanOrEqual(at);
  });

  test('fan-out and fan-in deliver each result once', async () => {
    const got = await squares(200, 5, { engine });
    expect(got.sort((a: number, b: number) => a - b)).toEqual(Array.from({ length: 200 }, (_, i) => (i + 1) ** 2));
  });
});

forEngines(CROSSING, ({ name: engine }) => {
  test('a worker pool does all its jobs and ends in order', { timeout: LONG }, async () => {
    const { got, codes } = await pool({ engine, workers: 3, upTo: 500 });
    expect(got.map(({ job }: { job: number }) => job).sort((a: number, b: number) => a - b)).toEqual(
      Array.from({ length: 500 }, (_, i) => i + 1),
    );
    expect(codes).toEqual([0, 0, 0]);
  });

  test('a worker pool that is cancelled ends in order too, jobs or no jobs', { timeout: LONG }, async () => {
    const { got, codes } = await pool({ engine, workers: 3, upTo: 1e9, enough: 50 });
    expect(got).toHaveLength(50);
    expect(new Set(got.map(({ job }: { job: number }) => job)).size).toBe(50);
    expect(codes).toEqual([0, 0, 0]);
  });

  test('request and reply: each answer comes by the channel in its request', async () => {
    const questions = Array.from({ length: 100 }, (_, i) => `question ${i}`);
    expect(await askAll(questions, { engine })).toEqual(questions.map((question) => question.split('').reverse().join('')));
  });
});
