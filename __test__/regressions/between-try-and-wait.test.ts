/**
 * Code of somebody else's that ran between the attempt of a send and its waiting was not heard of: the send waited beside a
 * receiver, or on a closed channel, for ever. And a handler that changed the array being sent changed what went of it.
 */
import { ClosedError, DetachedError } from 'hchan';
import { expect, test } from 'vitest';
import { failure, ok } from '../conformance/actors.js';
import { ENGINES, forEngines } from '../conformance/engines.js';

const turn = () => new Promise((resolve) => setTimeout(resolve, 20));

/** An array of one value that does something when the value is read for the second time. */
function trapped(value: number, act: () => void): number[] {
  let reads = 0;
  return new Proxy([value], {
    get(target, key) {
      if (key === '0' && ++reads === 2) act();
      return Reflect.get(target, key);
    },
  });
}

forEngines(ENGINES, (engine) => {
  test('a receiver that comes while an array is read gets its value', async () => {
    const channel = engine.make<number>(0);
    let received: Promise<unknown> | undefined;
    const values = trapped(7, () => {
      received = channel.recv();
    });
    const sent = channel.sendMany(values);
    // Not every engine reads a value twice.
    received ??= channel.recv();
    await sent;
    expect(await received).toEqual(ok(7));
  });

  test('a channel that is closed while an array is read fails the send', async () => {
    const channel = engine.make<number>(0);
    const values = trapped(7, () => channel.close());
    const sent = failure(channel.sendMany(values));
    if (!channel.closed) channel.close();
    expect(await sent).toBeInstanceOf(ClosedError);
  });

  test('a handle that is disposed while an array is read has nothing pending', async () => {
    const channel = engine.make<number>(0);
    const sender = channel.sender();
    const dispose = () => sender[Symbol.dispose]();
    const sent = failure(sender.sendMany(trapped(7, dispose)));
    dispose();
    expect(await sent).toBeInstanceOf(DetachedError);
  });

  test('what a handler does to the array being sent does not change what went of it', async () => {
    const channel = engine.make<number>(0);
    const seen: number[] = [];
    const batch = [1, 2, 3];
    void channel.consume((value) => {
      seen.push(value);
      batch.length = 0;
    });
    await turn();
    await channel.sendMany(batch);
    await turn();
    expect(seen.slice(0, 1)).toEqual([1]);
    expect(seen).not.toContain(undefined);
    batch.push(4);
    const went = channel.trySendMany(batch);
    await turn();
    expect(seen.filter((value) => value === 4).length).toBe(went);
    expect(channel.closed).toBe(false);
  });

  test('a handle behind a Proxy ends its operations with itself', async () => {
    const channel = engine.make<number>(0);
    const wrapped = new Proxy(channel, {});
    const received = failure(wrapped.recv());
    channel[Symbol.dispose]();
    expect(await received).toBeInstanceOf(DetachedError);
  });
});
