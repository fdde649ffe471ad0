/**
 * 64: a worker blocked in `kind`, in a loop that has run hot before, ends within 100 ms of `end`: terminate or exit.
 * node blocked.mjs <engine> <kind> <end>
 */
import { isMainThread, workerData } from 'node:worker_threads';
import { attach, selectSync, send } from 'hchan';
import { check, make, pause, reach, say, shareWords, start } from './scene.mjs';

const WARM = 20_000;
const KINDS = {
  recvSync: (channel) => channel.recvSync(),
  recvManySync: (channel) => channel.recvManySync(4),
  valuesSync: (channel) => {
    for (const _ of channel.valuesSync()) return;
  },
  selectSync: (channel, quiet) => selectSync({ channel, quiet }),
  sendSync: (channel) => channel.sendSync(1),
  sendManySync: (channel) => channel.sendManySync([1]),
  selectSend: (channel, quiet) => selectSync({ out: send(channel, 1), quiet }),
};
const sends = (kind) => kind.startsWith('send') || kind === 'selectSend';

if (isMainThread) await main(process.argv[3], process.argv[4]);
else work(workerData);

/** One loop, hot long before it blocks: as long as it is warm, it makes its own operation possible. */
function work({ kind, words, channel: token, quiet: quietToken }) {
  const [channel, quiet] = [attach(token), attach(quietToken)];
  for (let i = 0; ; i++) {
    if (i >= WARM) Atomics.store(words, 0, 1);
    else if (sends(kind)) channel.tryRecv();
    else channel.trySend(i);
    KINDS[kind](channel, quiet);
  }
}

async function main(kind, end) {
  const [channel, quiet, words] = [make(1), make(0), shareWords()];
  const worker = start(import.meta.url, { kind, words, channel: channel.share(), quiet: quiet.share() });
  await reach(words, 0);
  await pause(20);
  const started = Date.now();
  if (end === 'exit') {
    say({ at: started });
    process.exit(7);
  }
  await worker.terminate();
  const ms = Date.now() - started;
  // No waiter is left behind: what is put in stays, what is taken is what was there.
  if (sends(kind)) {
    check(channel.length === 1 && channel.tryRecv()?.ok && channel.tryRecv() === null, 'a dead sender still sends');
  } else check(channel.trySend(5) && channel.tryRecv()?.value === 5, 'a dead receiver still receives');
  check(quiet.trySend(1) === false && quiet.tryRecv() === null, 'a dead select is still in a queue');
  say({ ms });
}
