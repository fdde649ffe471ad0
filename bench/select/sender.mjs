/** The thread that wakes: sends the next number on each channel that it is asked to. */
import { parentPort, workerData } from 'node:worker_threads';
import { attach } from 'hchan';

/** How long the other thread is let come to rest, in ms. */
const REST = 1;

const { tokens, asked, sent } = workerData;
const senders = tokens.map((token) => attach(token));
const pause = new Int32Array(new SharedArrayBuffer(4));
parentPort.postMessage('ready');

let value = 0;
for (const index of attach(asked).valuesSync()) {
  Atomics.wait(pause, 0, 0, REST);
  Atomics.store(sent, 0, process.hrtime.bigint());
  senders[index].sendSync(value++);
}
