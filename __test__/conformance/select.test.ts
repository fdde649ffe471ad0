/** SEMANTICS "Select", 41 to 46, 48, 49, 53, 54 and 60: one select at a time. */
import { after, ClosedError, never, select, selectSync, send, TimeoutError, trySelect } from 'hchan';
import { expect, test } from 'vitest';
import { breathe, DONE, failure, numbers, ok, Stage, type Step, state, thrown, until } from './actors.js';
import { CROSSING, ENGINES, type EngineCase, forEngines } from './engines.js';

const stage = new Stage();
const MAIN = { allowMainThread: true } as const;

forEngines(ENGINES, (engine) => {
  deadCases(engine);
  readyCases(engine);
  pairing(engine);
  queues(engine);
  waking(engine);
});

forEngines(CROSSING, (engine) => {
  partners(engine);
  wakingAcross(engine);
});

function deadCases(engine: EngineCase): void {
  test('41 never(), null, undefined and false cases never fire', async () => {
    const channel = engine.make<number>(1);
    const dead = { a: never<number>(), b: null, c: undefined, d: false, e: send(never<number>(), 1) } as const;
    expect(trySelect(dead)).toBeNull();
    expect(trySelect(dead, { biased: true })).toBeNull();
    expect(thrown(() => selectSync(dead, { ...MAIN, timeout: 3 }))).toBeInstanceOf(TimeoutError);
    const forever = select(dead, { signal: AbortSignal.timeout(50) });
    expect(await state(forever)).toBe('pending');
    expect(await failure(forever)).toMatchObject({ name: 'TimeoutError' });
    for (let i = 0; i < 50; i++) {
      channel.trySend(i);
      expect(await select({ ...dead, live: channel })).toEqual({ key: 'live', ok: true, value: i });
    }
  });

  test('41 no operation on never() is ever ready', async () => {
    const nothing = never<number>();
    expect(nothing.trySend(1)).toBe(false);
    expect(nothing.tryRecv()).toBeNull();
    expect(nothing.trySendMany([1])).toBe(0);
    expect(nothing.tryRecvMany(1)).toEqual([]);
    const signal = AbortSignal.timeout(5);
    const waiting = [nothing.recv({ signal }), nothing.send(1, { signal }), nothing.recvMany(3, { signal })];
    for (const error of await Promise.all(waiting.map(failure))) expect(error).toMatchObject({ name: 'TimeoutError' });
    expect(thrown(() => nothing.recvSync({ ...MAIN, timeout: 1 }))).toBeInstanceOf(TimeoutError);
  });

  test('42 no cases: waits for ever, or until timeout or abort', async () => {
    expect(trySelect({})).toBeNull();
    expect(thrown(() => selectSync({}, { ...MAIN, timeout: 2 }))).toBeInstanceOf(TimeoutError);
    const controller = new AbortController();
    const forever = select({}, { signal: controller.signal });
    expect(await state(forever)).toBe('pending');
    controller.abort('enough');
    expect(await failure(forever)).toBe('enough');
  });
}

function readyCases(engine: EngineCase): void {
  const capacities = [1, 4, Number.POSITIVE_INFINITY];

  test('43 trySelect is null only if nothing is ready; a closed channel counts as ready', () => {
    for (const capacity of [0, ...capacities]) {
      const [a, b] = [engine.make<number>(capacity), engine.make<number>(capacity)];
      expect(trySelect({ a, b })).toBeNull();
      if (capacity > 0) {
        b.trySend(5);
        expect(trySelect({ a, b })).toEqual({ key: 'b', ok: true, value: 5 });
        expect(trySelect({ a, b })).toBeNull();
      }
      a.close();
      expect(trySelect({ a, b })).toEqual({ key: 'a', ok: false, value: undefined });
    }
  });

  test('44 a send case with room fires, a receive case with data fires', async () => {
    for (const capacity of capacities) {
      const [a, b] = [engine.make<number>(capacity), engine.make<string>(capacity)];
      expect(trySelect({ b, out: send(a, 1) })).toEqual({ key: 'out' });
      expect(await select({ b, in: a })).toEqual({ key: 'in', ok: true, value: 1 });
      expect(selectSync({ b, out: send(a, 2) }, { ...MAIN, timeout: 0 })).toEqual({ key: 'out' });
      expect(a.tryRecv()).toEqual(ok(2));
      while (Number.isFinite(capacity) && a.trySend(0));
      if (Number.isFinite(capacity)) expect(trySelect({ b, out: send(a, 3) })).toBeNull();
    }
  });

  test('44 a select with a rendezvous partner waiting fires at once', async () => {
    const channel = engine.make<number>(0);
    const sent = channel.send(1);
    expect(trySelect({ channel })).toEqual({ key: 'channel', ok: true, value: 1 });
    await sent;
    const received = channel.recv();
    expect(trySelect({ out: send(channel, 2) })).toEqual({ key: 'out' });
    expect(await received).toEqual(ok(2));
  });

  test('45 a closed receive case gives ok false, after what was buffered', async () => {
    for (const capacity of capacities) {
      const channel = engine.make<number>(capacity);
      channel.trySend(1);
      channel.close();
      expect(await select({ channel })).toEqual({ key: 'channel', ok: true, value: 1 });
      for (let i = 0; i < 3; i++) expect(await select({ channel })).toEqual({ key: 'channel', ok: false, value: undefined });
    }
  });

  test('45 a closed send case throws ClosedError when chosen, with its value', async () => {
    for (const capacity of [0, ...capacities]) {
      const channel = engine.make<number>(capacity, { name: 'shut' });
      channel.close();
      const cases = () => ({ dead: never(), out: send(channel, 5) });
      const errors = [
        await failure(select(cases())),
        thrown(() => trySelect(cases())),
        thrown(() => selectSync(cases(), { ...MAIN, timeout: 1 })),
      ];
      for (const error of errors) {
        expect(error).toBeInstanceOf(ClosedError);
        expect(error.value).toBe(5);
        expect(error.message).toContain("'shut'");
      }
    }
  });

  test('45 a waiting send case is woken by close with ClosedError, and the other cases are left alone', async () => {
    const [full, other] = [engine.make<number>(0), engine.make<number>(0)];
    const selected = failure(select({ out: send(full, 5), other }));
    full.close();
    expect(await selected).toBeInstanceOf(ClosedError);
    expect(other.trySend(1)).toBe(false);
  });
}

function pairing(engine: EngineCase): void {
  test('46 a select of a send and a receive on one rendezvous never pairs with itself', async () => {
    const channel = engine.make<number>(0);
    for (let i = 0; i < 100; i++) expect(trySelect({ out: send(channel, i), in: channel })).toBeNull();
    expect(thrown(() => selectSync({ out: send(channel, 1), in: channel }, { ...MAIN, timeout: 2 }))).toBeInstanceOf(
      TimeoutError,
    );
    const selected = select({ out: send(channel, 1), in: channel });
    expect(await state(selected)).toBe('pending');
    expect(channel.trySend(2)).toBe(true);
    expect(await selected).toEqual({ key: 'in', ok: true, value: 2 });
    expect(channel.trySend(3)).toBe(false);
    expect(channel.tryRecv()).toBeNull();
  });

  test('46 two such selects do pair with each other', async () => {
    const channel = engine.make<number>(0);
    for (let i = 0; i < 200; i++) {
      const one = select({ out: send(channel, 1), in: channel });
      const two = select({ out: send(channel, 2), in: channel });
      const results = await Promise.all([one, two]);
      expect(results.map(({ key }) => key).sort()).toEqual(['in', 'out']);
      const [sender, receiver] = results[0].key === 'out' ? [1, results[1]] : [2, results[0]];
      expect(receiver).toEqual({ key: 'in', ok: true, value: sender });
    }
  });
}

function queues(engine: EngineCase): void {
  test('48 losing cases leave their queues as they were: a select last in the queue loses, later sends wake the others', async () => {
    for (const capacity of [0, 2]) {
      const [busy, other] = [engine.make<number>(capacity), engine.make<number>(capacity)];
      const before = [busy.recv(), busy.recv(), busy.recv()];
      const selected = select({ busy, other });
      const behind = busy.recv();
      expect(other.trySend(9)).toBe(true);
      expect(await selected).toEqual({ key: 'other', ok: true, value: 9 });
      for (const value of [1, 2, 3, 4]) expect(busy.trySend(value)).toBe(true);
      expect(await Promise.all([...before, behind])).toEqual([ok(1), ok(2), ok(3), ok(4)]);
      expect(other.tryRecv()).toBeNull();
    }
  });

  test('48 a losing send case leaves nothing in the channel', async () => {
    for (const capacity of [0, 1]) {
      const [full, other] = [engine.make<number>(capacity), engine.make<number>(0)];
      for (let i = 0; i < capacity; i++) full.trySend(0);
      const selected = select({ out: send(full, 1), other });
      const behind = full.send(2);
      expect(other.trySend(9)).toBe(true);
      expect(await selected).toEqual({ key: 'other', ok: true, value: 9 });
      expect(full.tryRecvMany(9)).toEqual([...Array(capacity).fill(0), 2]);
      await behind;
    }
  });

  test('48 an aborted or timed-out select leaves no waiter behind', async () => {
    const [a, b] = [engine.make<number>(0), engine.make<number>(0)];
    const controller = new AbortController();
    const selected = failure(select({ a, out: send(b, 1) }, { signal: controller.signal }));
    controller.abort('gone');
    expect(await selected).toBe('gone');
    thrown(() => selectSync({ a, out: send(b, 1) }, { ...MAIN, timeout: 1 }));
    expect(a.trySend(1)).toBe(false);
    expect(b.tryRecv()).toBeNull();
  });

  test('49 the same channel twice in one select: one message, and a waiter behind it is still woken', async () => {
    for (const capacity of [0, 2]) {
      const channel = engine.make<number>(capacity);
      const selected = select({ one: channel, two: channel, three: channel });
      const behind = channel.recv();
      expect(channel.trySend(1)).toBe(true);
      expect(channel.trySend(2)).toBe(true);
      expect(await selected).toMatchObject({ ok: true, value: 1 });
      expect(await behind).toEqual(ok(2));
      expect(channel.tryRecv()).toBeNull();
    }
  });

  test('60 disposing handles while a select waits neither disconnects others nor loses', async () => {
    for (const capacity of [0, 1]) {
      const channel = engine.make<number>(capacity);
      const [extraIn, extraOut] = [channel.receiver(), channel.sender()];
      const selected = select({ it: channel.receiver(), no: never() });
      extraIn[Symbol.dispose]();
      extraOut[Symbol.dispose]();
      expect(await state(selected)).toBe('pending');
      expect(channel.trySend(1)).toBe(true);
      expect(await selected).toEqual({ key: 'it', ok: true, value: 1 });
    }
  });
}

function waking(engine: EngineCase): void {
  test('54 a waiting select is woken by send, recv, close and abort', async () => {
    for (const capacity of [0, 1]) {
      const [a, full] = [engine.make<number>(capacity), engine.make<number>(capacity)];
      for (let i = 0; i < capacity; i++) full.trySend(0);
      const start = () => select({ a, out: send(full, 1) });
      let selected = start();
      expect(a.trySend(7)).toBe(true);
      expect(await selected).toEqual({ key: 'a', ok: true, value: 7 });
      selected = start();
      expect((await full.recv()).ok).toBe(true);
      expect(await selected).toEqual({ key: 'out' });
      const controller = new AbortController();
      const aborted = select({ a, no: never() }, { signal: controller.signal });
      controller.abort('enough');
      expect(await failure(aborted)).toBe('enough');
      const closed = select({ a });
      a.close();
      expect(await closed).toEqual({ key: 'a', ok: false, value: undefined });
    }
  });

  test('54 an aborted select rejects with the reason even when another case is ready in the same tick after it', async () => {
    const channel = engine.make<number>(1);
    const controller = new AbortController();
    const selected = select({ channel, late: after(10_000) }, { signal: controller.signal });
    controller.abort('first');
    channel.trySend(1);
    expect(await failure(selected)).toBe('first');
    expect(channel.tryRecv()).toEqual(ok(1));
  });
}

/** The nine ways a partner can stand: plain, in a select of one case, in a select of two. */
function partners(engine: EngineCase): void {
  const forms: readonly [string, (kind: 'send' | 'recv', value?: number) => Step][] = [
    ['plain', (kind, value) => (kind === 'send' ? ['send', 'c', value] : ['recv', 'c'])],
    ['one case', (kind, value) => ['select', { it: [kind, 'c', value] }]],
    ['two cases', (kind, value) => ['select', { it: [kind, 'c', value], other: ['recv', 'quiet'] }]],
  ];
  for (const [sendForm, sendStep] of forms) {
    for (const [recvForm, recvStep] of forms) {
      test(`53 a send (${sendForm}) meets a receive (${recvForm}), awaiting and blocking`, async () => {
        for (const modes of [
          ['loop', 'loop'],
          ['loop', 'blocking'],
          ['blocking', 'loop'],
          ['blocking', 'blocking'],
        ] as const) {
          const [a, b] = [await stage.end('A', modes[0]), await stage.end('B', modes[1])];
          for (const capacity of [0, 1]) {
            const [channel, quiet] = [engine.make<number>(capacity), engine.make<number>(0)];
            for (const end of [a, b]) {
              await end.give('c', channel);
              await end.give('quiet', quiet);
            }
            const count = 20;
            const sent = a.run(...numbers(0, count).map((i) => sendStep('send', i)));
            const got = await b.run(...numbers(0, count).map(() => recvStep('recv')));
            expect(got.map(({ value }) => value)).toEqual(numbers(0, count));
            expect(await sent).toHaveLength(count);
            expect((await sent).some((result) => result?.error)).toBe(false);
            expect(quiet.trySend(1)).toBe(false);
          }
        }
      });
    }
  }
}

function wakingAcross(engine: EngineCase): void {
  test('54 a blocked selectSync is woken by send, by recv, by close and by timeout', async () => {
    const peer = await stage.end('A', 'blocking');
    const [a, full] = [engine.make<number>(0), engine.make<number>(1)];
    full.trySend(0);
    await peer.give('a', a);
    await peer.give('full', full);
    const woken = async (wake: () => unknown, options?: object) => {
      const before = peer.steps();
      const selected = peer.one('select', { a: ['recv', 'a'], out: ['send', 'full', 1] }, options);
      await until(() => peer.steps() > before);
      await breathe();
      await wake();
      return selected;
    };
    expect(await woken(() => a.send(7))).toEqual({ key: 'a', ok: true, value: 7 });
    expect(await woken(() => full.recv())).toEqual({ key: 'out' });
    expect(await woken(() => undefined, { timeout: 5 })).toMatchObject({ error: 'TimeoutError', code: 'ERR_HCHAN_TIMEOUT' });
    expect(a.trySend(1)).toBe(false);
    expect(await woken(() => a.close())).toEqual({ key: 'a', ...DONE });
  });

  test('54 a blocked selectSync whose send case is closed throws ClosedError', async () => {
    const peer = await stage.end('A', 'blocking');
    const full = engine.make<number>(0);
    await peer.give('full', full);
    const before = peer.steps();
    const selected = peer.one('select', { out: ['send', 'full', 1] });
    await until(() => peer.steps() > before);
    await breathe();
    full.close();
    expect(await selected).toMatchObject({ error: 'ClosedError', value: 1 });
  });
}
