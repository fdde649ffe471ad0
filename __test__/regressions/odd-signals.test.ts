/** A thing that only looked like an AbortSignal lost a message, and left an operation behind that had been rejected. */
import { type AwaitOptions, select, send } from 'hchan';
import { afterEach, expect, test } from 'vitest';
import { failure, ok } from '../conformance/actors.js';
import { ENGINES, forEngines } from '../conformance/engines.js';

const odd = (parts: object): AbortSignal =>
  ({ aborted: false, addEventListener() {}, removeEventListener() {}, throwIfAborted() {}, ...parts }) as unknown as AbortSignal;
const thrower = (what: string) => () => {
  throw new Error(what);
};

const uncaught: unknown[] = [];
const note = (error: unknown) => void uncaught.push(error);
process.on('uncaughtException', note);
afterEach(() => expect(uncaught.splice(0)).toEqual([]));

forEngines(ENGINES, (engine) => {
  test('a signal that cannot be let go is a TypeError', async () => {
    const channel = engine.make<number>(1);
    const options: AwaitOptions = { signal: odd({ removeEventListener: undefined }) };
    for (const refused of [channel.recv(options), channel.send(1, options), channel.recvMany(1, options)]) {
      expect(await failure(refused)).toBeInstanceOf(TypeError);
    }
    expect(channel.length).toBe(0);
  });

  test('a signal that cannot be listened to fails the operation, and nothing is left of it', async () => {
    const signal = odd({ addEventListener: thrower('cannot listen') });
    for (const receive of [
      (receiver: ReturnType<typeof engine.make<number>>) => receiver.recv({ signal }),
      (receiver: ReturnType<typeof engine.make<number>>) => receiver.recvMany(2, { signal }),
      (receiver: ReturnType<typeof engine.make<number>>) => receiver.consume(() => expect.unreachable(), { signal }),
      (receiver: ReturnType<typeof engine.make<number>>) => select({ receiver }, { signal }),
    ]) {
      const channel = engine.make<number>(1);
      expect(await failure(receive(channel))).toMatchObject({ message: 'cannot listen' });
      expect(channel.trySend(1)).toBe(true);
      expect(channel.tryRecv()).toEqual(ok(1));
    }
    const channel = engine.make<number>(0);
    expect(await failure(channel.send(1, { signal }))).toMatchObject({ message: 'cannot listen' });
    expect(await failure(select({ out: send(channel, 2) }, { signal }))).toMatchObject({ message: 'cannot listen' });
    expect(channel.tryRecv()).toBeNull();
  });

  test('a signal that throws when it is let go changes nothing of what happened', async () => {
    const signal = odd({ removeEventListener: thrower('cannot stop') });
    const channel = engine.make<number>(0);
    const received = channel.recv({ signal });
    expect(channel.trySend(1)).toBe(true);
    expect(await received).toEqual(ok(1));
    const sent = channel.send(2, { signal });
    expect(channel.tryRecv()).toEqual(ok(2));
    await sent;
    const selected = select({ channel }, { signal });
    expect(channel.trySend(3)).toBe(true);
    expect(await selected).toMatchObject({ key: 'channel', value: 3 });
    const consumed = channel.consume(() => {}, { signal });
    channel.close();
    await consumed;
  });
});
