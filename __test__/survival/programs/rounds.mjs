/**
 * 61: a thousand rounds of create, share, attach, send, receive and dispose, with flat memory.
 * node rounds.mjs <engine> <rounds>
 */
import { attach } from 'hchan';
import { check, engine, make, say } from './scene.mjs';

async function round(i) {
  const channel = make(i % 4 === 3 ? Number.POSITIVE_INFINITY : i % 4);
  const second = engine === 'local' ? channel : attach(channel.share());
  const [sender, receiver] = [second.sender(), channel.receiver()];
  const received = receiver.recv();
  await sender.send({ i, text: 'x'.repeat(100) });
  check((await received).value.i === i, 'what was sent');
  const waiting = receiver.recv().catch(() => {});
  if (i % 4 !== 0) for (let n = 0; n < 3; n++) sender.trySend({ n, left: 'y'.repeat(1000) });
  for (const handle of [receiver, sender, second, channel]) handle[Symbol.dispose]();
  await waiting;
}

async function settled() {
  for (let i = 0; i < 5; i++) {
    globalThis.gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage();
}

const rounds = Number(process.argv[3]);
for (let i = 0; i < rounds / 2; i++) await round(i);
const before = await settled();
for (let i = 0; i < rounds; i++) await round(i);
const after = await settled();
say({ heap: after.heapUsed - before.heapUsed, rss: after.rss - before.rss });
