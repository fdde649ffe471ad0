/**
 * The process of one contestant: two async functions in one thread, one sends and awaits each send, the other awaits each
 * receive. Answers `{ capacity, messages }` with nanoseconds, once it has checked every value.
 */
import { chan } from 'hchan';
import { packages } from '../packages/index.mjs';
import { endsOf, sinkOf } from '../packages/one-thread.mjs';

const awaited = (make) => ({
  open: (sides, capacity) => endsOf(make(capacity), sides, (channel) => channel.close()),
  sink: ({ channel, leave }) => sinkOf((value) => channel.send(value), leave),
  source: ([{ channel }]) => ({
    async all(see) {
      for (let got = await channel.recv(); got.ok; got = await channel.recv()) see(got.value);
    },
  }),
});

/** What the calls of `trySend` and `tryRecv` come to when nothing is checked: an array (a power of two long) used as a ring, and a result object. */
class BareRing {
  #slots;
  #first = 0;
  #count = 0;

  constructor(capacity) {
    this.#slots = new Array(capacity).fill(undefined);
  }

  trySend(value) {
    const slots = this.#slots;
    if (this.#count === slots.length) return false;
    slots[(this.#first + this.#count++) & (slots.length - 1)] = value;
    return true;
  }

  tryRecv() {
    if (this.#count === 0) return null;
    const slots = this.#slots;
    const value = slots[this.#first];
    slots[this.#first] = undefined;
    this.#first = (this.#first + 1) & (slots.length - 1);
    this.#count--;
    return { ok: true, value };
  }
}

/** What `send` and `recv` come to when nothing is checked and nobody but these two uses the channel: the promises and the result objects. */
class BareChannel {
  #ring;
  #capacity;
  #length = 0;
  #isClosed = false;
  /** Who waits: `{ value, resolve }`, and a resolve. */
  #sender = null;
  #receiver = null;

  constructor(capacity) {
    this.#capacity = capacity;
    this.#ring = new BareRing(Math.max(1, capacity));
  }

  send(value) {
    const receiver = this.#receiver;
    if (receiver !== null) {
      this.#receiver = null;
      receiver({ ok: true, value });
      return done;
    }
    if (this.#length < this.#capacity) {
      this.#length++;
      this.#ring.trySend(value);
      return done;
    }
    return new Promise((resolve) => {
      this.#sender = { value, resolve };
    });
  }

  recv() {
    const sender = this.#sender;
    if (this.#length > 0) {
      const { value } = this.#ring.tryRecv();
      this.#length--;
      if (sender !== null) {
        this.#sender = null;
        this.#length++;
        this.#ring.trySend(sender.value);
        sender.resolve();
      }
      return Promise.resolve({ ok: true, value });
    }
    if (sender !== null) {
      this.#sender = null;
      sender.resolve();
      return Promise.resolve({ ok: true, value: sender.value });
    }
    if (this.#isClosed) return Promise.resolve({ ok: false, value: undefined });
    return new Promise((resolve) => {
      this.#receiver = resolve;
    });
  }

  close() {
    this.#isClosed = true;
    this.#receiver?.({ ok: false, value: undefined });
  }
}

const done = Promise.resolve();

/** Fills the channel and empties it, over and over, without a promise. */
function tryAll(channel, messages) {
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
const open = (capacity) => chan(capacity, { engine: 'local' });
const tries = { 'local try': open, 'bare ring': (capacity) => new BareRing(capacity) }[name];
const own = { local: awaited(open), 'bare channel': awaited((capacity) => new BareChannel(capacity)) }[name];
const module = own ?? (tries === undefined && (await import(packages.find((each) => each.name === name).guest.module)));

process.on('message', async ({ capacity, messages }) => {
  process.send(tries !== undefined ? tryAll(tries(capacity), messages) : await awaitAll(module, capacity, messages));
});
