/** Starts worker threads and stops them, whatever happens in between. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** Starts `count` workers on `file`, each with its own `workerData`, and waits until all of them run. */
export async function startWorkers(file, count, signal, workerData = () => undefined) {
  signal.throwIfAborted();
  const threads = Array.from({ length: count }, () => new Worker(new URL(file, import.meta.url), { workerData: workerData() }));
  const failed = new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    for (const worker of threads) worker.once('error', reject);
  });
  failed.catch(() => {});
  const crew = {
    threads,
    /** All of `promises`, or the first error of theirs, of a worker's, or the abort. */
    unlessOneFails: (promises) => Promise.race([failed, Promise.all(promises)]),
    stop: () => Promise.all(threads.map((worker) => worker.terminate())),
  };
  await crew.unlessOneFails(threads.map((worker) => once(worker, 'online')));
  return crew;
}
