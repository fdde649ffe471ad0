#!/usr/bin/env node
/**
 * The concurrent prime sieve: a chain of filters, one for each prime, that grows at its end.
 *
 *   2, 3, 4, … ──▶ drop multiples of 2 ──▶ drop multiples of 3 ──▶ … ──▶ the next prime
 *
 * Every stage runs until the context ends; that is all the cleaning up there is.
 */
import { fileURLToPath } from 'node:url';
import { chan, select, send } from 'hchan';
import { background, withCancel } from 'hchan/context';

/** Sends one number, or finds that it is over. */
const pass = async (out, number, ctx) => (await select({ out: send(out, number), stop: ctx.done })).key === 'out';

async function count(out, ctx) {
  for (let number = 2; await pass(out, number, ctx); number++);
}

async function filter(from, out, prime, ctx) {
  for (;;) {
    const got = await select({ number: from, stop: ctx.done });
    if (got.key === 'stop' || !got.ok) return;
    if (got.value % prime !== 0 && !(await pass(out, got.value, ctx))) return;
  }
}

/** The first `many` primes. */
export async function primes(many, options) {
  const { ctx, cancel } = withCancel(background());
  const running = [];
  const found = [];
  let numbers = chan(0, options);
  running.push(count(numbers, ctx));
  while (found.length < many) {
    const { value: prime } = await numbers.recv();
    found.push(prime);
    const left = chan(0, options);
    running.push(filter(numbers, left, prime, ctx));
    numbers = left;
  }
  cancel();
  await Promise.all(running);
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log((await primes(25)).join(' '));
