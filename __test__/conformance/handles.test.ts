/** API.md: what a handle's disposal and its direction mean, in one thread. */
import { DetachedError, DirectionError, type Receiver, type Sender, select, send } from 'hchan';
import { expect, test } from 'vitest';
import { failure, ok, state, thrown } from './actors.js';
import { ENGINES, type EngineCase, forEngines } from './engines.js';

const dispose = (handle: Disposable): void => handle[Symbol.dispose]();

forEngines(ENGINES, (engine) => {
  disposal(engine);
  directions(engine);
});

function disposal(engine: EngineCase): void {
  test('disposing a handle rejects its pending operations with DetachedError, nothing having happened', async () => {
    for (const capacity of [0, 1]) {
      const channel = engine.make<number>(capacity);
      const keep = engine.make<number>(0);
      const [receiver, sender] = [channel.receiver(), channel.sender()];
      const waiting = [
        failure(receiver.recv()),
        failure(receiver.recvMany(2)),
        failure(select({ receiver, keep })),
        failure(receiver.consume(() => expect.unreachable())),
      ];
      expect(await state(waiting[0] as Promise<unknown>)).toBe('pending');
      dispose(receiver);
      for (const error of await Promise.all(waiting)) expect(error).toBeInstanceOf(DetachedError);
      expect(keep.trySend(1)).toBe(false);
      for (let i = 0; i < capacity; i++) channel.trySend(0);
      const sending = failure(sender.send(5));
      dispose(sender);
      expect(await sending).toBeInstanceOf(DetachedError);
      expect(channel.tryRecvMany(9)).toEqual(Array(capacity).fill(0));
      const next = channel.recv();
      expect(channel.trySend(1)).toBe(true);
      expect(await next).toEqual(ok(1));
    }
  });

  test('disposing twice is fine, every operation on a disposed handle is a DetachedError, properties still answer', async () => {
    const channel = engine.make<number>(4, { name: 'gone' });
    const keep = channel.receiver();
    channel.trySend(1);
    const { id } = channel;
    dispose(channel);
    dispose(channel);
    const calls = [
      () => channel.trySend(1),
      () => channel.tryRecv(),
      () => channel.trySendMany([1]),
      () => channel.tryRecvMany(1),
      () => channel.sendSync(1, { allowMainThread: true }),
      () => channel.recvSync({ allowMainThread: true }),
      () => channel.close(),
      () => channel.share(),
      () => channel.sender(),
      () => channel.receiver(),
    ];
    for (const call of calls) expect(thrown(call), String(call)).toBeInstanceOf(DetachedError);
    const promises = [
      channel.send(1),
      channel.recv(),
      channel.sendMany([1]),
      channel.recvMany(1),
      channel.consume(() => {}),
      select({ channel }),
    ];
    for (const error of await Promise.all(promises.map(failure))) {
      expect(error).toBeInstanceOf(DetachedError);
      expect(error.code).toBe('ERR_HCHAN_DETACHED');
      expect(error.message).toContain("'gone'");
    }
    expect(channel).toMatchObject({ id, name: 'gone', engine: engine.name, capacity: 4, closed: true });
    expect(keep.tryRecv()).toEqual(ok(1));
  });

  test('disposing one handle does not touch the pending operations of others', async () => {
    const channel = engine.make<number>(0);
    const [one, two] = [channel.receiver(), channel.receiver()];
    const [gone, stays] = [failure(one.recv()), two.recv()];
    dispose(one);
    expect(await gone).toBeInstanceOf(DetachedError);
    expect(channel.trySend(1)).toBe(true);
    expect(await stays).toEqual(ok(1));
  });

  test('what a handle began while it was the only one ends with it too, and what another one began does not', async () => {
    const channel = engine.make<number>(0);
    const order: number[] = [];
    const begin = (handle: Receiver<number>, number: number) => failure(handle.recv()).finally(() => void order.push(number));
    const alone = begin(channel, 0);
    const other = channel.receiver();
    const stays = other.recv();
    const mine = [alone, begin(channel, 1), failure(channel.consume(() => expect.unreachable())), failure(select({ channel }))];
    channel.unref().ref();
    const sender = channel.sender();
    dispose(channel);
    for (const error of await Promise.all(mine)) expect(error).toBeInstanceOf(DetachedError);
    expect(order).toEqual([0, 1]);
    expect(sender.trySend(1)).toBe(true);
    expect(await stays).toEqual(ok(1));
    dispose(sender);
    expect(await other.recv()).toEqual({ ok: false, value: undefined });
  });

  test('a value handed over in the tick of the disposal is delivered, not lost', async () => {
    for (const capacity of [0, 1]) {
      const channel = engine.make<number>(capacity);
      const receiver = channel.receiver();
      const received = receiver.recv().catch((error) => error);
      expect(channel.trySend(1)).toBe(true);
      dispose(receiver);
      const got = await received;
      if (got instanceof DetachedError) expect(channel.tryRecv()).toEqual(ok(1));
      else expect(got).toEqual(ok(1));
      expect(channel.tryRecv()).toBeNull();
    }
  });
}

function directions(engine: EngineCase): void {
  test('a sender handle does not receive and a receiver handle does not send: DirectionError', async () => {
    const channel = engine.make<number>(4, { name: 'oneway' });
    const sender = channel.sender() as unknown as Receiver<number>;
    const receiver = channel.receiver() as unknown as Sender<number>;
    const main = { allowMainThread: true };
    const sync = [
      () => sender.tryRecv(),
      () => sender.tryRecvMany(1),
      () => sender.recvSync(main),
      () => sender.recvManySync(1, main),
      () => receiver.trySend(1),
      () => receiver.trySendMany([1]),
      () => receiver.sendSync(1, main),
      () => receiver.sendManySync([1], main),
      () => receiver.close(),
    ];
    for (const call of sync) {
      const error = thrown(call);
      expect(error, String(call)).toBeInstanceOf(DirectionError);
      expect(error.code).toBe('ERR_HCHAN_DIRECTION');
      expect(error.message).toContain("'oneway'");
    }
    const promises = [sender.recv(), sender.recvMany(1), sender.consume(() => {}), receiver.send(1), receiver.sendMany([1])];
    for (const error of await Promise.all(promises.map(failure))) expect(error).toBeInstanceOf(DirectionError);
    expect(await failure(select({ sender }))).toBeInstanceOf(DirectionError);
    expect(await failure(select({ out: send(receiver, 1) }))).toBeInstanceOf(DirectionError);
    expect(channel.length).toBe(0);
    expect(channel.closed).toBe(false);
  });
}
