// A user with a worker, on both ends of two channels.
import { Worker } from 'node:worker_threads';
import { chan, codec } from 'hchan';

const jobs = chan(2, { codec: codec.f64 });
const results = chan(2, { codec: codec.f64 });
new Worker(new URL('./worker.mjs', import.meta.url), {
  workerData: { jobs: jobs.receiver().share(), results: results.sender().share() },
});
const sending = jobs.sendMany([1, 2, 3]).then(() => jobs.close());
const received = [];
for await (const n of results) received.push(n);
await sending;
console.log(JSON.stringify({ engine: jobs.engine, received }));
