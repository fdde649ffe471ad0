/**
 * 62: a worker terminated while it waits in `kind` (awaiting): others are unaffected and no waiter is left behind.
 * node parked.mjs <engine> <kind> <capacity>
 */
import { isMainThread, workerData } from 'node:worker_threads';
import { attach, select, send } from 'hchan';
import { check, make, reach, say, shareWords, start } from './scene.mjs';

const KINDS = {
  recv: (channel) => channel.recv(),
  recvMany: (channel) => channel.recvMany(4),
  iterate: async (channel) => {
    for await (const _ of channel);
  },
  consume: (channel) => channel.consume(() => {}),
  select: (channel, quiet) => select({ channel, quiet }),
  send: (channel) => channel.send(66),
  sendMany: (channel) => channel.sendMany([66, 67, 68]),
  selectSend: (channel, quiet) => select({ out: send(channel, 66), quiet }),
};

if (isMainThread) await main(process.argv[3], Number(process.argv[4]));
else {
  const { kind, words, channel, quiet } = workerData;
  KINDS[kind](attach(channel), attach(quiet));
  setInterval(() => {}, 1000);
  setImmediate(() => Atomics.store(words, 0, 1));
}

async function main(kind, capacity) {
  const [channel, quiet, words] = [make(capacity), make(0), shareWords()];
  const sending = kind.startsWith('send') || kind === 'selectSend';
  if (sending) for (let i = 0; i < capacity; i++) check(channel.trySend(i), 'room');
  const workers = [0, 1, 2].map(() => start(import.meta.url, { kind, words, channel: channel.share(), quiet: quiet.share() }));
  await reach(words, 0);
  const own = sending ? channel.send(99) : channel.recv();
  await workers[0].terminate();
  await workers[1].terminate();
  await workers[2].terminate();
  if (sending) {
    const values = [];
    for (let got = channel.tryRecv(); got !== null; got = channel.tryRecv()) values.push(got.value);
    const expected = [...Array.from({ length: capacity }, (_, i) => i), 99];
    check(JSON.stringify(values) === JSON.stringify(expected), `values ${values}, not ${expected}`);
    await own;
  } else {
    check(channel.trySend(1), 'the one receiver that lives takes it');
    check((await own).value === 1, 'the living receiver gets the message');
    if (capacity === 0) check(channel.trySend(2) === false, 'a dead receiver is still waiting');
    else check(channel.trySend(2) && channel.tryRecv()?.value === 2, 'a dead receiver took a message');
  }
  check(quiet.trySend(1) === false && quiet.tryRecv() === null, 'a dead select is still in a queue');
  say({ fine: true });
}
