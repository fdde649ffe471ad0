/**
 * 63: a worker terminated when it has sent many messages one by one: all of them are there, in order, and the rest of the room is.
 * node written.mjs <engine> <messages that the worker sends>
 */
import { isMainThread, workerData } from 'node:worker_threads';
import { attach, codec } from 'hchan';
import { check, make, reach, say, shareWords, start } from './scene.mjs';

if (isMainThread) await main(Number(process.argv[3]));
else {
  const { words, channel: token, count } = workerData;
  const channel = attach(token);
  for (let i = 0; i < count; i++) if (!channel.trySend(i)) throw new Error(`there is no room for message ${i}`);
  Atomics.store(words, 0, 1);
  for (;;) Atomics.load(words, 0);
}

async function main(count) {
  const [channel, words] = [make(256, { codec: codec.f64 }), shareWords()];
  const worker = start(import.meta.url, { words, channel: channel.share(), count });
  await reach(words, 0);
  check(channel.length === count, `length is ${channel.length}, not ${count}`);
  check(channel.tryRecv()?.value === 0, 'the first message is not there');
  await worker.terminate();
  for (let i = count; i < 257; i++) check(channel.trySend(i), `there is room for ${i} messages only`);
  check(!channel.trySend(0), 'there is more room than the capacity');
  for (let i = 1; i < 257; i++) {
    const got = channel.tryRecv();
    check(got?.value === i, `got ${JSON.stringify(got)}, not ${i}`);
  }
  check(channel.tryRecv() === null && channel.length === 0, 'something is left');
  say({ fine: true });
}
