/** SEMANTICS "Timeout and abort", 27 to 40: an operation happens and is delivered, or does not and nothing left the channel. */
import { ClosedError, select, selectSync, TimeoutError } from 'hchan';
import { expect, test } from 'vitest';
import { DONE, failure, numbers, ok, pairings, Stage, state, thrown, until } from './actors.js';
import { CROSSING, ENGINES, type EngineCase, forEngines, scaled } from './engines.js';

const stage = new Stage();
const MAIN = { allowMainThread: true } as const;

forEngines(ENGINES, (engine) => {
  timeouts(engine);
  aborts(engine);
  quiet(engine);
});

forEngines(CROSSING, (engine) => {
  retries(engine);
  races(engine);
  busy(engine);
});

function timeouts(engine: EngineCase): void {
  const capacities = [0, 1, 5, Number.POSITIVE_INFINITY];

  test('27 a timed-out recv leaves the next value for the next recv', async () => {
    for (const capacity of capacities) {
      const channel = engine.make<number>(capacity, { name: 'slow' });
      const error = thrown(() => channel.recvSync({ ...MAIN, timeout: 3 }));
      expect(error).toBeInstanceOf(TimeoutError);
      expect(error.code).toBe('ERR_HCHAN_TIMEOUT');
      expect(error.message).toContain("'slow'");
      expect(thrown(() => channel.recvManySync(4, { ...MAIN, timeout: 1 }))).toBeInstanceOf(TimeoutError);
      expect(await failure(channel.recv({ signal: AbortSignal.timeout(2) }))).toMatchObject({ name: 'TimeoutError' });
      const next = channel.recv();
      expect(channel.trySend(1)).toBe(true);
      expect(await next).toEqual(ok(1));
    }
  });

  test('28 a timed-out send hands its value back and leaves the channel as it was', () => {
    for (const capacity of [0, 1, 5]) {
      const channel = engine.make<object>(capacity);
      for (let i = 0; i < capacity; i++) channel.trySend({ i });
      const value = { unsent: true };
      const error = thrown(() => channel.sendSync(value, { ...MAIN, timeout: 3 }));
      expect(error).toBeInstanceOf(TimeoutError);
      expect(error.value).toEqual(value);
      const batch = thrown(() => channel.sendManySync([value, value], { ...MAIN, timeout: 2 }));
      expect(batch).toBeInstanceOf(TimeoutError);
      expect(batch.sent).toBe(0);
      expect(channel.length).toBe(capacity);
      expect(channel.tryRecvMany(99)).toEqual(numbers(0, capacity).map((i) => ({ i })));
      expect(channel.tryRecv()).toBeNull();
    }
  });

  test('28 a batch that times out half way says how many went', () => {
    const channel = engine.make<number>(3);
    const error = thrown(() => channel.sendManySync(numbers(0, 10), { ...MAIN, timeout: 3 }));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error.sent).toBe(3);
    expect(channel.tryRecvMany(99)).toEqual([0, 1, 2]);
  });

  test('29 with the operation possible at once, timeout 0 succeeds', () => {
    const channel = engine.make<number>(2);
    const options = { ...MAIN, timeout: 0 };
    channel.sendSync(1, options);
    channel.sendManySync([2], options);
    expect(channel.recvSync(options)).toEqual(ok(1));
    expect(channel.recvManySync(9, options)).toEqual([2]);
    expect(thrown(() => channel.recvSync(options))).toBeInstanceOf(TimeoutError);
    expect(thrown(() => selectSync({ channel }, options))).toBeInstanceOf(TimeoutError);
    channel.close();
    expect(channel.recvSync(options)).toEqual(DONE);
    expect(selectSync({ channel }, options)).toEqual({ key: 'channel', ok: false, value: undefined });
  });

  test('29 an already aborted signal always rejects with its reason, and nothing happens', async () => {
    const channel = engine.make<number>(4);
    channel.trySendMany([1, 2]);
    const reason = { why: 'any value' };
    const options = { signal: AbortSignal.abort(reason) };
    const all = [
      channel.recv(options),
      channel.send(3, options),
      channel.recvMany(2, options),
      channel.sendMany([3, 4], options),
      select({ channel }, options),
      channel.consume(() => expect.unreachable(), options),
    ];
    for (const error of await Promise.all(all.map(failure))) expect(error).toBe(reason);
    expect(channel.tryRecvMany(9)).toEqual([1, 2]);
    channel.close();
    expect(await failure(channel.recv(options))).toBe(reason);
    expect(await failure(channel.send(1, options))).toBe(reason);
  });

  test('30 timeouts up to 2^31 ms, far beyond, and Infinity do not overflow', async () => {
    const channel = engine.make<number>(1);
    for (const timeout of [2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53, Number.MAX_VALUE, Number.POSITIVE_INFINITY]) {
      channel.sendSync(1, { ...MAIN, timeout });
      expect(channel.recvSync({ ...MAIN, timeout })).toEqual(ok(1));
      if (!engine.crossesThreads) continue;
      const peer = await stage.end('A', 'blocking');
      await peer.give('c', channel);
      const before = peer.steps();
      const received = peer.one('recv', 'c', { timeout });
      await until(() => peer.steps() > before);
      expect(await state(received)).toBe('pending');
      await channel.send(7);
      expect(await received).toEqual(ok(7));
    }
  });
}

function aborts(engine: EngineCase): void {
  const capacities = [0, 1, 5, Number.POSITIVE_INFINITY];

  test('32 abort before the hand-over rejects with signal.reason, and the message stays for the next receiver', async () => {
    for (const capacity of capacities) {
      const channel = engine.make<number>(capacity);
      const controller = new AbortController();
      const received = [channel.recv({ signal: controller.signal }), channel.recvMany(3, { signal: controller.signal })];
      const selected = select({ channel }, { signal: controller.signal });
      const reason = new Error('changed my mind');
      queueMicrotask(() => controller.abort(reason));
      for (const error of await Promise.all([...received, selected].map(failure))) expect(error).toBe(reason);
      const next = channel.recv();
      expect(channel.trySend(1)).toBe(true);
      expect(await next).toEqual(ok(1));
    }
  });

  test('33 abort after the hand-over, in the same tick: the value is delivered', async () => {
    for (const capacity of capacities) {
      const channel = engine.make<number>(capacity);
      const controller = new AbortController();
      const options = { signal: controller.signal };
      const received = channel.recv(options);
      const batch = channel.recvMany(2, options);
      const selected = select({ channel }, options);
      for (const value of [1, 2, 3]) expect(channel.trySend(value)).toBe(true);
      controller.abort();
      expect(await received).toEqual(ok(1));
      expect(await batch).toEqual([2]);
      expect(await selected).toEqual({ key: 'channel', ok: true, value: 3 });
      expect(channel.tryRecv()).toBeNull();
    }
  });

  test('33 abort after a waiting send was taken: it resolves', async () => {
    for (const capacity of [0, 1]) {
      const channel = engine.make<number>(capacity);
      for (let i = 0; i < capacity; i++) channel.trySend(0);
      const controller = new AbortController();
      const sent = channel.send(1, { signal: controller.signal });
      expect(channel.tryRecvMany(capacity + 1)).toEqual(numbers(1 - capacity, capacity + 1));
      controller.abort();
      expect(await sent).toBeUndefined();
    }
  });

  test('34 two waiting receivers, the first aborted after a send: the second is woken by the next and order is kept', async () => {
    for (const capacity of capacities) {
      const channel = engine.make<number>(capacity);
      const controller = new AbortController();
      const [first, second] = [channel.recv({ signal: controller.signal }), channel.recv()];
      expect(channel.trySend(1)).toBe(true);
      controller.abort();
      expect(channel.trySend(2)).toBe(true);
      expect(await first).toEqual(ok(1));
      expect(await second).toEqual(ok(2));
    }
  });

  test('34 two waiting receivers, the first aborted before a send: the second gets it', async () => {
    for (const capacity of capacities) {
      const channel = engine.make<number>(capacity);
      const controller = new AbortController();
      const [first, second] = [channel.recv({ signal: controller.signal }), channel.recv()];
      controller.abort('gone');
      expect(channel.trySend(1)).toBe(true);
      expect(await failure(first)).toBe('gone');
      expect(await second).toEqual(ok(1));
    }
  });

  test('35 an aborted waiting send is not delivered, and the next sender proceeds', async () => {
    for (const capacity of [0, 1, 3]) {
      const channel = engine.make<string>(capacity);
      for (let i = 0; i < capacity; i++) channel.trySend('buffered');
      const controller = new AbortController();
      const aborted = channel.send('aborted', { signal: controller.signal });
      const sent = channel.send('next');
      controller.abort('gone');
      expect(await failure(aborted)).toBe('gone');
      const values = channel.tryRecvMany(9);
      expect(values).toEqual([...Array(capacity).fill('buffered'), 'next']);
      await sent;
      expect(channel.tryRecv()).toBeNull();
    }
  });

  for (const first of ['room', 'abort'] as const) {
    test(`36 of two blocked senders the first aborts as room appears (${first} first): the second is woken`, async () => {
      for (const capacity of [0, 1]) {
        const channel = engine.make<string>(capacity);
        for (let i = 0; i < capacity; i++) channel.trySend('buffered');
        const controller = new AbortController();
        const one = channel.send('one', { signal: controller.signal }).then(
          () => 'one',
          () => undefined,
        );
        const two = channel.send('two');
        const values: unknown[] = [];
        if (first === 'abort') controller.abort();
        values.push(channel.tryRecv()?.value);
        if (first === 'room') controller.abort();
        const went = await one;
        while (values.length < capacity + (went === undefined ? 1 : 2)) values.push((await channel.recv()).value);
        await two;
        expect(values.filter((value) => value !== 'buffered')).toEqual(went === undefined ? ['two'] : ['one', 'two']);
      }
    });
  }

  test('38 recv, abort and close racing in one thread: exactly one outcome, whichever comes first', async () => {
    const steps = ['send', 'abort', 'close'] as const;
    for (const capacity of [0, 1, Number.POSITIVE_INFINITY]) {
      for (const a of steps) {
        for (const b of steps.filter((step) => step !== a)) {
          const channel = engine.make<number>(capacity);
          const controller = new AbortController();
          const outcomes: unknown[] = [];
          const received = channel.recv({ signal: controller.signal }).then(
            (got) => outcomes.push(got.ok ? 'send' : 'close'),
            () => outcomes.push('abort'),
          );
          for (const step of [a, b]) {
            if (step === 'send') thrownOr(() => channel.trySend(1));
            else if (step === 'abort') controller.abort();
            else channel.close();
          }
          await received;
          expect(outcomes, `${a} then ${b}, capacity ${capacity}`).toEqual([a]);
        }
      }
    }
  });

  test('40 a promise of send that is never awaited does not hold up the channel', async () => {
    for (const capacity of [0, 1]) {
      const channel = engine.make<number>(capacity);
      for (let i = 0; i < 100; i++) void channel.send(i);
      const values: unknown[] = [];
      for (let i = 0; i < 100; i++) values.push((await channel.recv()).value);
      expect(values).toEqual(numbers(0, 100));
    }
  });
}

/** Runs a call that may throw because the channel is closed by now. */
function thrownOr(call: () => unknown): void {
  try {
    call();
  } catch (error) {
    if (!(error instanceof ClosedError)) throw error;
  }
}

function quiet(engine: EngineCase): void {
  test('37 10 000 recv({signal}) aborted on a quiet channel leave no waiters and flat memory', async () => {
    const channel = engine.make<number>(0);
    const round = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        const controller = new AbortController();
        const received = channel.recv({ signal: controller.signal }).catch(() => 'aborted');
        controller.abort();
        if ((await received) !== 'aborted') expect.unreachable();
      }
    };
    await round(2000);
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    await round(10_000);
    globalThis.gc?.();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(3 * 1024 * 1024);
    expect(channel.trySend(1)).toBe(false);
  });
}

function retries(engine: EngineCase): void {
  for (const pairing of pairings(engine)) {
    test(`31 a receiver that retries timed recv loses nothing and keeps order (${pairing.title})`, async () => {
      for (const capacity of [0, 1, 3]) {
        const { sender, receiver } = await stage.pair(pairing, engine.make<number>(capacity));
        const received = receiver.one('retry', 'c', 40, 1);
        for (let i = 0; i < 40; i += 4) {
          expect(await sender.one('produce', 'c', i, 4)).toBe(4);
          // The pause is the test: the receiver's timeouts fall into it.
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
        expect(await received).toEqual(numbers(0, 40));
      }
    });
  }
}

function races(engine: EngineCase): void {
  for (const mode of ['loop', 'blocking'] as const) {
    test(`33 over 10 000 races of abort with a ${mode} sender, received + left = sent, each once and in order`, async () => {
      const peer = await stage.end('A', mode);
      for (const capacity of [0, 1, 4]) {
        const channel = engine.make<number>(capacity);
        await peer.give('c', channel);
        const count = scaled(3400, 100);
        const sent = peer.one('produce', 'c', 0, count);
        const values: unknown[] = [];
        let aborted = 0;
        while (values.length < count) {
          const controller = new AbortController();
          const received = channel.recv({ signal: controller.signal });
          if (values.length % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
          controller.abort();
          const got = await received.catch(() => undefined);
          if (got === undefined) aborted += 1;
          else values.push(got.value);
        }
        expect(await sent).toBe(count);
        expect(values).toEqual(numbers(0, count));
        expect(channel.tryRecv()).toBeNull();
        expect(aborted + values.length).toBeGreaterThanOrEqual(count);
      }
    });
  }

  test('38 recv, abort and close racing across threads: exactly one outcome', async () => {
    const peer = await stage.end('A', 'blocking');
    for (let i = 0; i < scaled(300, 50); i++) {
      const channel = engine.make<number>(i % 3);
      await peer.give('c', channel);
      const controller = new AbortController();
      const outcomes: unknown[] = [];
      const received = channel.recv({ signal: controller.signal }).then(
        (got) => outcomes.push(got.ok),
        () => outcomes.push('aborted'),
      );
      const results = peer.run(['trySend', 'c', 1], ['close', 'c']);
      for (let spin = 0; spin < (i % 10) * 2; spin++) await new Promise((resolve) => setImmediate(resolve));
      controller.abort();
      const [sent] = await results;
      await received;
      expect(outcomes).toHaveLength(1);
      const left = channel.tryRecv();
      const delivered = outcomes[0] === true ? 1 : 0;
      expect(delivered + (left?.ok ? 1 : 0)).toBe(sent === true ? 1 : 0);
      channel[Symbol.dispose]();
    }
  });
}

function busy(engine: EngineCase): void {
  test('39 a receiver that was handed a message but whose loop is busy does not keep others from theirs', async () => {
    const a = await stage.peer('A');
    const b = await stage.end('B', 'loop');
    for (const capacity of [0, 1, 5, Number.POSITIVE_INFINITY]) {
      const channel = engine.make<number>(capacity);
      await a.give('c', channel);
      await b.give('c', channel);
      await a.run([['begin', 'r', ['recv', 'c']]], 'loop');
      const before = a.steps();
      const spinning = a.run([['spin'], ['end', 'r']], 'loop');
      await until(() => a.steps() > before);
      expect(await b.one('begin', 'r', ['recv', 'c'])).toBe('begun');
      expect(channel.trySend(1)).toBe(true);
      expect(channel.trySend(2)).toBe(true);
      const quick = (await b.one('end', 'r')).value;
      if (capacity > 0) {
        channel.trySend(3);
        expect(channel.tryRecv()).toEqual(ok(3));
      }
      a.openGate();
      const slow = (await spinning)[1].value;
      if (engine.exactAcross || capacity === 0) expect([slow, quick]).toEqual([1, 2]);
      else expect([slow, quick].sort()).toEqual([1, 2]);
    }
  });
}
