/** SEMANTICS "Basics", 1 to 9 and 12 to 14: what one operation does to a channel that is empty, full or closed. */
import { ClosedError, never } from 'hchan';
import { expect, test } from 'vitest';
import { breathe, CAPACITIES_0_TO_20, DONE, failure, numbers, ok, pairings, Stage, state, thrown, until } from './actors.js';
import { ENGINES, type EngineCase, forEngines } from './engines.js';

const stage = new Stage();

forEngines(ENGINES, (engine) => {
  waiting(engine);
  closing(engine);
  onClosed(engine);
  properties(engine);
});

function waiting(engine: EngineCase): void {
  for (const pairing of pairings(engine)) {
    test(`1 recv on empty waits until a send, capacities 0 to 20 (${pairing.title})`, async () => {
      for (const capacity of CAPACITIES_0_TO_20) {
        const channel = engine.make<number>(capacity);
        const { sender, receiver } = await stage.pair(pairing, channel);
        const before = receiver.steps();
        const received = receiver.one('recv', 'c');
        await until(() => receiver.steps() > before);
        expect(await state(received)).toBe('pending');
        expect(await sender.one('send', 'c', capacity)).toBeUndefined();
        expect(await received).toEqual(ok(capacity));
        expect(channel.length).toBe(0);
      }
    });

    test(`3 send to full waits, and goes on in order as room appears (${pairing.title})`, async () => {
      for (const capacity of [0, 1, 2, 7, 20]) {
        const channel = engine.make<number>(capacity);
        const { sender, receiver } = await stage.pair(pairing, channel);
        for (let i = 0; i < capacity; i++) expect(channel.trySend(i)).toBe(true);
        const before = sender.steps();
        const sent = sender.one('send', 'c', capacity);
        await until(() => sender.steps() > before);
        await breathe();
        expect(await state(sent)).toBe('pending');
        expect(channel.length).toBe(capacity);
        expect(await receiver.one('drain', 'c', capacity + 1)).toEqual(numbers(0, capacity + 1));
        expect(await sent).toBeUndefined();
      }
    });
  }

  test('2 tryRecv on empty is null and does not wait', () => {
    for (const capacity of [...CAPACITIES_0_TO_20, Number.POSITIVE_INFINITY]) {
      const channel = engine.make<number>(capacity);
      expect(channel.tryRecv()).toBeNull();
      expect(channel.tryRecvMany(5)).toEqual([]);
      expect(channel.length).toBe(0);
    }
  });

  test('3 trySend to full is false and the value is not enqueued', () => {
    for (const capacity of CAPACITIES_0_TO_20) {
      const channel = engine.make<number>(capacity);
      for (let i = 0; i < capacity; i++) expect(channel.trySend(i)).toBe(true);
      expect(channel.trySend(99)).toBe(false);
      expect(channel.trySendMany([98, 97])).toBe(0);
      expect(channel.length).toBe(capacity);
      expect(channel.tryRecvMany(100)).toEqual(numbers(0, capacity));
      expect(channel.tryRecv()).toBeNull();
    }
  });

  test('3 trySend to a rendezvous succeeds exactly when a receiver is waiting', async () => {
    const channel = engine.make<string>(0);
    expect(channel.trySend('nobody')).toBe(false);
    const received = channel.recv();
    expect(channel.trySend('somebody')).toBe(true);
    expect(channel.trySend('nobody again')).toBe(false);
    expect(await received).toEqual(ok('somebody'));
  });

  test('3 tryRecv takes from a sender that waits at a rendezvous', async () => {
    const channel = engine.make<string>(0);
    const sent = channel.send('here');
    expect(channel.tryRecv()).toEqual(ok('here'));
    await sent;
    expect(channel.tryRecv()).toBeNull();
  });
}

function closing(engine: EngineCase): void {
  for (const pairing of pairings(engine)) {
    test(`4 after close: buffered values in order, then closed for ever (${pairing.title})`, async () => {
      for (const capacity of [1, 2, 13, Number.POSITIVE_INFINITY]) {
        const channel = engine.make<number>(capacity);
        const { sender, receiver } = await stage.pair(pairing, channel);
        const count = Math.min(capacity, 20);
        expect(await sender.one('produce', 'c', 0, count)).toBe(count);
        expect(await sender.one('close', 'c')).toBeUndefined();
        expect(channel.closed).toBe(true);
        expect(channel.length).toBe(count);
        expect(await receiver.one('drain', 'c')).toEqual(numbers(0, count));
        const again = await receiver.run(
          ['recv', 'c'],
          ['tryRecv', 'c'],
          ['recvMany', 'c', 3],
          ['tryRecvMany', 'c', 3],
          ['recv', 'c'],
        );
        expect(again).toEqual([DONE, DONE, [], [], DONE]);
      }
    });

    test(`5 close wakes a waiting receiver with ok false (${pairing.title})`, async () => {
      for (const capacity of [0, 1, 5, Number.POSITIVE_INFINITY]) {
        const channel = engine.make<number>(capacity);
        const { sender, receiver } = await stage.pair(pairing, channel);
        const before = receiver.steps();
        const received = receiver.one('recv', 'c');
        await until(() => receiver.steps() > before);
        await breathe();
        await sender.one('close', 'c');
        expect(await received).toEqual(DONE);
      }
    });

    test(`6 close wakes a waiting sender with ClosedError carrying its value (${pairing.title})`, async () => {
      for (const capacity of [0, 1, 5]) {
        const channel = engine.make<number>(capacity);
        const { sender } = await stage.pair(pairing, channel);
        for (let i = 0; i < capacity; i++) channel.trySend(i);
        const before = sender.steps();
        const sent = sender.one('send', 'c', 42);
        await until(() => sender.steps() > before);
        await breathe();
        channel.close();
        expect(await sent).toMatchObject({ error: 'ClosedError', code: 'ERR_HCHAN_CLOSED', genuine: true, value: 42 });
        expect(channel.tryRecvMany(100)).toEqual(numbers(0, capacity));
        expect(channel.tryRecv()).toEqual(DONE);
      }
    });
  }

  test('5 close wakes all waiting receivers, awaiting and batching and iterating ones', async () => {
    for (const capacity of [0, 3]) {
      const channel = engine.make<number>(capacity);
      const iterated = (async () => {
        for await (const value of channel) expect.unreachable(`received ${value}`);
        return 'ended';
      })();
      const consumed = channel.consume(() => expect.unreachable());
      const received = [channel.recv(), channel.recv(), channel.recv()];
      const many = channel.recvMany(4);
      channel.close();
      expect(await Promise.all(received)).toEqual([DONE, DONE, DONE]);
      expect(await many).toEqual([]);
      expect(await iterated).toBe('ended');
      expect(await consumed).toBeUndefined();
    }
  });

  test('6 close wakes all waiting senders, each with its own value', async () => {
    const channel = engine.make<string>(1, { name: 'jobs' });
    await channel.send('buffered');
    const errors = ['a', 'b', 'c'].map((value) => failure(channel.send(value)));
    const batch = failure(channel.sendMany(['d', 'e']));
    channel.close();
    for (const [index, error] of (await Promise.all(errors)).entries()) {
      expect(error).toBeInstanceOf(ClosedError);
      expect(error.value).toBe('abc'[index]);
      expect(error.message).toContain("'jobs'");
    }
    expect((await batch).sent).toBe(0);
    expect(channel.tryRecvMany(9)).toEqual(['buffered']);
  });
}

function onClosed(engine: EngineCase): void {
  const capacities = [0, 1, 4, Number.POSITIVE_INFINITY];

  test('7 send on closed fails, nothing is enqueued, the next recv is still closed', async () => {
    for (const capacity of capacities) {
      const channel = engine.make<number>(capacity, { name: 'shut' });
      channel.close();
      const errors = [
        await failure(channel.send(1)),
        thrown(() => channel.sendSync(1, { allowMainThread: true, timeout: 0 })),
        thrown(() => channel.trySend(1)),
      ];
      for (const error of errors) {
        expect(error).toBeInstanceOf(ClosedError);
        expect(error).toMatchObject({ name: 'ClosedError', code: 'ERR_HCHAN_CLOSED', value: 1 });
        expect(error.message).toContain("'shut'");
      }
      expect((await failure(channel.sendMany([1, 2]))).sent).toBe(0);
      expect(thrown(() => channel.sendManySync([1, 2], { allowMainThread: true, timeout: 0 })).sent).toBe(0);
      expect(thrown(() => channel.trySendMany([1, 2]))).toBeInstanceOf(ClosedError);
      expect(channel.length).toBe(0);
      expect(await channel.recv()).toEqual(DONE);
    }
  });

  test('8 trySend on closed throws ClosedError even when full; tryRecv on closed and drained is ok false, not null', async () => {
    for (const capacity of [1, 4]) {
      const channel = engine.make<number>(capacity);
      while (channel.trySend(7));
      channel.close();
      expect(thrown(() => channel.trySend(8))).toBeInstanceOf(ClosedError);
      expect(channel.tryRecvMany(9)).toHaveLength(capacity);
      expect(channel.tryRecv()).toEqual(DONE);
      expect(channel.tryRecv()).toEqual(DONE);
    }
  });

  test('9 closing twice throws ClosedError, and so does closing never()', () => {
    for (const capacity of capacities) {
      const channel = engine.make(capacity);
      channel.close();
      expect(thrown(() => channel.close())).toBeInstanceOf(ClosedError);
      expect(thrown(() => channel.sender().close())).toBeInstanceOf(ClosedError);
      expect(channel.closed).toBe(true);
    }
    expect(thrown(() => never().close())).toBeInstanceOf(ClosedError);
    expect(thrown(() => never().close())).toBeInstanceOf(ClosedError);
  });

  if (!engine.crossesThreads) return;
  test('9 closing twice throws in the thread that was late', async () => {
    const channel = engine.make(2);
    const [a, b] = [await stage.end('A', 'loop'), await stage.end('B', 'blocking')];
    await a.give('c', channel);
    await b.give('c', channel);
    const results = [...(await Promise.all([a.one('close', 'c'), b.one('close', 'c')])), await a.one('closed', 'c')];
    expect(results.filter((result) => result === undefined)).toHaveLength(1);
    expect(results.filter((result) => result?.error === 'ClosedError')).toHaveLength(1);
    expect(results.at(-1)).toBe(true);
  });
}

function properties(engine: EngineCase): void {
  test('12 length and capacity after k sends and k receives', () => {
    for (const capacity of [...CAPACITIES_0_TO_20, 1000, Number.POSITIVE_INFINITY]) {
      const channel = engine.make<number>(capacity);
      const count = Math.min(capacity, 50);
      expect(channel.capacity).toBe(capacity);
      for (let i = 0; i < count; i++) {
        expect(channel.length).toBe(i);
        channel.trySend(i);
      }
      for (let i = count; i > 0; i--) {
        expect(channel.length).toBe(i);
        channel.tryRecv();
      }
      expect(channel.length).toBe(0);
    }
  });

  test('12 length does not count waiting senders, and a rendezvous has length 0', async () => {
    for (const capacity of [0, 1, 3]) {
      const channel = engine.make<number>(capacity);
      const sends = numbers(0, capacity + 4).map((i) => channel.send(i));
      expect(channel.length).toBe(capacity);
      expect(channel.tryRecvMany(99)).toEqual(numbers(0, capacity + 4));
      await Promise.all(sends);
    }
  });

  test('13 the capacity of an unbounded channel is Infinity, also on its handles', () => {
    const channel = engine.make<number>(Number.POSITIVE_INFINITY);
    expect(channel.capacity).toBe(Number.POSITIVE_INFINITY);
    expect(channel.sender().capacity).toBe(Number.POSITIVE_INFINITY);
    expect(channel.receiver().capacity).toBe(Number.POSITIVE_INFINITY);
    for (let i = 0; i < 10_000; i++) expect(channel.trySend(i)).toBe(true);
    expect(channel.length).toBe(10_000);
  });

  test('handles say id, name, engine, capacity, length and closed, and cannot be written to', () => {
    const channel = engine.make<number>(3, { name: 'jobs' });
    channel.trySend(1);
    for (const handle of [channel, channel.sender(), channel.receiver()]) {
      expect(handle).toMatchObject({ id: channel.id, name: 'jobs', engine: engine.name, capacity: 3, length: 1, closed: false });
      for (const property of ['id', 'name', 'engine', 'capacity', 'length', 'closed']) {
        expect(
          thrown(() => Object.assign(handle, { [property]: 99 })),
          property,
        ).toBeInstanceOf(TypeError);
      }
    }
    expect(Number.isInteger(channel.id)).toBe(true);
    expect(engine.make().id).not.toBe(channel.id);
    expect(engine.make().name).toBeUndefined();
  });

  for (const pairing of pairings(engine)) {
    test(`14 undefined, null, 0, '' and NaN are delivered as values (${pairing.title})`, async () => {
      const values = [undefined, null, 0, -0, '', Number.NaN, false, 0n];
      for (const capacity of [0, 1, Number.POSITIVE_INFINITY]) {
        const { sender, receiver } = await stage.pair(pairing, engine.make(capacity));
        const received = receiver.one('drain', 'c', values.length);
        for (const value of values) expect(await sender.one('send', 'c', value)).toBeUndefined();
        expect(await received).toEqual(values);
      }
    });
  }
}
