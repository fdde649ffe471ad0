/** The suite on `node:worker_threads`. Both ends of it. `threads.mjs [engine [only]]` */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { answer, runAll } from './checks.mjs';

function startWorker(message, onAnswer) {
  const worker = new Worker(new URL(import.meta.url), { workerData: message });
  worker.on('message', onAnswer);
  worker.on('error', (error) => onAnswer({ error: error.stack }));
  return () => worker.terminate();
}

const [engine, only] = process.argv.slice(2);
if (isMainThread) await runAll({ engine: engine ?? 'shared', only, mainBlocks: true, startWorker, tell: console.log });
else parentPort.postMessage(await answer(workerData));
