/** The same pipeline over plain `postMessage`, dealing the paths out in turn since a port has one reader. */
import { startWorkers } from './workers.mjs';

/** As `overChannels`. */
export async function overPorts({ workers, paths, merge, signal }) {
  const crew = await startWorkers('port-worker.mjs', workers, signal);
  try {
    const start = performance.now();
    const finished = crew.threads.map(
      (worker) =>
        new Promise((resolve) => {
          worker.on('message', (message) => ('word' in message ? merge(message) : resolve(message)));
        }),
    );
    let turn = 0;
    for (const path of paths) crew.threads[turn++ % workers].postMessage(path);
    for (const worker of crew.threads) worker.postMessage(null);
    const totals = await crew.unlessOneFails(finished);
    return { seconds: (performance.now() - start) / 1000, totals, engine: 'MessagePort' };
  } finally {
    await crew.stop();
  }
}
