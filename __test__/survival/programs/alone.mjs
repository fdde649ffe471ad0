/**
 * 65: only workers load the package, several times over, alone and together; the addon's life does not hang on the main thread.
 * node alone.mjs <engine> <rounds>
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const [, , engine, rounds] = process.argv;

if (isMainThread) {
  for (let round = 0; round < Number(rounds); round++) {
    const worker = new Worker(new URL(import.meta.url), { workerData: { engine, role: 'alone' } });
    const code = await new Promise((resolve, reject) => worker.once('exit', resolve).once('error', reject));
    if (code !== 0) process.exit(96);
  }
  const maker = new Worker(new URL(import.meta.url), { workerData: { engine, role: 'maker' } });
  const made = new Promise((resolve) => maker.once('exit', resolve));
  const token = await new Promise((resolve) => maker.once('message', resolve));
  const user = new Worker(new URL(import.meta.url), { workerData: { engine, role: 'user', token } });
  const got = await new Promise((resolve) => user.once('message', resolve));
  await made;
  process.stdout.write(`${JSON.stringify({ got })}\n`);
} else {
  const { attach, chan } = await import('hchan');
  if (workerData.role === 'user') {
    const channel = attach(workerData.token);
    parentPort.postMessage((await channel.recv()).value);
    channel[Symbol.dispose]();
  } else {
    const channel = chan(1, { engine: workerData.engine });
    if (workerData.role === 'maker') {
      parentPort.postMessage(channel.share());
      await channel.send('from the maker');
      await channel.send('taken by nobody, but there is room');
    } else {
      for (let i = 0; i < 100; i++) {
        channel.sendSync(i);
        if (channel.recvSync().value !== i) process.exit(95);
      }
      const waiting = channel.recv();
      channel.trySend(1);
      await waiting;
    }
  }
}
