/**
 * 57 and 58: the last handle of a direction is lost with its thread, which ends by `end`.
 * node last.mjs <engine> <end> <capacity>
 */
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { attach } from 'hchan';
import { check, exited, make, outcomeOf, reach, say, shareWords, start } from './scene.mjs';

if (isMainThread) await main(process.argv[3], Number(process.argv[4]));
else {
  const { words, end, sender: senderToken, receiver: receiverToken } = workerData;
  const [sender, receiver] = [attach(senderToken), attach(receiverToken)];
  receiver.recv();
  if (end !== 'idle') for (let i = 0; i < 3; i++) await sender.send(i);
  Atomics.store(words, 0, 1);
  const endings = {
    terminate: () => setInterval(() => {}, 1000),
    idle: () => setInterval(() => {}, 1000),
    exit: () => process.exit(0),
    throw: () => {
      throw new Error('the worker fails');
    },
    return: () => parentPort.close(),
  };
  receiver.unref();
  await new Promise((resolve) => parentPort.once('message', resolve));
  endings[end]();
  globalThis.kept = [sender, receiver];
}

async function main(end, capacity) {
  const [numbers, orders, words] = [make(5), make(capacity), shareWords()];
  const worker = start(import.meta.url, { words, end, sender: numbers.sender().share(), receiver: orders.receiver().share() });
  worker.on('error', () => {});
  const [receiver, sender] = [numbers.receiver(), orders.sender()];
  await reach(words, 0);
  await sender.send('taken');
  for (let i = 0; i < capacity; i++) check(sender.trySend(i), 'room');
  numbers[Symbol.dispose]();
  orders[Symbol.dispose]();
  for (let i = 0; i < 30; i++) {
    // The handles that only made tokens are collected.
    globalThis.gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
  check(receiver.closed === false, 'the worker still has a sender');
  const waiting = outcomeOf(sender.send('waiting'));
  const gone = exited(worker);
  worker.postMessage('now');
  if (end === 'terminate' || end === 'idle') await worker.terminate();
  await gone;
  const error = await waiting;
  check(error.error === 'DisconnectedError' && error.value === 'waiting', `a waiting send got ${JSON.stringify(error)}`);
  const later = await outcomeOf(sender.send('later'));
  check(later.error === 'DisconnectedError', `a later send got ${JSON.stringify(later)}`);
  const values = [];
  for await (const value of receiver) values.push(value);
  check(JSON.stringify(values) === (end === 'idle' ? '[]' : '[0,1,2]'), `drained ${values}`);
  check(receiver.closed, 'closed by itself');
  say({ fine: true });
}
