/** The same worker over plain `postMessage`: no backpressure, and `null` has to stand for the end. */
import { parentPort } from 'node:worker_threads';
import { countFile, newTotals } from './count.mjs';

const totals = newTotals();
parentPort.on('message', (path) => {
  if (path === null) {
    parentPort.postMessage(totals);
    parentPort.close();
    return;
  }
  for (const record of countFile(path, totals)) parentPort.postMessage(record);
});
