/**
 * 62: a worker is terminated from inside a handler that its own message called, while more of its messages are on the way.
 * node handler.mjs <engine>
 */
import { isMainThread, workerData } from 'node:worker_threads';
import { attach } from 'hchan';
import { check, exited, make, say, start } from './scene.mjs';

if (isMainThread) {
  for (let round = 0; round < 5; round++) {
    const channel = make(round);
    const worker = start(import.meta.url, { channel: channel.sender().share(), blocking: round % 2 === 1 });
    const gone = exited(worker);
    const values = [];
    const stop = new AbortController();
    const consumed = channel
      .consume(
        (value) => {
          values.push(value);
          if (values.length === 10) worker.terminate();
        },
        { signal: stop.signal },
      )
      .catch((error) => error);
    await gone;
    stop.abort('enough');
    check((await consumed) === 'enough', 'consume ends by its signal');
    for (let got = channel.tryRecv(); got?.ok; got = channel.tryRecv()) values.push(got.value);
    check(values.length >= 10, 'ten were handled');
    for (const [i, value] of values.entries()) check(i === value, `value ${value} at place ${i}`);
    check(channel.tryRecv() === null, 'a dead sender is still waiting');
    channel[Symbol.dispose]();
  }
  say({ fine: true });
} else {
  const channel = attach(workerData.channel);
  for (let i = 0; ; i++) {
    if (workerData.blocking) channel.sendSync(i);
    else await channel.send(i);
  }
}
