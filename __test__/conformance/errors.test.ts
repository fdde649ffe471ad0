/** API.md "Closing, and what fails": the table of errors, what each carries, and engine `auto`. */
import {
  BlockingError,
  ChannelError,
  ClosedError,
  CodecError,
  chan,
  DetachedError,
  DirectionError,
  DisconnectedError,
  type Sender,
  select,
  send,
  TimeoutError,
  unbounded,
} from 'hchan';
import { expect, test } from 'vitest';
import { failure, ok, Stage, thrown } from './actors.js';
import { CROSSING, ENGINES, type EngineCase, forEngines } from './engines.js';

const stage = new Stage();
const TABLE: Record<string, readonly [new (message: string) => Error, code: string]> = {
  ClosedError: [ClosedError, 'ERR_HCHAN_CLOSED'],
  DisconnectedError: [DisconnectedError, 'ERR_HCHAN_DISCONNECTED'],
  TimeoutError: [TimeoutError, 'ERR_HCHAN_TIMEOUT'],
  BlockingError: [BlockingError, 'ERR_HCHAN_BLOCKING'],
  CodecError: [CodecError, 'ERR_HCHAN_CODEC'],
  DetachedError: [DetachedError, 'ERR_HCHAN_DETACHED'],
  DirectionError: [DirectionError, 'ERR_HCHAN_DIRECTION'],
};

/** One call for each error that a channel operation can fail with. */
function provoke(engine: EngineCase, name?: string): Record<string, () => unknown> {
  const make = () => engine.make<number>(1, name === undefined ? {} : { name });
  const closed = make();
  closed.close();
  const [orphan, disposed] = [make(), make()];
  const sender = orphan.sender();
  orphan[Symbol.dispose]();
  disposed[Symbol.dispose]();
  return {
    ClosedError: () => closed.trySend(1),
    DisconnectedError: () => sender.trySend(1),
    TimeoutError: () => make().recvSync({ timeout: 0, allowMainThread: true }),
    BlockingError: () => make().recvSync(),
    DetachedError: () => disposed.trySend(1),
    DirectionError: () => (make().receiver() as unknown as Sender<number>).trySend(1),
  };
}

test('an error of no other class is a ChannelError by name too', () => {
  expect(new ChannelError('no such engine')).toMatchObject({ name: 'ChannelError', code: 'ERR_HCHAN' });
  expect(String(new ChannelError('no such engine'))).toBe('ChannelError: no such engine');
});

forEngines(ENGINES, (engine) => {
  test('every error has its class, name and code, extends ChannelError, and names the channel', () => {
    for (const [kind, call] of Object.entries(provoke(engine, 'jobs'))) {
      const error = thrown(call);
      expect(error).toBeInstanceOf(TABLE[kind]?.[0]);
      expect(error).toBeInstanceOf(ChannelError);
      expect(error).toBeInstanceOf(Error);
      expect(error.name).toBe(kind);
      expect(error.code).toBe(TABLE[kind]?.[1]);
      expect(error.message).toContain('jobs');
      expect(error.stack).toContain('errors.test.ts');
    }
  });

  test('the id stands for the name in errors of unnamed channels', () => {
    const channel = engine.make<number>(1);
    channel.close();
    expect(thrown(() => channel.trySend(1)).message).toContain(String(channel.id));
    for (const call of Object.values(provoke(engine))) expect(thrown(call).message).toMatch(/\d/);
  });

  test('an unsent value is given back as it was, not a copy', async () => {
    const value = { mine: true };
    const channel = engine.make<object>(0);
    const waiting = failure(channel.send(value));
    const selected = failure(select({ out: send(channel, value) }));
    const timedOut = thrown(() => channel.sendSync(value, { timeout: 1, allowMainThread: true }));
    channel.close();
    const errors = [
      await waiting,
      await selected,
      await failure(channel.send(value)),
      thrown(() => channel.trySend(value)),
      timedOut,
    ];
    for (const error of errors) expect(error.value).toBe(value);
  });

  test('an undefined that was not sent is told from no value', async () => {
    const channel = engine.make<undefined>(0);
    channel.close();
    expect('value' in (await failure(channel.send(undefined)))).toBe(true);
  });

  test('sender() and receiver() of a handle, and ref and unref, give handles that chain', async () => {
    const channel = engine.make<number>(1);
    expect(channel.ref()).toBe(channel);
    expect(channel.unref()).toBe(channel);
    const receiver = channel.receiver();
    expect(receiver.unref().ref()).toBe(receiver);
    await channel.sender().send(1);
    expect(await receiver.recv()).toEqual(ok(1));
  });
});

forEngines(CROSSING, (engine) => {
  test('errors that arise in a worker have their class, name and code there', async () => {
    const peer = await stage.end('A', 'blocking');
    const channel = engine.make<number>(1, { name: 'far' });
    await peer.give('c', channel);
    expect(await peer.one('recv', 'c', { timeout: 1 })).toMatchObject({
      error: 'TimeoutError',
      code: 'ERR_HCHAN_TIMEOUT',
      genuine: true,
    });
    expect(await peer.one('recv', 'c', { timeout: -1 })).toMatchObject({ error: 'RangeError', genuine: true });
    channel.close();
    const error = await peer.one('send', 'c', 1);
    expect(error).toMatchObject({ error: 'ClosedError', code: 'ERR_HCHAN_CLOSED', genuine: true, value: 1 });
    expect(error.message).toContain('far');
  });
});

test('engine auto says which engine was taken, and its tokens work in workers', async () => {
  const names = ['crossbeam', 'kanal', 'mutex', 'shared'];
  for (const channel of [
    chan<number>(0),
    chan<number>(1),
    chan<number>(64),
    chan<number>(5000),
    unbounded<number>(),
    chan<number>(3, { engine: 'auto' }),
  ]) {
    expect(names).toContain(channel.engine);
    const peer = await stage.end('A', 'loop');
    await peer.give('c', channel);
    const received = peer.one('recv', 'c');
    await channel.send(5);
    expect(await received).toEqual(ok(5));
    expect(await peer.one('describe', 'c')).toMatchObject({ engine: channel.engine, id: channel.id });
  }
});

test('share() on a local channel throws and says why', () => {
  const channel = chan<number>(1, { engine: 'local', name: 'near' });
  for (const handle of [channel, channel.sender(), channel.receiver()]) {
    const error = thrown(() => handle.share());
    expect(error).toBeInstanceOf(Error);
    expect(error.message).toContain('local');
  }
  expect(channel.trySend(1)).toBe(true);
});
