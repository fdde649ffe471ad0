/**
 * Kills a test process whose event loop has not turned for a minute, and says in which test: a synchronous call that
 * never comes back cannot be timed out by the test runner itself.
 */
import { Worker } from 'node:worker_threads';
import { afterAll, beforeEach } from 'vitest';

const LIMIT_SECONDS = 90;
const TITLE_BYTES = 512;
const shared = new SharedArrayBuffer(8 + TITLE_BYTES);
const words = new Int32Array(shared, 0, 2);
const title = new Uint8Array(shared, 8);

const SOURCE = `
const { workerData } = require('node:worker_threads');
const words = new Int32Array(workerData.shared, 0, 2);
let last = -1, still = 0;
for (;;) {
  Atomics.wait(words, 1, 0, 1000);
  const now = Atomics.load(words, 0);
  still = now === last ? still + 1 : 0;
  last = now;
  if (still < ${LIMIT_SECONDS}) continue;
  const title = Buffer.from(new Uint8Array(workerData.shared, 8)).toString().replace(/\\0+$/, '');
  require('node:fs').writeSync(2, 'watchdog: the event loop stood still in: ' + title + '\\n');
  process.kill(process.pid, 'SIGKILL');
}`;

const dog = new Worker(SOURCE, { eval: true, workerData: { shared }, execArgv: [] });
dog.unref();
const beat = setInterval(() => Atomics.add(words, 0, 1), 500);
beat.unref();

beforeEach((context) => {
  Atomics.add(words, 0, 1);
  title.fill(0);
  title.set(
    Buffer.from(`${context.task.file.name} > ${context.task.suite?.name ?? ''} > ${context.task.name}`).subarray(0, TITLE_BYTES),
  );
});

afterAll(async () => {
  clearInterval(beat);
  await dog.terminate();
});
