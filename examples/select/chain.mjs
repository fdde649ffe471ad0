#!/usr/bin/env node
/** A daisy chain: each stage takes a number from its right and hands it, plus one, to its left. */
import { fileURLToPath } from 'node:url';
import { chan } from 'hchan';

async function stage(left, right) {
  const { value } = await right.recv();
  await left.send(value + 1);
}

/** What comes out of a chain of `stages` when 1 goes in. */
export async function chain(stages, options) {
  const leftmost = chan(0, options);
  const running = [];
  let left = leftmost;
  for (let i = 0; i < stages; i++) {
    const right = chan(0, options);
    running.push(stage(left, right));
    left = right;
  }
  running.push(left.send(1));
  const { value } = await leftmost.recv();
  await Promise.all(running);
  return value;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const start = performance.now();
  console.log(`${await chain(10_000)} after ${(performance.now() - start).toFixed()} ms`);
}
