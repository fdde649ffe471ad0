/** Sends each message as soon as somebody waits for it; those of a list that counts, from 0 on, to one channel. */
import { parentPort } from 'node:worker_threads';
import { attach } from 'hchan';

parentPort.on('message', (messages) => {
  for (const [token, value, count = 1] of messages) {
    const to = attach(token);
    for (let i = 0; i < count; i++) while (!to.trySend(value + i));
    to[Symbol.dispose]();
  }
});
