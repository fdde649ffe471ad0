/** The pipeline over channels: paths to the workers, records back, one channel each, however many workers there are. */
import { chan } from 'hchan';
import * as messages from './messages.mjs';
import { startWorkers } from './workers.mjs';

/** A token of `handle`, which is then given back: handles are counted, and one that is kept here keeps its channel open. */
function lend(handle) {
  const token = handle.share();
  handle[Symbol.dispose]();
  return token;
}

/** Counts the words of `paths` with `workers` threads over `engine`, giving every record to `merge`. Returns the workers' totals. */
export async function overChannels({ engine, workers, paths, merge, signal }) {
  const jobs = chan(64, { engine, codec: messages.path, name: 'paths' });
  const records = chan(1024, { engine, codec: messages.record, name: 'records' });
  const reports = chan(workers, { engine, codec: messages.totals, name: 'reports' });
  const tokens = () => ({
    paths: lend(jobs.receiver()),
    records: lend(records.sender()),
    reports: lend(reports.sender()),
  });

  const crew = await startWorkers('worker.mjs', workers, signal, tokens);
  try {
    const start = performance.now();
    // From here on only the workers can send records, so the channels close when the last of them is done.
    const [incoming, totals] = [records.receiver(), reports.receiver()];
    for (const channel of [records, reports]) channel[Symbol.dispose]();

    await crew.unlessOneFails([jobs.sendMany(paths, { signal }).then(() => jobs.close()), incoming.consume(merge, { signal })]);
    const reported = await crew.unlessOneFails([totals.recvMany(workers, { signal })]);
    return { seconds: (performance.now() - start) / 1000, totals: reported[0], engine: jobs.engine };
  } finally {
    await crew.stop();
  }
}
