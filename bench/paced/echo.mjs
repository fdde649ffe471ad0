/** Sends back what it gets, by the way it was started for. */
import { parentPort, workerData } from 'node:worker_threads';
import { attach } from 'hchan';

const { way, ping, pong } = workerData;

if (way === 'postMessage') parentPort.on('message', (value) => parentPort.postMessage(value));
else {
  const [from, to] = [attach(ping), attach(pong)];
  if (way === 'blocking') for (const value of from.valuesSync()) to.sendSync(value);
  else for await (const value of from) await to.send(value);
}
