/** Each time `word` grows, up to `rounds`: sends that number to the first channel and then to the second, or closes that. */
import { parentPort } from 'node:worker_threads';
import { attach } from 'hchan';

parentPort.on('message', ({ tokens, word, rounds, closes }) => {
  const [a, b] = tokens.map((token) => attach(token));
  parentPort.postMessage('ready');
  for (let round = 1; round <= rounds; round++) {
    while (Atomics.load(word, 0) < round);
    a.trySend(round);
    if (closes) b.close();
    else b.trySend(round);
  }
  for (const end of [a, b]) end[Symbol.dispose]();
});
