/** A worker that attaches contexts and tells when they have ended, on the clock that all threads share. */
import { getHeapStatistics } from 'node:v8';
import { parentPort } from 'node:worker_threads';
import { after, attach, selectSync } from 'hchan';
import { withCancel } from 'hchan/context';

const told = (ctx) => {
  const reason = ctx.err();
  const known =
    reason instanceof Error
      ? { class: reason.constructor.name, name: reason.name, message: reason.message, code: reason.code }
      : reason;
  return { reason: known, same: ctx.signal.reason === reason, closed: ctx.done.closed };
};

/** `count` contexts below `root`, a random tree. */
function tree(root, count) {
  const all = [root];
  while (all.length <= count) all.push(withCancel(all[Math.floor(Math.random() * all.length)]).ctx);
  return all.slice(1);
}

const COMMANDS = {
  /** Waits for each token's context and a tree below it. */
  async wait({ tokens, below }) {
    const contexts = tokens.map((token) => attach(token)).flatMap((ctx) => (below === 0 ? [ctx] : tree(ctx, below)));
    const ended = contexts.map(
      (ctx) => new Promise((resolve) => (ctx.signal.aborted ? resolve() : ctx.signal.addEventListener('abort', resolve))),
    );
    const closed = contexts.map((ctx) => ctx.done.unref().recv());
    parentPort.postMessage('waiting');
    // What waits for a context may not keep the thread; this listener does.
    await Promise.all([...ended, ...closed]);
    return { at: process.hrtime.bigint(), told: told(contexts[0]), count: contexts.length };
  },
  /** Waits for one in a blocking select, and for jobs if there are any. */
  block({ token, jobs }) {
    const ctx = withCancel(attach(token)).ctx;
    const cases = { stop: ctx.done, job: jobs && attach(jobs), late: after(1e9) };
    parentPort.postMessage('waiting');
    const taken = [];
    for (;;) {
      const got = selectSync(cases);
      if (got.key === 'stop') return { at: process.hrtime.bigint(), taken, told: told(ctx) };
      taken.push(got.value);
    }
  },
  /** Says through `ack` why the context has ended, once it has. */
  acknowledge({ token, ack }) {
    const ctx = attach(token);
    const to = attach(ack);
    globalThis.kept = { ctx, to };
    ctx.signal.addEventListener('abort', () => to.trySend(ctx.err()));
  },
  /** Computes until it is told to stop. */
  compute({ token }) {
    const ctx = attach(token);
    parentPort.postMessage('waiting');
    while (ctx.err() === undefined);
    return { at: process.hrtime.bigint(), told: told(ctx) };
  },
  /** Attaches what comes, in a loop that never turns; null asks how much the heap holds. */
  attachBlocked({ tokens, heap }) {
    const to = attach(heap);
    for (const token of attach(tokens).valuesSync()) {
      if (token === null) globalThis.gc();
      else attach(token);
      to.sendSync(getHeapStatistics().used_heap_size);
    }
    return 'closed';
  },
  /** Attaches all, busies its thread for `milliseconds`, and tells what it then knows of the first; `asks`: by asking, not by being told. */
  async attachAndCompute({ tokens, milliseconds, asks }) {
    const [ctx] = tokens.map((token) => attach(token));
    const ended = new Promise((resolve) => ctx.signal.addEventListener('abort', resolve));
    parentPort.postMessage('waiting');
    for (const end = performance.now() + milliseconds; performance.now() < end; );
    if (!asks) await ended;
    return told(ctx);
  },
  /** Attaches all, of which each attaches the last one when it ends; tells how many have. */
  async attachInListeners({ tokens, milliseconds, last }) {
    const failures = [];
    const note = (error) => failures.push(String(error));
    process.on('uncaughtException', note);
    const contexts = tokens.map((token) => attach(token));
    for (const { signal } of contexts) signal.addEventListener('abort', () => attach(last));
    parentPort.postMessage('waiting');
    for (const end = performance.now() + milliseconds; performance.now() < end; );
    attach(last);
    await Promise.all(contexts.map(({ done }) => done.recv()));
    // What was thrown is told before the loop turns.
    await new Promise((resolve) => setImmediate(resolve));
    process.off('uncaughtException', note);
    return { ended: contexts.filter(({ signal }) => signal.aborted).length, failures };
  },
  sleep({ milliseconds }) {
    parentPort.postMessage('waiting');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
  },
  look({ token, keys }) {
    const ctx = attach(token);
    const again = attach(token);
    return { ...told(ctx), deadline: ctx.deadline, values: keys.map((key) => ctx.value(key)), once: ctx.done === again.done };
  },
  /** Shares on what it was given, and a context of its own below it. */
  share({ token }) {
    const ctx = attach(token);
    const own = withCancel(ctx);
    globalThis.own = own;
    return { given: ctx.share(), own: own.ctx.share() };
  },
  cancelOwn({ reason }) {
    globalThis.own.cancel(reason);
  },
};

parentPort.on('message', async ({ command, ...given }) => {
  try {
    parentPort.postMessage({ result: await COMMANDS[command](given) });
  } catch (error) {
    parentPort.postMessage({ failure: String(error?.stack ?? error) });
  }
});
