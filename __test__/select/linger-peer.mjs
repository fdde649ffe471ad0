/**
 * Sends each message as soon as somebody waits for it; those of a list that counts, one after the other, to one channel. Closing the channel
 * ends the list.
 */
import { parentPort } from 'node:worker_threads';
import { attach, ClosedError } from 'hchan';

function send([token, value, count = 1]) {
  const to = attach(token);
  try {
    for (let i = 0; i < count; i++) while (!to.trySend(value + i));
  } catch (error) {
    if (!(error instanceof ClosedError)) throw error;
  }
  to[Symbol.dispose]();
}

parentPort.on('message', (messages) => messages.forEach(send));
