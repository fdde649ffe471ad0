/** A codec that aborts the signal, or disposes the handle, of the very send it encodes for: the send waited for ever. */
import { type Channel, DetachedError, select, send } from 'hchan';
import { expect, test } from 'vitest';
import { CROSSING, forEngines } from '../conformance/engines.js';
import { interrupted } from './interrupted.js';

const WAYS: Record<string, (channel: Channel<string>, signal: AbortSignal) => Promise<unknown>> = {
  send: (channel, signal) => channel.send('x', { signal }),
  sendMany: (channel, signal) => channel.sendMany(['x'], { signal }),
  select: (channel, signal) => select({ out: send(channel, 'x') }, { signal }),
};

forEngines(CROSSING, (engine) => {
  for (const [way, call] of Object.entries(WAYS)) {
    test(`${way} ends when encoding aborts its signal, and nothing is left waiting`, async () => {
      const stop = new AbortController();
      const channel = engine.make<string>(0, { codec: interrupted(() => stop.abort('enough')) });
      await expect(call(channel, stop.signal)).rejects.toBe('enough');
      expect(channel.tryRecv()).toBeNull();
    });

    test(`${way} ends when encoding disposes its handle`, async () => {
      let channel: Channel<string> | undefined;
      const made = engine.make<string>(0, { codec: interrupted(() => channel?.[Symbol.dispose]()) });
      const others = [made.sender(), made.receiver()] as const;
      channel = made;
      await expect(call(made, new AbortController().signal)).rejects.toBeInstanceOf(DetachedError);
      expect(others[1].tryRecv()).toBeNull();
      expect(others[0].closed).toBe(false);
    });
  }
});
