/** `sent` was put on errors that were none of the operation's: a signal's reason and an iterable's own, if they were of our classes. */

import { ChannelError, ClosedError, chan } from 'hchan';
import { describe, expect, test } from 'vitest';

function* failing(error: Error): Generator<number> {
  yield 1;
  throw error;
}

describe.each(['crossbeam', 'mutex', 'shared', 'local'] as const)('%s', (engine) => {
  test("71 sendMany rejects with a signal's reason as it is, also if that is a frozen ChannelError", async () => {
    const reason = Object.freeze(new ChannelError('of somebody'));
    const channel = chan<number>(1, { engine });
    await expect(channel.sendMany([1], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const abort = new AbortController();
    const sending = channel.sendMany([1, 2, 3], { signal: abort.signal });
    abort.abort(reason);
    await expect(sending).rejects.toBe(reason);
  });

  test("71 sendMany and sendManySync fail with an iterable's own error as it is, also if that is a ClosedError", async () => {
    const channel = chan<number>(4, { engine });
    const error = Object.freeze(new ClosedError('of another channel'));
    await expect(channel.sendMany(failing(error))).rejects.toBe(error);
    let thrown: unknown;
    try {
      channel.sendManySync(failing(error), { allowMainThread: true });
    } catch (caught) {
      thrown = caught;
    }
    expect(thrown).toBe(error);
    expect(channel.tryRecvMany(4)).toEqual([1, 1]);
  });
});
