/** The suite on Web Workers: a page, or a host that has them too. */
import { runAll } from './checks.mjs';

function startWorker(message, onAnswer) {
  const worker = new Worker(new URL('./web-worker.mjs', import.meta.url), { type: 'module' });
  worker.onmessage = ({ data }) => onAnswer(data);
  worker.onerror = (event) => onAnswer({ error: event.message });
  worker.postMessage(message);
  return () => worker.terminate();
}

const isPage = 'document' in globalThis;
const [engine, only] = globalThis.process?.argv?.slice(2) ?? [];
await runAll({ engine: engine ?? 'shared', only, mainBlocks: !isPage, startWorker, tell: console.log });
