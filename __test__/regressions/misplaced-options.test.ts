/**
 * A signal or a codec in the place of the options was ignored: the call waited for ever, or took the value for one of another codec. So was a
 * timeout of a call that awaits.
 */
import { attach, chan, codec, select } from 'hchan';
import { expect, test } from 'vitest';

test('a signal or a codec in the place of the options is a TypeError that says so', async () => {
  const channel = chan<number>(1, { codec: codec.u16 });
  const { signal } = new AbortController();
  for (const call of [
    () => channel.recv(signal as never),
    () => channel.send(1, signal as never),
    () => channel.consume(() => {}, signal as never),
    () => select({ channel }, signal as never),
  ]) {
    await expect(call()).rejects.toThrow('options must be an object, as { signal } or { codec }, not an AbortSignal');
  }
  expect(() => attach(channel.share(), codec.u16 as never)).toThrow(TypeError);
  expect(channel.length).toBe(0);
});

test('a timeout of a call that awaits is a TypeError that says what there is instead', async () => {
  const channel = chan<number>(1);
  const timeout = { timeout: 5 } as never;
  for (const call of [
    () => channel.recv(timeout),
    () => channel.recvMany(1, timeout),
    () => channel.send(1, timeout),
    () => channel.sendMany([1], timeout),
    () => channel.consume(() => {}, timeout),
    () => select({ channel }, timeout),
  ]) {
    await expect(call()).rejects.toThrow(
      'options.timeout is for calls that block; one that awaits takes { signal: AbortSignal.timeout(ms) }',
    );
  }
  expect(channel.length).toBe(0);
});
