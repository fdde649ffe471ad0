/**
 * 65: the process or a worker ends by `how` with operations pending in every place, and exit handlers use the channels.
 * node exits.mjs <engine> <how>
 */
import { isMainThread, workerData } from 'node:worker_threads';
import { attach, chan, select } from 'hchan';
import { exited, make, pause, reach, say, shareWords, start } from './scene.mjs';

const how = isMainThread ? process.argv[3] : workerData.how;

/** Everything an exit handler could think of; none of it may crash, and errors of the package are fine. */
function useEverything(channel) {
  const calls = [
    () => channel.trySend(1),
    () => channel.tryRecv(),
    () => channel.tryRecvMany(3),
    () => void channel.send(2).catch(() => {}),
    () => void channel.recv().catch(() => {}),
    () => void select({ channel }).catch(() => {}),
    () => channel.recvSync({ timeout: 5, allowMainThread: true }),
    () => attach(channel.share()).trySend(3),
    () => chan(3).trySend(1),
    () => channel.close(),
    () => channel[Symbol.dispose](),
    () => channel.trySend(9),
  ];
  let done = 0;
  for (const call of calls) {
    try {
      call();
      done += 1;
    } catch (error) {
      if (!String(error.code).startsWith('ERR_HCHAN')) throw error;
    }
  }
  return done;
}

function pendEverything(channel) {
  const own = make(0);
  for (const promise of [channel.recv(), channel.recvMany(3), own.send(1), own.sendMany([1, 2]), select({ channel, own })])
    promise.catch(() => {});
  channel.consume(() => {}).catch(() => {});
}

const ENDINGS = {
  exit: () => process.exit(isMainThread ? 5 : 0),
  throw: () => {
    throw new Error('on purpose');
  },
  consume: (channel) => {
    const own = make(1);
    own.consume(() => process.exit(5));
    own.trySend(1);
    pendEverything(channel);
  },
  recv: async () => {
    const own = make(0);
    own.recv().then(() => process.exit(5));
    own.trySend(1);
  },
  reject: () => {
    make(0).send(1, { signal: AbortSignal.abort(new Error('nobody catches this')) });
  },
};

if (isMainThread) {
  const [channel, words] = [make(2), shareWords()];
  const workers = [0, 1].map(() => start(import.meta.url, { how, words, channel: channel.share() }));
  for (const worker of workers) worker.on('error', () => {});
  process.on('exit', () => say({ handled: useEverything(channel) }));
  await reach(words, 0, 2);
  pendEverything(channel);
  if (how.startsWith('worker-')) {
    for (const worker of workers) worker.postMessage('now');
    await Promise.all(workers.map(exited));
    await pause(5);
    process.exit(5);
  } else ENDINGS[how](channel);
} else {
  const { parentPort } = await import('node:worker_threads');
  const channel = attach(workerData.channel);
  pendEverything(channel);
  process.on('exit', () => useEverything(channel));
  parentPort.on('message', () => {
    if (how === 'worker-handles') {
      parentPort.close();
      channel.unref();
      process.exit();
    }
    return ENDINGS[how.slice('worker-'.length)](channel);
  });
  Atomics.add(workerData.words, 0, 1);
}
