// Sends what it received back squared, blocking its thread.
import { workerData } from 'node:worker_threads';
import { attach } from 'hchan';

const { jobs, results } = workerData;
const to = attach(results);
for (const n of attach(jobs).valuesSync()) to.sendSync(n * n);
to.close();
