/**
 * The process of one contestant: two async functions in one thread, one sends and awaits each send, the other awaits each
 * receive. Answers `{ capacity, messages }` with nanoseconds, once it has checked every value.
 */
import { chan } from 'hchan';
import { packages } from '../packages/index.mjs';
import { endsOf, sinkOf } from '../packages/one-thread.mjs';

const local = {
  open: (sides, capacity) => endsOf(chan(capacity, { engine: 'local' }), sides, (channel) => channel.close()),
  sink: ({ channel, leave }) => sinkOf((value) => channel.send(value), leave),
  source: ([{ channel }]) => ({
    async all(see) {
      for (let got = await channel.recv(); got.ok; got = await channel.recv()) see(got.value);
    },
  }),
};

/** Fills the channel and empties it, over and over, without a promise. */
function tryAll(capacity, messages) {
  const channel = chan(capacity, { engine: 'local' });
  let [sent, received] = [0, 0];
  const start = process.hrtime.bigint();
  while (received < messages) {
    while (sent < messages && channel.trySend(sent)) sent++;
    for (let got = channel.tryRecv(); got !== null; got = channel.tryRecv()) {
      if (got.value !== received++) throw new Error(`${received - 1} was sent, ${got.value} received`);
    }
  }
  return Number(process.hrtime.bigint() - start);
}

async function awaitAll({ open, sink, source }, capacity, messages) {
  const { senders, receivers } = open({ senders: 1, receivers: 1 }, capacity, 'number');
  const [to, from] = [sink(senders[0], 'awaiting'), source(receivers, 'awaiting')];
  let received = 0;
  const see = (value) => {
    if (value !== received++) throw new Error(`${received - 1} was sent, ${value} received`);
  };
  const start = process.hrtime.bigint();
  const sending = to.many(0, messages, (index) => index).then(() => to.close());
  await from.all(see);
  const took = Number(process.hrtime.bigint() - start);
  await sending;
  if (received !== messages) throw new Error(`${messages} were sent and ${received} received`);
  return took;
}

const name = process.argv[2];
const tries = name === 'local try';
const module = name.startsWith('local') ? local : await import(packages.find((each) => each.name === name).guest.module);

process.on('message', async ({ capacity, messages }) => {
  process.send(tries ? tryAll(capacity, messages) : await awaitAll(module, capacity, messages));
});
