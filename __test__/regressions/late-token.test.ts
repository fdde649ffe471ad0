/** A token of a side that had ended was attached again, and gave a closed handle where the channel was gone for it. */
import { attach, type Channel, DetachedError, type Shared } from 'hchan';
import { expect, test } from 'vitest';
import { CROSSING, forEngines } from '../conformance/engines.js';

/** Ends a side of `channel`. Returns tokens of it and of both sides that were attached before, so that they count no more. */
function end(channel: Channel<string>, side: 'sender' | 'receiver'): readonly Shared<Channel<string>>[] {
  const one = channel[side]();
  const tokens = [one.share(), channel.share()] as unknown as Shared<Channel<string>>[];
  for (const token of tokens) attach(token)[Symbol.dispose]();
  one[Symbol.dispose]();
  channel[Symbol.dispose]();
  return tokens;
}

forEngines(CROSSING, (engine) => {
  test('a token that sends is refused once the last sender has gone', () => {
    const channel = engine.make<string>(1);
    const receiver = channel.receiver();
    channel.trySend('last');
    for (const token of end(channel, 'sender')) expect(() => attach(token)).toThrow(DetachedError);
    expect(receiver.tryRecv()).toEqual({ ok: true, value: 'last' });
    expect(receiver.closed).toBe(true);
  });

  test('a token that receives is refused once the last receiver has gone', () => {
    const channel = engine.make<string>(1);
    const sender = channel.sender();
    for (const token of end(channel, 'receiver')) expect(() => attach(token)).toThrow(DetachedError);
    expect(sender.closed).toBe(false);
  });

  for (const [side, kept] of [
    ['sender', 'receiver'],
    ['receiver', 'sender'],
  ] as const) {
    test(`after close, a token of a ${side} gives a handle of the closed channel, also when the last ${side} has gone`, () => {
      const channel = engine.make<string>(1);
      const other = channel[kept]();
      channel.close();
      for (const token of end(channel, side)) {
        const late = attach(token);
        expect([late.id, late.closed]).toEqual([other.id, true]);
        late[Symbol.dispose]();
      }
    });
  }
});
