/** A worker thread of a contestant: prepares its role, waits at the barrier with the others, plays it, reports. */
import { parentPort, workerData } from 'node:worker_threads';
import { type Order, prepare } from './order.js';
import type { Tally } from './roles.js';

const gate = workerData as Int32Array;

/** What a thread says once it is done; `end` is of the process-wide clock. */
export type Report = { readonly ready: true } | { readonly tally: Tally; readonly end: bigint };

parentPort?.on('message', async ({ order, round }: { order: Order; round: number }) => {
  const prepared = await prepare(order);
  parentPort?.postMessage({ ready: true } satisfies Report);
  // The gate shows the number of the last round that was let go.
  while (Atomics.load(gate, 0) < round) Atomics.wait(gate, 0, round - 1);
  const tally = await prepared.run();
  parentPort?.postMessage({ tally, end: process.hrtime.bigint() } satisfies Report);
});
