/**
 * The smoke suite: checks of two ends each, side by side. `main` runs in the thread that the host starts with, `worker` in
 * a worker that `main` starts; what the worker returns or throws, `result` resolves or rejects with.
 */
import { chan } from 'hchan';
import { crossing } from './crossing.mjs';
import { values } from './values.mjs';
import { waiting } from './waiting.mjs';

const checks = { ...crossing, ...values, ...waiting };
const LIMIT_MS = 30_000;

/**
 * Runs all checks. `startWorker(message, onAnswer)` starts a worker that answers once, and returns a function that ends it;
 * `tell` is given a line of JSON for each check. `only` chooses those with it in their name.
 */
export async function runAll({ engine, only = '', mainBlocks, startWorker, tell }) {
  const chosen = Object.entries(checks).filter(([name]) => name.includes(only));
  for (const [name, { main }] of chosen) {
    const [running, began] = [new Set(), performance.now()];
    const host = {
      chan: (capacity, options) => chan(capacity, { engine, ...options }),
      local: (capacity) => chan(capacity, { engine: 'local' }),
      mainBlocks,
      start: (tokens) => started(running, startWorker, { name, tokens }),
    };
    const error = await inTime(main(host)).then(
      () => undefined,
      (reason) => `${reason?.stack ?? reason}`,
    );
    for (const terminate of running) await terminate();
    tell(JSON.stringify({ check: name, ms: Math.round(performance.now() - began), error }));
  }
  tell(JSON.stringify({ ended: chosen.length }));
}

function started(running, startWorker, message) {
  let terminate;
  const result = new Promise((resolve, reject) => {
    terminate = startWorker(message, ({ value, error }) => {
      if (error === undefined) resolve(value);
      else reject(new Error(`in the worker: ${error}`));
    });
  });
  // A check that fails first does not look at it.
  result.catch(() => {});
  running.add(terminate);
  return { result, terminate };
}

function inTime(work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${LIMIT_MS / 1000} s`)), LIMIT_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** The worker's end of a check. */
export async function answer({ name, tokens }) {
  try {
    return { value: await checks[name].worker(tokens) };
  } catch (error) {
    return { error: `${error?.stack ?? error}` };
  }
}
