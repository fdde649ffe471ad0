/**
 * A worker over channels. It has nothing else to do, so it blocks: on `paths` while there is no file, on `records`
 * while the main thread is behind. It ends when `paths` is closed and drained.
 */
import { workerData } from 'node:worker_threads';
import { attach } from 'hchan';
import { countFile, newTotals } from './count.mjs';

const paths = attach(workerData.paths);
const records = attach(workerData.records);
const reports = attach(workerData.reports);

const totals = newTotals();
for (const path of paths.valuesSync()) records.sendManySync(countFile(path, totals));
reports.sendSync(totals);

// The last worker that gives its handle back closes the channel: that is how the main thread learns that this was all.
records[Symbol.dispose]();
reports[Symbol.dispose]();
