/**
 * 68: workers load, use and are terminated at random points, several at once, some before they have loaded at all.
 * node load.mjs <engine> <seed> <workers>
 */
import { isMainThread, workerData } from 'node:worker_threads';

const [, , , seed, workers] = process.argv;

if (isMainThread) {
  const { exited, pause, say, start } = await import('./scene.mjs');
  let [started, state] = [0, Number(seed)];
  const random = (below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % below;
  };
  const live = async () => {
    while (started < Number(workers)) {
      started += 1;
      const worker = start(import.meta.url, { wait: random(3) });
      const gone = exited(worker);
      await pause(random(90));
      await worker.terminate();
      await gone;
    }
  };
  await Promise.all([live(), live(), live()]);
  say({ started });
} else {
  const { make } = await import('./scene.mjs');
  const channel = make(workerData.wait);
  for (;;) {
    const sent = channel.send(1);
    await channel.recv();
    await sent;
    if (workerData.wait === 2) {
      channel.trySend(2);
      channel.recvSync({ timeout: 1 });
    }
    const extra = make(1);
    extra.recv().catch(() => {});
    extra[Symbol.dispose]();
  }
}
