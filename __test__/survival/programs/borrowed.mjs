/**
 * 63: a worker terminated between two messages of many that it takes at once: others get the rest, in order.
 * node borrowed.mjs <engine> <messages that the worker takes>
 */
import { isMainThread, workerData } from 'node:worker_threads';
import { attach, codec } from 'hchan';
import { check, make, reach, say, shareWords, start } from './scene.mjs';

const COUNT = 200;

if (isMainThread) await main(Number(process.argv[3]));
else {
  const { words, channel: token, taken } = workerData;
  const channel = attach(token);
  for (let i = 0; i < taken; i++) if (channel.tryRecv()?.value !== i) throw new Error(`message ${i} is not there`);
  Atomics.store(words, 0, 1);
  for (;;) Atomics.load(words, 0);
}

async function main(taken) {
  const [channel, words] = [make(256, { codec: codec.f64 }), shareWords()];
  for (let i = 0; i < COUNT; i++) channel.trySend(i);
  const worker = start(import.meta.url, { words, channel: channel.share(), taken });
  await reach(words, 0);
  check(channel.length === COUNT - taken, `length is ${channel.length}, not ${COUNT - taken}`);
  await worker.terminate();
  for (let i = taken; i < COUNT; i++) {
    const got = channel.tryRecv();
    check(got?.value === i, `got ${JSON.stringify(got)}, not ${i}`);
  }
  check(channel.tryRecv() === null && channel.length === 0, 'something is left');
  for (let i = 0; i < 256; i++) check(channel.trySend(i), `there is room for ${i} messages only`);
  check(!channel.trySend(0), 'there is more room than the capacity');
  say({ fine: true });
}
