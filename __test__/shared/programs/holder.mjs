/** A worker that takes the lock of a channel (or of the allocator), leaves a send half done, and never lets go. */
import { parentPort, workerData } from 'node:worker_threads';
import { codec } from '../../../build/index.js';
import { sharedFactory } from '../../../build/shared/engine.js';
import * as Chan from '../../../build/shared/layout/chan.js';
import * as Header from '../../../build/shared/layout/header.js';

const { token, words, what } = workerData;
const port = sharedFactory.attach(token, codec.string);
const { arena, c } = port;
parentPort.ref();
if (what === 'receiver') {
  for (let i = 0; i < 2; i++) port.engine.park([{ port, send: false, value: undefined }], true, { settle() {}, fail() {} });
} else {
  port.trySend('whole');
  arena.lock(what === 'allocator' ? Header.ALLOC_LOCK : c);
  // Half of a send of 'gif': the frame is there, the count is not.
  const at = arena.i32[c + Chan.WRITE];
  arena.i32[at] = 4;
  arena.i32[at + 1] = 0x6669670c;
  if (what === 'channel') arena.i32[c + Chan.WRITE] = at + 2;
}
Atomics.store(words, 0, 1);
Atomics.notify(words, 0);
// The loop stands still: nothing that is handed over is taken, and no lock is let go.
for (;;) Atomics.load(words, 0);
