#!/usr/bin/env node
/**
 * Fan-out and fan-in: one stream spread over several stages, and several streams merged into one.
 *
 *              ┌─▶ square ─┐
 *   numbers ───┼─▶ square ─┼──▶ merged
 *              └─▶ square ─┘
 */
import { fileURLToPath } from 'node:url';
import { chan, select } from 'hchan';

/** Fan-out needs nothing: several receivers share a channel, and each message goes to one of them. */
async function square(from, out) {
  for await (const number of from) await out.send(number * number);
  out.close();
}

/** Fan-in: whatever comes first, until all have ended. A stream that has ended becomes a case that is never ready. */
export async function* merge(streams) {
  const cases = Object.fromEntries(streams.entries());
  for (let open = streams.length; open > 0; ) {
    const got = await select(cases);
    if (got.ok) yield got.value;
    else {
      cases[got.key] = null;
      open--;
    }
  }
}

/** The squares of 1 to `many`, by `stages` stages, in whatever order they come. */
export async function squares(many, stages, options) {
  const numbers = chan(4, options);
  const streams = Array.from({ length: stages }, () => chan(1, options));
  const running = streams.map((out) => square(numbers, out));
  running.push(numbers.sendMany(Array.from({ length: many }, (_, i) => i + 1)).then(() => numbers.close()));
  const merged = [];
  for await (const number of merge(streams)) merged.push(number);
  await Promise.all(running);
  return merged;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log((await squares(20, 3)).join(' '));
