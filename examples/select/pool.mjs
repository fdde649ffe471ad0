#!/usr/bin/env node
/**
 * A pool of worker threads that ends in order: when the jobs are done, or as soon as somebody has enough.
 *
 *   main ──jobs──▶ workers ──results──▶ main
 *                      ▲
 *   ctx ───────────────┘ cancelled in main, ends in every worker
 */
import { fileURLToPath } from 'node:url';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { attach, chan, select, send } from 'hchan';
import { background, withCancel } from 'hchan/context';

/** How many steps of the Collatz sequence lead from `number` to 1. */
const steps = (number) => {
  let count = 0;
  for (; number !== 1; count++) number = number % 2 === 0 ? number / 2 : 3 * number + 1;
  return count;
};

async function work(jobs, results, ctx) {
  for (;;) {
    const job = await select({ next: jobs, stop: ctx.done });
    if (job.key === 'stop' || !job.ok) return;
    const result = { job: job.value, steps: steps(job.value) };
    const sent = await select({ out: send(results, result), stop: ctx.done });
    if (sent.key === 'stop') return;
  }
}

/** The first `enough` results of the jobs 1, 2, 3, … `upTo`, by `workers` threads; tells how many workers ended by themselves. */
export async function pool({ workers, upTo, enough = upTo, ...options }) {
  const { ctx, cancel } = withCancel(background());
  const jobs = chan(16, options);
  const results = chan(16, options);
  const tokens = () => ({ jobs: jobs.receiver().share(), results: results.sender().share(), ctx: ctx.share() });
  const crew = Array.from({ length: workers }, () => new Worker(new URL(import.meta.url), { workerData: tokens() }));
  const ended = crew.map((worker) => new Promise((resolve, reject) => worker.on('exit', resolve).on('error', reject)));

  const feeding = feed(jobs, upTo, ctx);
  const got = [];
  while (got.length < enough) got.push((await results.recv()).value);
  cancel(new Error('enough'));
  await feeding;
  const codes = await Promise.all(ended);
  return { got, codes };
}

async function feed(jobs, upTo, ctx) {
  for (let job = 1; job <= upTo; job++) {
    const sent = await select({ job: send(jobs, job), stop: ctx.done });
    if (sent.key === 'stop') return;
  }
  jobs.close();
}

if (!isMainThread && workerData?.jobs !== undefined) {
  await work(attach(workerData.jobs), attach(workerData.results), attach(workerData.ctx));
} else if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { got, codes } = await pool({ workers: 2, upTo: 1_000_000, enough: 1_000 });
  const longest = got.reduce((best, one) => (one.steps > best.steps ? one : best));
  console.log(
    `${got.length} results, the longest: ${longest.job} with ${longest.steps} steps; workers exited with ${codes.join(', ')}`,
  );
}
