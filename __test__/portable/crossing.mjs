/** Channels between two threads: order, rendezvous, closing, blocking, tokens, many ends, death. */
import { after, attach, codec, select, unbounded } from 'hchan';
import { equal, fails } from './equal.mjs';

const job = codec.struct({ id: codec.u32, url: codec.string, tags: codec.array(codec.string) });
const jobOf = (id) => ({ id, url: `https://example.org/${id}/ü€😀`, tags: id % 3 === 0 ? [] : ['a', 'b'] });
const range = (count) => Array.from({ length: count }, (_, i) => i);

export const crossing = {
  'what main sends arrives in a worker that blocks, in order': {
    async main({ chan, start }) {
      const jobs = chan(8, { codec: job });
      const worker = start({ jobs: jobs.receiver().share() });
      for (const id of range(500)) await jobs.send(jobOf(id));
      jobs.close();
      equal(await worker.result, 500);
    },
    worker({ jobs }) {
      let count = 0;
      for (const each of attach(jobs).valuesSync({ timeout: 20_000 })) equal(each, jobOf(count++));
      return count;
    },
  },
  'what a worker sends arrives at a main thread that awaits, in order': {
    async main({ chan, start }) {
      const numbers = chan(4, { codec: codec.f64 });
      const worker = start({ numbers: numbers.sender().share() });
      const got = [];
      for await (const each of numbers) got.push(each);
      equal(got, range(500));
      await worker.result;
    },
    async worker({ numbers }) {
      const to = attach(numbers);
      for (const i of range(250)) to.sendSync(i, { timeout: 20_000 });
      await to.sendMany(range(500).slice(250));
      to.close();
    },
  },
  'a rendezvous takes both ends, both ways': {
    async main({ chan, start }) {
      const [there, back] = [chan(0, { codec: codec.u32 }), chan(0, { codec: codec.u32 })];
      equal([there.trySend(1), there.tryRecv(), there.length], [false, null, 0]);
      const worker = start({ there: there.receiver().share(), back: back.sender().share() });
      for (const i of range(100)) {
        await there.send(i);
        equal(await back.recv(), { ok: true, value: i * 2 });
      }
      there.close();
      equal(await worker.result, 'closed');
      equal(await back.recv(), { ok: false, value: undefined });
    },
    worker({ there, back }) {
      const [from, to] = [attach(there), attach(back)];
      for (;;) {
        const got = from.recvSync({ timeout: 20_000 });
        if (!got.ok) break;
        to.sendSync(got.value * 2, { timeout: 20_000 });
      }
      to.close();
      return 'closed';
    },
  },
  'closing wakes who waits and lets out what is there': {
    async main({ chan, start }) {
      const texts = chan(4, { codec: codec.string });
      const reader = texts.receiver();
      const worker = start({ texts: texts.sender().share() });
      await worker.result;
      equal(await reader.recvMany(4), ['one', 'two']);
      const waiting = reader.recv();
      texts.close();
      equal(await waiting, { ok: false, value: undefined });
      await fails(() => texts.send('late'), 'ERR_HCHAN_CLOSED');
      await fails(async () => texts.close(), 'ERR_HCHAN_CLOSED');
    },
    worker({ texts }) {
      equal(attach(texts).trySendMany(['one', 'two']), 2);
    },
  },
  'a blocked receive ends in time, or with what it waits for': {
    async main({ chan, start }) {
      const [go, quiet] = [chan(1, { codec: codec.bool }), chan(1, { codec: codec.u8 })];
      const worker = start({ go: go.sender().share(), quiet: quiet.share() });
      equal(await go.recv(), { ok: true, value: true });
      await quiet.send(7);
      equal(await worker.result, 7);
    },
    async worker({ go, quiet }) {
      const from = attach(quiet);
      const began = performance.now();
      await fails(() => from.recvSync({ timeout: 30 }), 'ERR_HCHAN_TIMEOUT');
      if (performance.now() - began < 29) throw new Error('it did not wait');
      attach(go).sendSync(true);
      return from.recvSync({ timeout: 20_000 }).value;
    },
  },
  'the main thread is not blocked by mistake': {
    async main({ chan, mainBlocks }) {
      const quiet = chan(0, { codec: codec.void });
      await fails(() => quiet.recvSync({ timeout: 5 }), 'ERR_HCHAN_BLOCKING');
      const code = mainBlocks ? 'ERR_HCHAN_TIMEOUT' : 'ERR_HCHAN_BLOCKING';
      await fails(() => quiet.recvSync({ timeout: 5, allowMainThread: true }), code);
    },
  },
  'a token travels through a channel': {
    async main({ chan, start }) {
      const requests = chan(1);
      const worker = start({ requests: requests.receiver().share() });
      const reply = chan(0, { codec: codec.string });
      await requests.send({ what: 'greet', reply: reply.sender().share() });
      equal(await reply.recv(), { ok: true, value: 'hello from the worker' });
      await worker.result;
    },
    async worker({ requests }) {
      const { value } = await attach(requests).recv();
      await attach(value.reply).send('hello from the worker');
    },
  },
  'many senders and receivers lose and double nothing': {
    async main({ chan, start }) {
      const [work, results] = [chan(3, { codec: codec.u32 }), unbounded({ codec: codec.u32, engine: chan(1).engine })];
      const tokens = () => ({ work: work.receiver().share(), results: results.share() });
      const workers = [start(tokens()), start(tokens()), start(tokens())];
      const receivers = results.receiver();
      results[Symbol.dispose]();
      await Promise.all([0, 1, 2].map((k) => work.sendMany(range(1000).map((i) => i * 3 + k))));
      work.close();
      const got = [];
      for await (const each of receivers) got.push(each);
      equal(
        got.sort((a, b) => a - b),
        range(3000),
      );
      const counts = await Promise.all(workers.map(({ result }) => result));
      equal(
        counts.reduce((sum, each) => sum + each, 0),
        3000,
      );
    },
    async worker({ work, results }) {
      const [from, both] = [attach(work), attach(results)];
      const to = both.sender();
      both[Symbol.dispose]();
      let count = 0;
      for await (const each of from) {
        to.trySend(each);
        count++;
        if (count % 64 === 0) {
          const more = from.recvSync({ timeout: 20_000 });
          if (!more.ok) break;
          to.trySend(more.value);
          count++;
        }
      }
      to[Symbol.dispose]();
      return count;
    },
  },
  'a worker that is terminated gives its sender back': {
    async main({ chan, start }) {
      const news = chan(2, { codec: codec.string });
      const reader = news.receiver();
      const worker = start({ news: news.share() });
      equal(await reader.recv(), { ok: true, value: 'alive' });
      news[Symbol.dispose]();
      await worker.terminate();
      equal(await reader.recv({ signal: AbortSignal.timeout(10_000) }), { ok: false, value: undefined });
    },
    worker({ news }) {
      attach(news).trySend('alive');
      return new Promise(() => {});
    },
  },
  'a worker that is terminated while it blocks leaves the channel in order': {
    async main({ chan, start }) {
      const [news, jobs] = [chan(2, { codec: codec.string }), chan(2, { codec: codec.u32 })];
      const worker = start({ news: news.sender().share(), jobs: jobs.receiver().share() });
      equal(await news.recv(), { ok: true, value: 'blocking' });
      await worker.terminate();
      // Until the dead thread's receive has left the queue, it is served first.
      const back = jobs.receiver();
      while (!(jobs.trySend(1) && jobs.length > 0)) await select({ back, later: after(20) });
      equal(jobs.tryRecv(), { ok: true, value: 1 });
    },
    worker({ news, jobs }) {
      attach(news).trySend('blocking');
      attach(jobs).recvSync({ timeout: 60_000 });
    },
  },
};
