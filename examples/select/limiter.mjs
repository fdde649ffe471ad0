#!/usr/bin/env node
/**
 * A rate limiter: requests wait for permits, a ticker brings one permit at a time, and a few may be saved up for bursts.
 */
import { fileURLToPath } from 'node:url';
import { chan, select, ticker } from 'hchan';

/** Puts a permit into `permits` every `ms`, as long as it has room, until `stop` is closed. */
async function refill(permits, ms, stop) {
  const ticks = ticker(ms);
  for (;;) {
    const got = await select({ tick: ticks, stop });
    if (got.key === 'stop') return ticks[Symbol.dispose]();
    permits.trySend(Date.now());
  }
}

/** Serves `requests` at one every `ms`, the first `burst` of them at once; returns when each was served, in ms from the start. */
export async function limited(requests, { ms, burst, ...options }) {
  const permits = chan(burst, options);
  const stop = chan(0, options);
  while (permits.trySend(Date.now()));
  const start = performance.now();
  const refilling = refill(permits, ms, stop);
  const served = [];
  for (const request of requests) {
    await permits.recv();
    served.push({ request, at: performance.now() - start });
  }
  stop.close();
  await refilling;
  return served;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { request, at } of await limited(['a', 'b', 'c', 'd', 'e', 'f'], { ms: 50, burst: 3 })) {
    console.log(`${request} after ${at.toFixed()} ms`);
  }
}
