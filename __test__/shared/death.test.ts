/** Real workers, terminated with a lock in their hands or messages not taken, while this thread blocks or goes on. */
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import * as Direction from '../../build/direction.js';
import type { Case, Port } from '../../build/engine.js';
import { codec } from '../../build/index.js';
import { sharedFactory } from '../../build/shared/engine.js';
import * as Status from '../../build/status.js';

const program = new URL('./programs/holder.mjs', import.meta.url);
const onLinux = process.platform === 'linux';

interface Holder {
  readonly port: Port;
  readonly worker: Worker;
}

/** A channel, and a worker that has done `what` with it. */
async function holder(what: 'channel' | 'allocator' | 'receiver', capacity: number): Promise<Holder> {
  const port = sharedFactory.open('shared', { capacity, codec: codec.string, name: 'held' }) as Port;
  const words = new Int32Array(new SharedArrayBuffer(4));
  const token = port.share();
  const worker = new Worker(program, { workerData: { token, words, what } });
  const failed = new Promise((_, reject) => worker.once('error', reject));
  const ready = Atomics.waitAsync(words, 0, 0);
  await Promise.race([ready.value, failed]);
  return { port, worker };
}

function block(cases: Case[], timeout: number): unknown {
  let outcome: unknown = 'timed out';
  cases[0]?.port.engine.block(cases, true, timeout, {
    settle: (_, status, value) => {
      outcome = status === Status.DONE ? value : status;
    },
    fail: (_, error) => {
      outcome = error;
    },
  });
  return outcome;
}

describe.runIf(onLinux)('a thread that blocks, and whose event loop hears of nothing', () => {
  it('takes over the lock of a worker that was terminated, within a second, and finds what was in the channel', async () => {
    const { port, worker } = await holder('channel', 8);
    void worker.terminate();
    const start = performance.now();
    expect(block([{ port, send: false, value: undefined }], 5000)).toBe('whole');
    expect(performance.now() - start).toBeLessThan(1000);
    // The send that was half done had written its message: it may arrive, once.
    expect(block([{ port, send: false, value: undefined }], 5000)).toBe('gif');
    expect(port.length()).toBe(0);
    expect(block([{ port, send: true, value: 'next' }], 5000)).toBe(undefined);
    port.dispose();
  });

  it('does not wait for ever for memory whose lock died', async () => {
    const { port, worker } = await holder('allocator', 8);
    void worker.terminate();
    const start = performance.now();
    expect(port.trySend('long '.repeat(1000))).toBe(Status.DONE);
    expect(performance.now() - start).toBeLessThan(1000);
    expect([port.tryRecv(), port.tryRecv()]).toEqual(['whole', 'long '.repeat(1000)]);
    port.dispose();
  });

  it('63 gets the messages that a dead receiver was handed and did not take, in order', async () => {
    const { port, worker } = await holder('receiver', 0);
    expect([port.trySend('first'), port.trySend('second'), port.trySend('third')]).toEqual([
      Status.DONE,
      Status.DONE,
      Status.BLOCKED,
    ]);
    void worker.terminate();
    const start = performance.now();
    const got = [1, 2].map(() => block([{ port, send: false, value: undefined }], 5000));
    expect(got).toEqual(['first', 'second']);
    expect(performance.now() - start).toBeLessThan(1000);
    port.dispose();
  });

  it('58 is told that the last receiver died, 57 and the last sender', async () => {
    const { port, worker } = await holder('receiver', 0);
    const sender = port.clone(Direction.SEND);
    port.dispose();
    for (const value of ['first', 'second']) expect(sender.trySend(value)).toBe(Status.DONE);
    void worker.terminate();
    expect(block([{ port: sender, send: true, value: 'third' }], 5000)).toBe(Status.DISCONNECTED);
    sender.dispose();
  });
});

describe('a thread whose event loop turns', () => {
  it('hears of the exit, and gets the messages that were not taken', async () => {
    const { port, worker } = await holder('receiver', 0);
    for (const value of ['first', 'second']) expect(port.trySend(value)).toBe(Status.DONE);
    const waiting = new Promise((resolve, reject) => {
      port.engine.park([{ port, send: false, value: undefined }], true, {
        settle: (_, __, value) => resolve(value),
        fail: (_, error) => reject(error),
      });
    });
    await worker.terminate();
    expect(await waiting).toBe('first');
    expect(port.tryRecv()).toBe('second');
    port.dispose();
  });
});
