/**
 * Numbers, offsets and tokens that nobody was given: each is answered, and none touches memory.
 */
import { attach, chan, codec, DetachedError } from 'hchan';
import { expect, test } from 'vitest';
import { type Binding, native } from '../../build/native/binding.js';
import * as Code from '../../build/native/code.js';
import { nativeEngine } from '../../build/native/engine.js';
import type { NativePort } from '../../build/native/port.js';
import { HEADER, PAGE_HEADER, PAGE_WRITTEN } from '../../build/native/wire.js';
import * as Word from '../../build/native/word.js';
import { scratch } from '../../build/scratch.js';
import type { TokenBody } from '../../build/token.js';

const engine = nativeEngine();
if (engine instanceof Error) throw engine;
const addon = engine;

function open(capacity = 4): NativePort<number> {
  return addon.open('crossbeam', { capacity, codec: codec.f64, name: undefined }) as NativePort<number>;
}

/** Calls a function of the addon with whatever. */
function call(name: keyof Binding, ...args: unknown[]): number {
  return (native[name] as (...given: unknown[]) => number)(...args);
}

const OF_A_HANDLE = [
  ...(['share', 'release', 'close', 'length', 'closed', 'trySend', 'tryRecv', 'tryRecvAhead'] as const),
  ...(['trySendAhead', 'lend', 'parkSend', 'parkRecv'] as const),
  ...(['cancel', 'wait'] as const),
] as const;
const FORGED = [0, -1, 1, 2 ** 31 - 1, -(2 ** 31), 0x200001, Number.NaN, Number.POSITIVE_INFINITY, 1.5, 2 ** 53];

for (const name of OF_A_HANDLE) {
  test(`${name} answers a number that was never given out with BAD_HANDLE`, () => {
    scratch.words[Word.COUNT] = 8;
    // The first handles of this thread are alive: the numbers must not be theirs.
    for (const number of FORGED) expect(call(name, number, 1), String(number)).toBe(Code.BAD_HANDLE);
  });
}

test('a handle that was given back is not its successor', () => {
  const stale = open();
  native.release(stale.handle);
  const successor = open();
  expect(successor.handle).not.toBe(stale.handle);
  expect(successor.trySend(1)).toBe(1);
  expect(call('tryRecv', stale.handle)).toBe(Code.BAD_HANDLE);
  expect(successor.tryRecv()).toBe(1);
});

test('what is no number is answered with BAD_ARGUMENT', () => {
  for (const value of [undefined, null, 'x', {}, [], true, 1n, Symbol('x')]) {
    expect(call('tryRecv', value)).toBe(Code.BAD_ARGUMENT);
    expect(call('open', value, 1)).toBe(Code.BAD_ARGUMENT);
  }
  expect(call('tryRecv')).toBe(Code.BAD_ARGUMENT);
  expect(call('setScratch', {})).toBe(Code.BAD_ARGUMENT);
  expect(call('setScratch', new ArrayBuffer(8))).toBe(Code.BAD_ARGUMENT);
  expect(call('init', scratch.bytes.buffer, () => {})).toBe(Code.DEAD);
});

test('a board is shared memory that is large enough, and there is none before it was given', () => {
  const port = open();
  expect(call('tryRecvAhead', port.handle)).toBe(Code.BAD_HANDLE);
  const shared = new SharedArrayBuffer(4096);
  const wrong = [undefined, 7, {}, shared, new Int32Array(1024), new Int32Array(shared, 0, 32), new Uint8Array(shared)];
  for (const board of wrong) expect(call('lend', port.handle, board)).toBe(Code.BAD_ARGUMENT);
  expect(call('lend', port.handle, new Int32Array(shared))).toBe(0);
  expect(call('tryRecvAhead', port.handle)).toBe(Code.BLOCKED);
  for (const value of [1, 2, 3]) port.trySend(value);
  expect(call('tryRecvAhead', port.handle)).toBe(8);
  expect([...new Int32Array(shared, 0, 3)]).toEqual([0, 8, 8]);
  // Another board: what was lent on the first is the channel's again.
  expect(call('lend', port.handle, new Int32Array(new SharedArrayBuffer(4096)))).toBe(0);
  expect(new Int32Array(shared)[0]).toBe(-1);
  expect([port.tryRecv(), port.tryRecv()]).toEqual([2, 3]);
});

test('a page is shared memory that is large enough, and there is none before it was given', () => {
  const port = open(64);
  scratch.words[Word.COUNT] = 8;
  expect(call('trySendAhead', port.handle)).toBe(Code.BAD_HANDLE);
  const shared = new SharedArrayBuffer(4096);
  const wrong = [undefined, 7, {}, shared, new Int32Array(1024), new Int32Array(shared, 0, 32), new Uint8Array(shared)];
  for (const page of wrong) expect(call('credit', port.handle, page, 8)).toBe(Code.BAD_ARGUMENT);
  expect(call('credit', port.handle, new Int32Array(shared), undefined)).toBe(Code.BAD_ARGUMENT);
  expect(call('credit', port.handle, new Int32Array(shared), 8)).toBe(0);
  expect(new Int32Array(shared)[PAGE_WRITTEN]).toBe(-1);
  expect(call('trySendAhead', port.handle)).toBe(0);
  expect([scratch.words[Word.COUNT], new Int32Array(shared)[PAGE_WRITTEN]]).toEqual([63, 0]);
  // The same page: what is written on it stays in the channel.
  new Float64Array(shared)[PAGE_HEADER / 8] = 7;
  Atomics.add(new Int32Array(shared), PAGE_WRITTEN, 1);
  expect(call('credit', port.handle, new Int32Array(shared), 8)).toBe(0);
  expect([port.tryRecv(), port.tryRecv(), port.length()]).toEqual([expect.any(Number), 7, 0]);
  scratch.words[Word.COUNT] = 8;
  expect(call('trySendAhead', port.handle)).toBe(0);
  // Another page: the credit for the first is over.
  expect(call('credit', port.handle, new Int32Array(new SharedArrayBuffer(4096)), 8)).toBe(0);
  expect(new Int32Array(shared)[PAGE_WRITTEN]).toBe(-1);
  expect(port.length()).toBe(1);
});

test.each([8, -1, 2 ** 31 - 1, 0])('a page of messages of %d bytes that says too much loses nothing but itself', (size) => {
  const port = open(64);
  const page = new Int32Array(new SharedArrayBuffer(256));
  call('credit', port.handle, page, size);
  for (const count of [3, 60, 2 ** 31 - 1, -(2 ** 31), -2]) {
    for (const noise of [0, -1, 0x10, 0x7fffffff]) {
      scratch.words[Word.COUNT] = 8;
      expect(call('trySendAhead', port.handle)).toBe(0);
      page.fill(noise, PAGE_HEADER / 4);
      page[PAGE_WRITTEN] = count;
      const said = scratch.words[Word.COUNT] as number;
      expect(port.length()).toBe(1 + Math.max(0, Math.min(count, said)));
      for (let left = port.length(); left > 0; left--) expect(call('tryRecv', port.handle)).toBeGreaterThanOrEqual(0);
      expect([call('tryRecv', port.handle), port.length()]).toEqual([Code.BLOCKED, 0]);
    }
  }
});

test('a board on which too much is said to be taken gives no more than was lent', () => {
  const port = open();
  const board = new Int32Array(new SharedArrayBuffer(4096));
  call('lend', port.handle, board);
  for (const count of [2 ** 31 - 1, -(2 ** 31), 3]) {
    for (const value of [1, 2, 3]) port.trySend(value);
    expect(call('tryRecvAhead', port.handle)).toBe(8);
    board[0] = count;
    expect(port.length()).toBe(count < 0 ? 2 : 0);
    expect([port.tryRecv(), port.tryRecv()].filter((value) => typeof value === 'number')).toHaveLength(count < 0 ? 2 : 0);
    expect(port.length()).toBe(0);
  }
});

test('offsets, lengths and counts beyond the scratch are answered with BAD_ARGUMENT', () => {
  const { handle } = open();
  const beyond = scratch.bytes.length;
  for (const count of [-1, beyond, 2 ** 31 - 1]) {
    scratch.words[Word.COUNT] = count;
    expect(call('trySend', handle)).toBe(Code.BAD_ARGUMENT);
  }
  for (const offset of [-1, beyond, beyond - 3, 2 ** 31 - 1]) {
    expect(call('trySendFixed', handle, offset, 8, 1), `fixed ${offset}`).toBe(Code.BAD_ARGUMENT);
    expect(call('trySendFrames', handle, offset, 1), `frames ${offset}`).toBe(Code.BAD_ARGUMENT);
    expect(call('attach', offset, 3), `attach ${offset}`).toBe(Code.BAD_ARGUMENT);
    expect(call('selectTry', offset, 1, 0), `select ${offset}`).toBe(Code.BAD_ARGUMENT);
  }
  expect(call('trySendFixed', handle, HEADER, 2 ** 31 - 1, 4)).toBe(Code.BAD_ARGUMENT);
  expect(call('trySendFixed', handle, HEADER, 0, 2 ** 31 - 1)).toBe(4);
  expect(call('selectTry', HEADER, 2 ** 31 - 1, 0)).toBe(Code.BAD_ARGUMENT);
  expect(call('open', 9, 1)).toBe(Code.BAD_ARGUMENT);
  expect(call('open', 0, -2)).toBe(Code.BAD_ARGUMENT);
});

test('a base outside the scratch is refused before a message is taken', () => {
  const port = open();
  port.trySend(1);
  try {
    for (const base of [0, HEADER - 1, -1, scratch.bytes.length + 1, 2 ** 31 - 1]) {
      scratch.words[Word.BASE] = base;
      for (const name of ['tryRecv', 'share', 'parkRecv', 'drainCompletions'] as const) {
        expect(call(name, port.handle), `${name} ${base}`).toBe(Code.BAD_ARGUMENT);
      }
      expect(call('tryRecvFrames', port.handle, 5)).toBe(Code.BAD_ARGUMENT);
    }
  } finally {
    scratch.words[Word.BASE] = HEADER;
  }
  expect(port.tryRecv()).toBe(1);
});

test('a select of unknown kind or with a forged handle commits nothing', () => {
  const port = open();
  port.trySend(1);
  const words = new Int32Array(scratch.bytes.buffer, HEADER, 8);
  words.set([0, port.handle, 0, 0, 4, port.handle, 0, 0]);
  expect(call('selectTry', HEADER, 2, 1)).toBe(Code.BAD_ARGUMENT);
  words.set([0, port.handle, 0, 0, 0, port.handle + 1, 0, 0]);
  expect(call('selectPark', HEADER, 2, 1)).toBe(Code.BAD_HANDLE);
  expect(call('lingerAny', HEADER, 2, 1)).toBe(Code.BAD_HANDLE);
  expect(call('lingerAny', HEADER, 2 ** 31 - 1, 1)).toBe(Code.BAD_ARGUMENT);
  expect(call('settled', port.handle + 1, 1)).toBe(Code.BAD_HANDLE);
  expect(port.length()).toBe(1);
});

test('a forged token gives no handle: another key, grant, id or more direction', () => {
  const channel = chan(4, { engine: 'mutex', codec: codec.u8 });
  const receiver = channel.receiver();
  const token = receiver.share() as unknown as TokenBody;
  const flipped = (at: number) => `${token.key.slice(0, at)}${token.key[at] === '0' ? '1' : '0'}${token.key.slice(at + 1)}`;
  const forged: Partial<TokenBody>[] = [
    { key: flipped(0) },
    { key: flipped(31) },
    { key: `${token.key.slice(0, 32)}${'f'.repeat(16)}` },
    { key: `${token.key.slice(0, 32)}${'0'.repeat(16)}` },
    { key: '' },
    { key: 'x'.repeat(48) },
    { key: token.key.toUpperCase().padEnd(49, '0') },
    { id: token.id + 1_000_000 },
    { id: -1 },
    { id: 0.5 },
    { direction: 3 },
    { direction: 1 },
  ];
  for (const change of forged) {
    expect(() => attach({ ...token, ...change }), JSON.stringify(change)).toThrow(DetachedError);
  }
  expect((attach(token) as typeof receiver).id).toBe(channel.id);
});

test('what a token says about engine and capacity is not believed', () => {
  const channel = chan(4, { engine: 'mutex', codec: codec.u8 });
  const token = channel.share() as unknown as TokenBody;
  const made = attach({ ...token, engine: 'kanal', capacity: 99 }) as typeof channel;
  expect([made.engine, made.capacity]).toEqual(['mutex', 4]);
});
