/** A handle behind a Proxy has no private methods: a batch lost its first value, and a handle was never given back. */
import { DetachedError } from 'hchan';
import { expect, test } from 'vitest';
import { failure } from '../conformance/actors.js';
import { ENGINES, forEngines } from '../conformance/engines.js';

forEngines(ENGINES, (engine) => {
  test('a batch that waits gets all that came', async () => {
    const channel = engine.make<string>(4);
    const received = new Proxy(channel, {}).recvMany(10);
    channel.trySendMany(['a', 'b']);
    expect(await received).toEqual(['a', 'b']);
  });

  test('a disposed Proxy gives the handle back, and its operations end', async () => {
    const channel = engine.make<number>(4);
    const receiver = channel.receiver();
    const proxy = new Proxy(channel, {});
    const waiting = failure(proxy.recv());
    proxy[Symbol.dispose]();
    expect(await waiting).toBeInstanceOf(DetachedError);
    expect(receiver.closed).toBe(true);
  });

  test('ref and unref return what they were called on', () => {
    const proxy = new Proxy(engine.make<number>(1), {});
    expect(proxy.unref()).toBe(proxy);
    expect(proxy.ref()).toBe(proxy);
  });
});
