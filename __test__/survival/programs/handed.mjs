/**
 * 63: a worker terminated with messages handed over but not taken: other receivers get them, in order.
 * node handed.mjs <engine> <capacity>
 */
import { isMainThread, workerData } from 'node:worker_threads';
import { attach } from 'hchan';
import { check, make, reach, say, shareWords, start } from './scene.mjs';

if (isMainThread) await main(Number(process.argv[3]));
else {
  const { words, channel: token } = workerData;
  const channel = attach(token);
  for (let i = 0; i < 2; i++) channel.recv();
  Atomics.store(words, 0, 1);
  // The loop stands still: what is handed over is never taken.
  for (;;) Atomics.load(words, 0);
}

async function main(capacity) {
  const [channel, words] = [make(capacity), shareWords()];
  const worker = start(import.meta.url, { words, channel: channel.share() });
  await reach(words, 0);
  check(channel.trySend(1) && channel.trySend(2), 'two receivers were waiting');
  for (let i = 0; i < capacity; i++) channel.trySend(3 + i);
  await worker.terminate();
  const values = [];
  const deadline = Date.now() + 5000;
  while (values.length < 2 + capacity && Date.now() < deadline) {
    const got = await channel.recv({ signal: AbortSignal.timeout(1000) }).catch(() => undefined);
    if (got?.ok) values.push(got.value);
  }
  const expected = Array.from({ length: 2 + capacity }, (_, i) => i + 1);
  check(JSON.stringify(values) === JSON.stringify(expected), `got ${JSON.stringify(values)}, not ${JSON.stringify(expected)}`);
  check(channel.tryRecv() === null && channel.length === 0, 'something is left');
  say({ fine: true });
}
