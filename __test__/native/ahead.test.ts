/** When a port borrows, and when it lets that be. */
import { type Channel, chan, codec, type Receiver } from 'hchan';
import { afterEach, expect, test, vi } from 'vitest';
import { native } from '../../build/native/binding.js';
import { nativeEngine } from '../../build/native/engine.js';

if (nativeEngine() instanceof Error) throw nativeEngine();

/** Calls for one message each, and calls that may borrow. */
function calls() {
  return {
    one: vi.spyOn(native, 'tryRecv'),
    ahead: vi.spyOn(native, 'tryRecvAhead'),
    claim: vi.spyOn(Atomics, 'compareExchange'),
  };
}

function filled(capacity = 1024, engine: 'crossbeam' | 'kanal' | 'mutex' = 'crossbeam'): Channel<number> {
  const channel = chan<number>(capacity, { engine, codec: codec.f64 });
  channel.trySendMany(Float64Array.from({ length: capacity }, (_, index) => index));
  return channel;
}

function take(receiver: Receiver<number>, count: number): void {
  for (let i = 0; i < count; i++) expect(receiver.tryRecv()?.ok).toBe(true);
}

afterEach(() => void vi.restoreAllMocks());

test.each(['crossbeam', 'kanal'] as const)(
  'a port of %s borrows after a while, and then needs one call for 128 messages',
  (engine) => {
    const channel = filled(1024, engine);
    const { one, ahead, claim } = calls();
    take(channel, 1024);
    expect(one.mock.calls.length).toBeLessThanOrEqual(24);
    expect(ahead.mock.calls.length).toBeLessThanOrEqual(9);
    expect(claim.mock.calls.length).toBeGreaterThanOrEqual(960);
  },
);

test.each([
  { length: 0, full: 'of messages' },
  { length: 27, full: 'of messages' },
  { length: 29, full: 'of bytes' },
  { length: 254, full: 'of bytes' },
])('a board full $full, of $length bytes each: all come in order, and are counted', ({ length }) => {
  const channel = chan<Uint8Array>(400, { engine: 'crossbeam', codec: codec.bytes });
  const { claim } = calls();
  for (let index = 0; index < 400; index++) expect(channel.trySend(new Uint8Array(length).fill(index))).toBe(true);
  for (let left = 400; left > 0; left--) {
    expect(channel.length).toBe(left);
    expect(channel.tryRecv()?.value).toEqual(new Uint8Array(length).fill(400 - left));
  }
  expect(claim.mock.calls.length).toBeGreaterThan(300);
  expect(channel.tryRecv()).toBe(null);
});

test('a port whose leases are ended by another one asks for them less and less', () => {
  const channel = filled(60_000);
  const other = channel.receiver();
  const { ahead } = calls();
  for (let i = 0; i < 6000; i++) take(i % 2 === 0 ? channel : other, 5);
  expect(ahead.mock.calls.length).toBeLessThan(60);
  expect(ahead.mock.calls.length).toBeGreaterThan(4);
});

test('a port does not ask each time while senders wait', async () => {
  const channel = filled(64);
  const sends = Array.from({ length: 1000 }, (_, index) => channel.send(index));
  const { one, ahead } = calls();
  take(channel, 1000);
  expect(ahead.mock.calls.length).toBeLessThan(one.mock.calls.length / 3);
  await Promise.all(sends);
});

test('the mutex engine lends nothing', () => {
  const channel = filled(1024, 'mutex');
  const { one, ahead } = calls();
  take(channel, 1024);
  expect([one.mock.calls.length, ahead.mock.calls.length]).toEqual([1024, 0]);
});

test.each([
  { length: 254, lent: true },
  { length: 255, lent: false },
])('strings of $length characters, which are two bytes more: lent $lent', ({ length, lent }) => {
  const channel = chan<string>(64, { engine: 'crossbeam', codec: codec.string });
  const { claim } = calls();
  for (let round = 0; round < 4; round++) {
    const texts = Array.from({ length: 64 }, (_, index) => `${index}`.padEnd(length, 'x'));
    expect(channel.trySendMany(texts)).toBe(64);
    expect(Array.from(texts, () => channel.tryRecv()?.value)).toEqual(texts);
  }
  expect(claim.mock.calls.length > 0).toBe(lent);
});
