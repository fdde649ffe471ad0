/** A worker that runs scripts: `{ give, token }`, `{ run, steps, mode }` and `{ drop }` come in by message, results go out. */
import { parentPort, workerData } from 'node:worker_threads';
import { attach } from 'hchan';
import { Actor, report } from './script.mjs';

const actor = new Actor(new Int32Array(workerData.shared));

const COMMANDS = {
  give: ({ name, token }) => actor.give(name, attach(token), true),
  run: ({ steps, mode }) => actor.run(steps, mode),
  drop: () => actor.drop(),
};

parentPort.on('message', async (message) => {
  try {
    parentPort.postMessage({ id: message.id, result: await COMMANDS[message.command](message) });
  } catch (error) {
    parentPort.postMessage({ id: message.id, failure: report(error) });
  }
});
parentPort.postMessage({ id: 0, result: 'ready' });
