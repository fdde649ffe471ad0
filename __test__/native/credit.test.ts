/** When a port sends on credit, and when it lets that be. */
import { type Channel, chan, codec, type Sender } from 'hchan';
import { afterEach, expect, test, vi } from 'vitest';
import { native } from '../../build/native/binding.js';
import { nativeEngine } from '../../build/native/engine.js';

if (nativeEngine() instanceof Error) throw nativeEngine();

/** Calls for one message each, and calls that may bring credit. */
function calls() {
  return { one: vi.spyOn(native, 'trySend'), ahead: vi.spyOn(native, 'trySendAhead') };
}

function open(capacity = 1024, engine: 'crossbeam' | 'kanal' | 'mutex' = 'crossbeam'): Channel<number> {
  return chan<number>(capacity, { engine, codec: codec.f64 });
}

function send(sender: Sender<number>, from: number, count: number): void {
  for (let i = 0; i < count; i++) expect(sender.trySend(from + i)).toBe(true);
}

function values<T>(channel: Channel<T>): (T | undefined)[] {
  return channel.tryRecvMany(10_000);
}

afterEach(() => void vi.restoreAllMocks());

test.each(['crossbeam', 'kanal'] as const)('a port of %s has credit after a while, and then needs a call for 257', (engine) => {
  const channel = open(4096, engine);
  const { one, ahead } = calls();
  send(channel, 0, 2600);
  expect(one.mock.calls.length).toBeLessThanOrEqual(16);
  expect(ahead.mock.calls.length).toBeLessThanOrEqual(11);
  expect(values(channel)).toEqual(Array.from({ length: 2600 }, (_, i) => i));
});

test('the mutex engine gives none', () => {
  const channel = open(1024, 'mutex');
  const { one, ahead } = calls();
  send(channel, 0, 1024);
  expect([one.mock.calls.length, ahead.mock.calls.length]).toEqual([1024, 0]);
});

test('two senders that take it from each other ask for it less and less', () => {
  const channel = open(60_000);
  const other = channel.sender();
  const { ahead } = calls();
  for (let i = 0; i < 6000; i++) send(i % 2 === 0 ? channel : other, i * 5, 5);
  expect(ahead.mock.calls.length).toBeLessThan(60);
  expect(ahead.mock.calls.length).toBeGreaterThan(4);
  expect(values(channel)).toEqual(Array.from({ length: 10_000 }, (_, i) => i));
});

test('a port does not ask each time while receivers wait', async () => {
  const channel = open(64);
  const receives = Array.from({ length: 1000 }, () => channel.recv());
  const { one, ahead } = calls();
  send(channel, 0, 1000);
  expect(ahead.mock.calls.length).toBeLessThan(one.mock.calls.length / 3);
  expect((await Promise.all(receives)).map(({ value }) => value)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
});

test('a full channel takes as many messages as it is large, whatever their senders have', () => {
  for (const capacity of [1, 2, 3, 8, 100, 257, 1000]) {
    const channel = open(capacity);
    const other = channel.sender();
    for (let round = 0; round < 60; round++) {
      let sent = 0;
      while ((round % 3 === 0 && sent % 7 === 0 ? other : channel).trySend(round * 10_000 + sent)) sent++;
      expect(sent).toBe(capacity);
      expect(channel.length).toBe(capacity);
      expect(values(channel)).toEqual(Array.from({ length: capacity }, (_, i) => round * 10_000 + i));
    }
  }
});

test('messages of all lengths, around the longest on credit and longer than a page', () => {
  const channel = chan<Uint8Array>(1024, { engine: 'crossbeam', codec: codec.bytes });
  for (let round = 0; round < 3; round++) {
    const lengths = [...Array.from({ length: 300 }, (_, i) => i), 16_000, 0, 20_000, 1, 255, 100_000, 254, 3];
    for (const length of lengths) for (let i = 0; i < 2; i++) channel.trySend(new Uint8Array(length).fill(length));
    for (const length of lengths) {
      for (let i = 0; i < 2; i++) expect(channel.tryRecv()?.value).toEqual(new Uint8Array(length).fill(length));
    }
  }
});

/** A value during whose encoding something else happens. */
const nosy = codec.struct({ before: codec.string, value: codec.u32, after: codec.string });
const during = (value: number, act: (value: number) => void) => ({
  before: 'a string',
  get value() {
    act(value);
    return value;
  },
  after: 'another string',
});
const numbersOf = (channel: Channel<{ value: number }>) => channel.tryRecvMany(10_000).map(({ value }) => value);

test('what is sent while a message is encoded comes before it, and neither is lost', () => {
  const channel = chan(4096, { engine: 'crossbeam', codec: nosy });
  const act = (value: number) => {
    if (value % 10 === 0 && value < 100_000) channel.trySend(during(value + 100_000, act));
  };
  for (let i = 1; i <= 500; i++) channel.trySend(during(i, act));
  const expected = Array.from({ length: 500 }, (_, i) => i + 1).flatMap((i) => (i % 10 === 0 ? [i + 100_000, i] : [i]));
  expect(numbersOf(channel)).toEqual(expected);
});

test('a message that cannot be encoded leaves no trace', () => {
  const channel = chan(4096, { engine: 'crossbeam', codec: nosy });
  const act = (value: number) => {
    if (value % 3 === 0) throw new Error('no');
  };
  for (let i = 0; i < 600; i++) {
    if (i % 3 === 0) expect(() => channel.trySend(during(i, act))).toThrow('no');
    else expect(channel.trySend(during(i, act))).toBe(true);
  }
  expect(channel.length).toBe(400);
  expect(numbersOf(channel)).toEqual(Array.from({ length: 600 }, (_, i) => i).filter((i) => i % 3 !== 0));
});

test('a handle that is disposed while its message is encoded sends nothing', () => {
  const channel = chan(4096, { engine: 'crossbeam', codec: nosy });
  const sender = channel.sender();
  const act = (value: number) => {
    if (value === 100) sender[Symbol.dispose]();
  };
  for (let i = 1; i < 100; i++) sender.trySend(during(i, act));
  expect(() => sender.trySend(during(100, act))).toThrow(expect.objectContaining({ code: 'ERR_HCHAN_DETACHED' }));
  expect(numbersOf(channel)).toEqual(Array.from({ length: 99 }, (_, i) => i + 1));
});

test('codecs of the user write to memory that is not shared', () => {
  const memories = new Set<string>();
  const channel = chan<number>(1024, {
    engine: 'crossbeam',
    codec: {
      id: 'curious',
      encode(value, to) {
        memories.add(to.bytes.buffer.constructor.name);
        codec.u32.encode(value, to);
      },
      decode: codec.u32.decode,
    },
  });
  send(channel, 0, 600);
  expect([...memories]).toEqual(['ArrayBuffer']);
});

test.each([20, 100, 150, 200, 250])('strings of %d characters need few calls', (length) => {
  const channel = chan<string>(4096, { engine: 'crossbeam', codec: codec.string });
  const { one, ahead } = calls();
  const texts = Array.from({ length: 4000 }, (_, i) => `${i}`.padEnd(length, 'x'));
  for (const text of texts) expect(channel.trySend(text)).toBe(true);
  expect(one.mock.calls.length + ahead.mock.calls.length).toBeLessThan(150);
  expect(channel.tryRecvMany(5000)).toEqual(texts);
});
