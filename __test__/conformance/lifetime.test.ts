/** SEMANTICS "Close and lifetime", 57 to 61 and 67, within one process; deaths of workers are in ../survival. */
import {
  attach,
  type Channel,
  ClosedError,
  DetachedError,
  DirectionError,
  DisconnectedError,
  type Receiver,
  type Sender,
  type Shared,
  select,
  send,
} from 'hchan';
import { expect, test } from 'vitest';
import { breathe, DONE, failure, numbers, ok, Peer, Stage, state, thrown, until } from './actors.js';
import { CROSSING, ENGINES, type EngineCase, forEngines, scaled } from './engines.js';

const stage = new Stage();
const dispose = (handle: Disposable): void => handle[Symbol.dispose]();

forEngines(ENGINES, (engine) => {
  lastHandles(engine);
});

forEngines(CROSSING, (engine) => {
  lastHandlesAcross(engine);
  tokens(engine);
  closeRaces(engine);
});

function lastHandles(engine: EngineCase): void {
  const capacities = [0, 1, 5, Number.POSITIVE_INFINITY];

  test('57 last sender handle gone: receivers drain, then closed', async () => {
    for (const capacity of capacities) {
      const channel = engine.make<number>(capacity);
      const [receiver, one, two] = [channel.receiver(), channel.sender(), channel.sender()];
      const count = Math.min(capacity, 3);
      expect(one.trySendMany(numbers(0, count))).toBe(count);
      dispose(channel);
      dispose(one);
      expect(receiver.closed).toBe(false);
      dispose(two);
      expect(receiver.closed).toBe(true);
      expect(receiver.tryRecvMany(9)).toEqual(numbers(0, count));
      expect(await receiver.recv()).toEqual(DONE);
      expect(receiver.tryRecv()).toEqual(DONE);
    }
  });

  test('57 last sender handle gone wakes waiting receivers and selects', async () => {
    for (const capacity of capacities) {
      const channel = engine.make<number>(capacity);
      const [receiver, sender] = [channel.receiver(), channel.sender()];
      dispose(channel);
      const waiting = [receiver.recv(), receiver.recv()];
      const selected = select({ receiver });
      expect(await state(waiting[0] as Promise<unknown>)).toBe('pending');
      dispose(sender);
      expect(await Promise.all(waiting)).toEqual([DONE, DONE]);
      expect(await selected).toEqual({ key: 'receiver', ok: false, value: undefined });
    }
  });

  test('17 what nobody can receive any more is dropped', () => {
    for (const capacity of [4, Number.POSITIVE_INFINITY]) {
      const channel = engine.make<number>(capacity);
      const sender = channel.sender();
      sender.trySendMany([1, 2, 3]);
      channel[Symbol.dispose]();
      expect(sender.length).toBe(0);
      expect(thrown(() => sender.trySend(4))).toBeInstanceOf(DisconnectedError);
    }
  });

  test('58 last receiver handle gone: waiting and later sends fail with DisconnectedError', async () => {
    for (const capacity of capacities) {
      const channel = engine.make<number>(capacity, { name: 'orphan' });
      const [sender, one, two] = [channel.sender(), channel.receiver(), channel.receiver()];
      dispose(channel);
      for (let i = 0; i < Math.min(capacity, 5); i++) expect(sender.trySend(i)).toBe(true);
      const waiting = Number.isFinite(capacity) ? [failure(sender.send(77)), failure(sender.sendMany([78, 79]))] : [];
      const selected = Number.isFinite(capacity) ? [failure(select({ out: send(sender, 80) }))] : [];
      dispose(one);
      if (waiting[0] !== undefined) expect(await state(waiting[0])).toBe('pending');
      dispose(two);
      const errors = [
        ...(await Promise.all([...waiting, ...selected])),
        await failure(sender.send(77)),
        thrown(() => sender.trySend(77)),
      ];
      for (const error of errors) {
        expect(error).toBeInstanceOf(DisconnectedError);
        expect(error.code).toBe('ERR_HCHAN_DISCONNECTED');
        expect(error.message).toContain("'orphan'");
      }
      expect(errors.at(-1).value).toBe(77);
      expect(errors.at(-2).value).toBe(77);
      expect((await failure(sender.sendMany([1, 2]))).sent).toBe(0);
      expect(thrown(() => sender.trySendMany([1, 2]))).toBeInstanceOf(DisconnectedError);
    }
  });

  test('57 a collected handle counts as disposed', async () => {
    const receiver = (() => engine.make<number>(3).receiver())();
    const waiting = receiver.recv();
    let closed = false;
    void waiting.then(() => {
      closed = true;
    });
    for (let i = 0; i < 200 && !closed; i++) {
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(closed).toBe(true);
    expect(await waiting).toEqual(DONE);
  });
}

function lastHandlesAcross(engine: EngineCase): void {
  for (const mode of ['loop', 'blocking'] as const) {
    test(`57 last sender handle gone in another worker (${mode} receiver): drained, then closed`, async () => {
      for (const capacity of [0, 3]) {
        const channel = engine.make<number>(capacity);
        const [a, b] = [await stage.end('A', 'loop'), await stage.end('B', mode)];
        await a.give('s', channel.sender());
        await b.give('r', channel.receiver());
        dispose(channel);
        const received = b.one('drain', 'r');
        // The senders made by `channel.sender()` above are still here, unreferenced; the tokens took their place.
        await a.run(['produce', 's', 0, 5], ['dispose', 's']);
        globalThis.gc?.();
        const collecting = setInterval(() => globalThis.gc?.(), 5);
        expect(await received).toEqual(numbers(0, 5));
        clearInterval(collecting);
      }
    });

    test(`58 last receiver handle gone in another worker: a waiting ${mode} send fails with DisconnectedError`, async () => {
      for (const capacity of [0, 2]) {
        const channel = engine.make<number>(capacity);
        for (let i = 0; i < capacity; i++) channel.trySend(i);
        const [a, b] = [await stage.end('A', mode), await stage.end('B', 'loop')];
        const [sender, receiver] = [channel.sender(), channel.receiver()];
        await a.give('s', sender);
        await b.give('r', receiver);
        for (const handle of [channel, sender, receiver]) dispose(handle);
        const before = a.steps();
        const sent = a.one('send', 's', 77);
        await until(() => a.steps() > before);
        await breathe();
        expect(await state(sent)).toBe('pending');
        await b.one('dispose', 'r');
        expect(await sent).toMatchObject({
          error: 'DisconnectedError',
          code: 'ERR_HCHAN_DISCONNECTED',
          value: 77,
          genuine: true,
        });
      }
    });
  }

  test('61 create, send, recv, dispose from fresh workers 1 000 times: every token of a channel that is gone is a DetachedError', async () => {
    const workers = scaled(25, 2);
    const before = process.memoryUsage().rss;
    for (let n = 0; n < workers; n++) {
      const peer = await Peer.start();
      const tokens: Shared<Receiver<number>>[] = [];
      for (let i = 0; i < 40; i++) {
        const channel = engine.make<number>(i % 3);
        await peer.give('c', channel);
        const sent = peer.run(
          [
            ['begin', 's', ['send', 'c', i]],
            ['end', 's'],
          ],
          'loop',
        );
        expect(await channel.recv()).toEqual(ok(i));
        await sent;
        tokens.push(channel.receiver().share());
        await peer.run([['dispose', 'c']], 'loop');
        dispose(channel);
        dispose(attach(tokens.at(-1) as Shared<Receiver<number>>));
      }
      await peer.worker.terminate();
      globalThis.gc?.();
      await new Promise((resolve) => setImmediate(resolve));
      globalThis.gc?.();
      for (const token of tokens.slice(0, -1)) {
        await until(() => {
          try {
            dispose(attach(token));
            // The receiver that it was shared from has not been collected yet.
            globalThis.gc?.();
            return false;
          } catch (error) {
            expect(error).toBeInstanceOf(DetachedError);
            return true;
          }
        });
      }
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 * 1024);
  });

  test('67 a channel outlives the worker that made it as long as another thread has a handle', async () => {
    const maker = await Peer.start();
    const [, , , token] = await maker.run(
      [
        ['make', 'c', 4, engine.name],
        ['send', 'c', 1],
        ['send', 'c', 2],
        ['share', 'c'],
      ],
      'loop',
    );
    const channel = attach(token as Shared<Channel<number>>);
    await maker.worker.terminate();
    expect(channel.tryRecvMany(9)).toEqual([1, 2]);
    await channel.send(3);
    const peer = await stage.end('A', 'blocking');
    await peer.give('c', channel);
    expect(await peer.one('recv', 'c')).toEqual(ok(3));
  });

  test('67 a message in a channel whose last handle is a token is kept for whoever attaches it', async () => {
    const maker = await Peer.start();
    const steps = [['make', 'c', 4, engine.name] as const, ['send', 'c', 1] as const, ['share', 'c'] as const];
    const token = (await maker.run(steps, 'loop'))[2];
    await maker.worker.terminate();
    expect(attach(token as Shared<Channel<number>>).tryRecv()).toEqual(ok(1));
  });
}

function tokens(engine: EngineCase): void {
  test('a token counts as a handle of its direction until it is first attached', async () => {
    const channel = engine.make<number>(2);
    const receiver = channel.receiver();
    const token = channel.sender().share();
    dispose(channel);
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc?.();
    expect(receiver.closed).toBe(false);
    const sender = attach<Sender<number>>(token);
    await sender.send(1);
    expect(await receiver.recv()).toEqual(ok(1));
  });

  test('a token may be attached more than once and in several threads, and gives its own direction', async () => {
    const channel = engine.make<number>(8, { name: 'wide' });
    const token = channel.receiver().share();
    const [one, two] = [attach<Receiver<number>>(token), attach<Receiver<number>>(structuredClone(token))];
    const peer = await stage.end('A', 'loop');
    await peer.give('r', token);
    channel.trySendMany([1, 2, 3]);
    expect(await peer.one('recv', 'r')).toEqual(ok(1));
    expect(one.tryRecv()).toEqual(ok(2));
    expect(two.tryRecv()).toEqual(ok(3));
    expect(await peer.one('describe', 'r')).toEqual({ id: channel.id, name: 'wide', engine: engine.name, capacity: 8 });
    expect(thrown(() => (one as unknown as Sender<number>).trySend(1))).toBeInstanceOf(DirectionError);
    expect(await peer.one('trySend', 'r', 1)).toMatchObject({ error: 'DirectionError', genuine: true });
  });

  test('a token is a small plain object that JSON does not have to carry but structured clone does', () => {
    const token = engine.make<number>(8).share();
    expect(Object.getPrototypeOf(token)).toBe(Object.prototype);
    expect(attach(structuredClone(token))).toBeDefined();
  });

  test('a token shared onwards from the thread that attached it is as good as the first', async () => {
    const [a, b] = [await stage.end('A', 'loop'), await stage.end('B', 'blocking')];
    const channel = engine.make<number>(1);
    await a.give('c', channel);
    await b.give('onwards', await a.one('share', 'c'));
    await b.one('send', 'onwards', 5);
    expect(await channel.recv()).toEqual(ok(5));
  });
}

function closeRaces(engine: EngineCase): void {
  for (const mode of ['loop', 'blocking'] as const) {
    test(`59 close racing with ${mode} sends in flight: every send either fails or is received, never both, never neither`, async () => {
      const [a, b] = [await stage.end('A', mode), await stage.end('B', mode)];
      for (let round = 0; round < scaled(40, 10); round++) {
        const channel = engine.make<number>([0, 1, 8, Number.POSITIVE_INFINITY][round % 4]);
        await a.give('c', channel);
        await b.give('c', channel);
        const steps = (from: number) => numbers(from, 200).map((i) => ['send', 'c', i] as const);
        const sending = Promise.all([a.run(...steps(0)), b.run(...steps(200))]);
        const received: number[] = [];
        const stopAt = (round * 37) % 300;
        while (received.length < stopAt) received.push((await channel.recv()).value as number);
        channel.close();
        for await (const value of channel) received.push(value);
        const results = (await sending).flat();
        const went = results.flatMap((result, i) => (result === undefined ? [i] : []));
        const failed = results.filter((result) => result !== undefined);
        expect(received.sort((x, y) => x - y)).toEqual(went);
        for (const result of failed) expect(result).toMatchObject({ error: 'ClosedError' });
        dispose(channel);
      }
    });
  }

  test('59 two closers and a sender: exactly one close succeeds', async () => {
    const [a, b] = [await stage.end('A', 'blocking'), await stage.end('B', 'blocking')];
    for (let round = 0; round < 50; round++) {
      const channel = engine.make<number>(1);
      await a.give('c', channel);
      await b.give('c', channel);
      const closing = Promise.all([a.one('close', 'c'), b.one('close', 'c')]);
      const sent = await channel.send(1).catch((error) => error);
      const results = await closing;
      expect(results.filter((result) => result === undefined)).toHaveLength(1);
      if (sent instanceof ClosedError) expect(channel.tryRecv()).toEqual(DONE);
      else expect(channel.tryRecv()).toEqual(ok(1));
    }
  });
}
