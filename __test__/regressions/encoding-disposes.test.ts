/** A codec that disposes the handle it works for: an attempt said "full", or sent through the disposed handle. */
import { type Channel, DetachedError, send, trySelect } from 'hchan';
import { expect, test } from 'vitest';
import { CROSSING, forEngines } from '../conformance/engines.js';
import { interrupted } from './interrupted.js';

/** A codec that calls `during` while it encodes and while it decodes. */
const duringBoth = (during: () => void) => interrupted(during, during);

const LONG = 'x'.repeat(5000);

const WAYS: Record<string, (channel: Channel<string>) => unknown> = {
  trySend: (channel) => channel.trySend('x'),
  'trySend of a long message': (channel) => channel.trySend(LONG),
  trySendMany: (channel) => channel.trySendMany(['x', 'y']),
  'trySendMany of long messages': (channel) => channel.trySendMany([LONG, LONG]),
  trySelect: (channel) => trySelect({ out: send(channel, 'x') }),
  sendSync: (channel) => channel.sendSync('x', { timeout: 5000, allowMainThread: true }),
};

forEngines(CROSSING, (engine) => {
  for (const capacity of [0, 4]) {
    for (const [way, call] of Object.entries(WAYS)) {
      test(`${way} at capacity ${capacity} fails when encoding disposes its handle, and nothing is sent`, () => {
        let channel: Channel<string> | undefined;
        const made = engine.make<string>(capacity, { codec: duringBoth(() => channel?.[Symbol.dispose]()) });
        const others = [made.sender(), made.receiver()] as const;
        channel = made;
        expect(() => call(made)).toThrow(DetachedError);
        expect(others[1].tryRecv()).toBeNull();
        expect(others[0].closed).toBe(false);
      });
    }
  }

  test('trySelect fails when encoding disposes the handle of another of its cases', () => {
    let victim: Channel<string> | undefined;
    const made = engine.make<string>(4, { codec: duringBoth(() => victim?.[Symbol.dispose]()) });
    victim = engine.make<string>(4);
    const cases = { out: send(made, 'x'), in: victim };
    expect(() => trySelect(cases)).toThrow(DetachedError);
    expect(made.length).toBe(0);
  });

  test('a send that waits goes nowhere when encoding disposes its handle, though others have got its number since', async () => {
    const made = engine.make<object>(1);
    await made.send({});
    let looks = 0;
    let other: Channel<object> | undefined;
    const sent = made.send({
      get asks() {
        if (++looks === 2) {
          made[Symbol.dispose]();
          // As often as the addon tells the users of a number apart (crates/node, slab.rs).
          for (let i = 0; i < 1022; i++) engine.make(1)[Symbol.dispose]();
          other = engine.make<object>(1);
        }
        return 'x';
      },
    });
    await expect(sent).rejects.toThrow(DetachedError);
    expect(other?.tryRecv()).toBeNull();
  });

  test('tryRecvMany takes nothing more once decoding has disposed its handle', () => {
    let channel: Channel<string> | undefined;
    const made = engine.make<string>(4, { codec: duringBoth(() => channel?.[Symbol.dispose]()) });
    const other = made.receiver();
    made.trySendMany(['a', 'b']);
    channel = made;
    expect(made.tryRecvMany(2)).toEqual(['a']);
    expect(other.tryRecv()).toMatchObject({ value: 'b' });
  });
});
