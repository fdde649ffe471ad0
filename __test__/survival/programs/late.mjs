/**
 * 63: a message that reaches a blocked worker after it was told to end, but before it has, goes to another receiver.
 * node late.mjs <engine> <recvSync|recvManySync|selectSync> <capacity>
 */
import { isMainThread, workerData } from 'node:worker_threads';
import { attach, selectSync } from 'hchan';
import { check, make, pause, reach, say, shareWords, start } from './scene.mjs';

const KINDS = {
  recvSync: (channel) => channel.recvSync(),
  recvManySync: (channel) => channel.recvManySync(4),
  selectSync: (channel) => selectSync({ channel }),
};

if (isMainThread) await main(process.argv[3], Number(process.argv[4]));
else {
  const channel = attach(workerData.channel);
  Atomics.store(workerData.words, 0, 1);
  KINDS[workerData.kind](channel);
  Atomics.store(workerData.words, 1, 1);
}

async function main(kind, capacity) {
  const [channel, words] = [make(capacity), shareWords()];
  const worker = start(import.meta.url, { kind, words, channel: channel.share() });
  await reach(words, 0);
  await pause(60);
  const ended = worker.terminate();
  const sent = channel.trySend(1);
  await ended;
  check(Atomics.load(words, 1) === 0, 'the worker went on after terminate()');
  const left = channel.tryRecv();
  if (sent) check(left?.value === 1, `the message is lost: ${JSON.stringify(left)}`);
  else check(left === null, 'a message that was not sent');
  say({ fine: true });
}
