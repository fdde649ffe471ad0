/** Select, timers, abort, contexts. */
import { after, attach, codec, done, never, select, selectSync, send, ticker, trySelect } from 'hchan';
import { attachContext, background, withCancel } from 'hchan/context';
import { equal, fails } from './equal.mjs';

export const waiting = {
  'select takes exactly one of what is there': {
    async main({ chan, start }) {
      const [asked, answers] = [chan(0, { codec: codec.u32 }), chan(0, { codec: codec.string })];
      const worker = start({ asked: asked.receiver().share(), answers: answers.sender().share() });
      let [sent, got] = [0, 0];
      while (got < 50) {
        const out = sent < 50 ? send(asked, sent) : never();
        const { key, value } = await select({ out, answer: answers, late: after(20_000) });
        if (key === 'out') sent++;
        else if (key === 'answer') equal(value, `answer ${got++}`);
        else throw new Error('nothing happened for 20 s');
      }
      asked.close();
      equal(await worker.result, 50);
    },
    worker({ asked, answers }) {
      const [from, to] = [attach(asked), attach(answers)];
      const due = [];
      for (let count = 0; ; ) {
        const out = due.length > 0 ? send(to, `answer ${due[0]}`) : null;
        const got = selectSync({ from, out }, { timeout: 20_000 });
        if (got.key === 'out') {
          due.shift();
          count++;
        } else if (got.ok) due.push(got.value);
        else return count;
      }
    },
  },
  'select without anything ready says so': {
    async main({ chan }) {
      const [one, two] = [chan(1, { codec: codec.u8 }), chan(1, { codec: codec.u8 })];
      equal(trySelect({ one, two }), null);
      two.trySend(5);
      equal(trySelect({ one, two }), { key: 'two', ok: true, value: 5 });
    },
  },
  'a local channel and a shared one in one select': {
    async main({ chan, start, local }) {
      const [near, far] = [local(1), chan(1, { codec: codec.u8 })];
      const worker = start({ far: far.sender().share() });
      equal(await select({ near, far }), { key: 'far', ok: true, value: 9 });
      await near.send('near');
      equal(await select({ near, far: far.receiver() }, { biased: true }), { key: 'near', ok: true, value: 'near' });
      await worker.result;
    },
    async worker({ far }) {
      await attach(far).send(9);
    },
  },
  'timers are on time': {
    async main({ chan }) {
      const quiet = chan(0, { codec: codec.void });
      const began = performance.now();
      const got = await select({ quiet, late: after(40) });
      equal([got.key, got.ok, performance.now() - began >= 39], ['late', true, true]);
      const ticks = ticker(10);
      for (let i = 0; i < 3; i++) equal((await ticks.recv()).ok, true);
      ticks.stop();
      equal(ticks.tryRecv(), null);
    },
  },
  'a blocked select hears a timer': {
    async main({ chan, start }) {
      const quiet = chan(0, { codec: codec.void });
      equal(await start({ quiet: quiet.receiver().share() }).result, 'late');
      // Kept until here: a handle that nobody can reach any more is collected, and the last sender closes.
      quiet[Symbol.dispose]();
    },
    worker({ quiet }) {
      return selectSync({ quiet: attach(quiet), late: after(20) }, { timeout: 20_000 }).key;
    },
  },
  'an aborted operation has not happened': {
    async main({ chan }) {
      const full = chan(1, { codec: codec.u8 });
      full.trySend(1);
      const controller = new AbortController();
      const sending = full.send(2, { signal: controller.signal });
      const choosing = select({ stop: done(controller.signal), out: send(full, 3) });
      controller.abort(new RangeError('enough'));
      await fails(() => sending, 'RangeError');
      equal((await choosing).key, 'stop');
      equal(full.tryRecvMany(9), [1]);
      await fails(() => full.recv({ signal: AbortSignal.timeout(10) }), 'TimeoutError');
      await full.send(4);
      equal(await full.recv(), { ok: true, value: 4 });
    },
  },
  'a context cancelled in one thread ends in the other': {
    async main({ chan, start }) {
      const { ctx, cancel } = withCancel(background());
      const ready = chan(0, { codec: codec.void });
      const worker = start({ shared: ctx.share(), ready: ready.sender().share() });
      await ready.recv();
      cancel(new RangeError('over'));
      equal(await worker.result, 'RangeError: over');
    },
    async worker({ shared, ready }) {
      const ctx = attachContext(shared);
      equal(ctx.err(), undefined);
      await attach(ready).send();
      await ctx.done.recv();
      return String(ctx.err());
    },
  },
  'consume hands every value to its handler': {
    async main({ chan, start }) {
      const numbers = chan(16, { codec: codec.u32 });
      const worker = start({ numbers: numbers.sender().share() });
      let sum = 0;
      await numbers.consume((each) => {
        sum += each;
      });
      equal(sum, (1999 * 2000) / 2);
      await worker.result;
    },
    worker({ numbers }) {
      const to = attach(numbers);
      to.sendManySync(
        Array.from({ length: 2000 }, (_, i) => i),
        { timeout: 20_000 },
      );
      to.close();
    },
  },
};
