/** Sends each message as soon as somebody waits for it. */
import { parentPort } from 'node:worker_threads';
import { attach } from 'hchan';

parentPort.on('message', (messages) => {
  for (const [token, value] of messages) {
    const to = attach(token);
    while (!to.trySend(value));
    to[Symbol.dispose]();
  }
});
