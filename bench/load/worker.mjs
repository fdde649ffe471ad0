/** Loads what it is told to, and says so. */
import { parentPort, workerData } from 'node:worker_threads';

const { specifier, use } = workerData;
const loaded = specifier === null ? undefined : await import(specifier);
if (use) loaded.chan(1);
parentPort.postMessage(null);
