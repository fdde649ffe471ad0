/**
 * The process that is fuzzed: two threads play random scripts against the addon at the same time, and a third has a channel
 * that nobody may touch. `node program.mjs <seed> <ms> <file>`, or `node program.mjs replay <script.json>`.
 *
 * Before each script its text is written to `<file>` (the worker's to `<file>.worker`), so that one that ends the process
 * can be read afterwards. One JSON line on standard output says how much was played.
 */
import { openSync, readFileSync, writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import fc from 'fast-check';
import { connect, native } from '../../build/native/binding.js';
import { loadAddon } from '../../build/native/loader.js';
import { Stage, script, shareTokens } from './script.mjs';

const MESSAGES = 5;

/** Plays scripts for `ms`. */
async function fuzz(stage, seed, ms, file) {
  const kept = openSync(file, 'w');
  let scripts = 0;
  await fc.assert(
    fc.asyncProperty(script, async (steps) => {
      const text = JSON.stringify(steps);
      // Padded over what a longer one has left behind.
      writeSync(kept, `${text}${' '.repeat(Math.max(0, 16_384 - text.length))}`, 0);
      stage.play(steps);
      scripts += 1;
      if (scripts % 8 === 0) await setImmediate();
    }),
    { seed, numRuns: 2 ** 31 - 1, interruptAfterTimeLimit: ms },
  );
  return { scripts, calls: stage.calls };
}

function start(role) {
  const loaded = connect(
    () => {},
    () => {},
  );
  if (loaded instanceof Error) throw loaded;
  return role;
}

/** A channel with messages in it, in a thread of its own; only its 128-bit key leads there. */
function guard() {
  const { open, trySend, tryRecv, length } = native;
  const handle = open(0, MESSAGES + 1);
  for (let i = 0; i < MESSAGES; i++) trySend(handle);
  return () => length(handle) === MESSAGES && tryRecv(handle) === 0;
}

/** An addon in the same thread that was never given a scratch and a listener. */
function unborn() {
  const loaded = loadAddon();
  if (loaded instanceof Error) throw loaded;
  const stage = new Stage({ ...loaded.binding, init: () => 0 }, shareTokens(), false);
  fc.assert(
    fc.property(script, (steps) => stage.play(steps)),
    { numRuns: 500 },
  );
  return stage.calls;
}

function worker(role, data) {
  const made = new Worker(new URL(import.meta.url), { workerData: { ...data, role } });
  return {
    post: (message) => made.postMessage(message),
    result: new Promise((resolve, reject) => made.once('message', resolve).once('error', reject)),
  };
}

async function main() {
  const [seed, ms, file] = process.argv.slice(2);
  start('main');
  const tokens = shareTokens();
  if (seed === 'replay') {
    new Stage(native, tokens).play(JSON.parse(readFileSync(ms, 'utf8')));
    return { replayed: 1 };
  }
  const guarded = worker('guard', {});
  const peer = worker('peer', { seed: Number(seed) + 1, ms: Number(ms), file: `${file}.worker`, tokens });
  const before = unborn();
  const mine = await fuzz(new Stage(native, tokens), Number(seed), Number(ms), file);
  const theirs = await peer.result;
  guarded.post('look');
  return {
    scripts: mine.scripts + theirs.scripts,
    calls: before + mine.calls + theirs.calls,
    untouched: await guarded.result,
  };
}

async function played() {
  start(workerData.role);
  const { parentPort } = await import('node:worker_threads');
  if (workerData.role === 'peer') {
    const { seed, ms, file, tokens } = workerData;
    parentPort.postMessage(await fuzz(new Stage(native, tokens), seed, ms, file));
    return;
  }
  const intact = guard();
  parentPort.once('message', () => parentPort.postMessage(intact()));
}

if (isMainThread) writeSync(1, `${JSON.stringify(await main())}\n`);
else await played();
