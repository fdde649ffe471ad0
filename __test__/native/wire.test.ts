/**
 * The bytes that cross between JavaScript and the addon: the same as the Rust tests of `crates/node` expect.
 */
import { CodecError, codec } from 'hchan';
import { expect, test } from 'vitest';

import { encodeMessage, Writer } from '../../build/codec/codec.js';
import * as Direction from '../../build/direction.js';
import { native } from '../../build/native/binding.js';
import { describe as describeCases } from '../../build/native/cases.js';
import * as Code from '../../build/native/code.js';
import { nativeEngine } from '../../build/native/engine.js';
import type { NativePort } from '../../build/native/port.js';
import { COMPLETION, FRAME, HEADER, TEXTS, TOKEN } from '../../build/native/wire.js';
import * as Word from '../../build/native/word.js';
import { scratch } from '../../build/scratch.js';
import * as Status from '../../build/status.js';

const engine = nativeEngine();
if (engine instanceof Error) throw engine;

function open<T>(of: typeof codec.u8 | typeof codec.string | typeof codec.f64, capacity = 8): NativePort<T> {
  if (engine instanceof Error) throw engine;
  return engine.open('mutex', { capacity, codec: of as never, name: undefined }) as NativePort<T>;
}

/** Bytes of the scratch from base on. */
function written(length: number, at = HEADER): number[] {
  return [...scratch.bytes.subarray(at, at + length)];
}

test('a message to send stands at base, its length in word 1', () => {
  const port = open(codec.u8);
  scratch.bytes.set([7, 8, 9], HEADER);
  scratch.words[Word.COUNT] = 3;
  expect(native.trySend(port.handle)).toBe(0);
  scratch.bytes.fill(0, HEADER, HEADER + 3);
  expect(native.tryRecv(port.handle)).toBe(3);
  expect(written(3)).toEqual([7, 8, 9]);
});

test('frames are a little-endian length and the bytes, back to back', () => {
  const port = open(codec.string);
  const frames = [2, 0, 0, 0, 0xaa, 0xbb, 0, 0, 0, 0, 1, 0, 0, 0, 0xcc];
  scratch.bytes.set(frames, HEADER);
  expect(native.trySendFrames(port.handle, HEADER, 3)).toBe(3);
  scratch.bytes.fill(0, HEADER, HEADER + 32);
  expect(native.tryRecvFrames(port.handle, 9)).toBe(3);
  expect(written(frames.length)).toEqual(frames);
  expect(scratch.words[Word.COUNT]).toBe(0);
  expect(FRAME).toBe(4);
});

/** The frames of `values`, each encoded by itself. */
function alone(values: readonly string[]): number[] {
  const to = new Writer(64);
  for (const value of values) {
    const frame = to.reserve(FRAME);
    encodeMessage(codec.string as never, value, to);
    to.view.setUint32(frame, to.position - frame - FRAME, true);
  }
  return [...to.finish()];
}

test.each([17, 31, 32, 33, 63, 64, 65, 127, 128, 319, 320])(
  'texts of %d characters become the frames that each has alone',
  (length) => {
    const values = Array.from({ length: 64 }, (_, i) => String.fromCharCode(32 + i).repeat(i % 7 === 3 ? i % 4 : length));
    const port = open(codec.string, 64);
    expect(port.trySendMany(values, 0)).toBe(64);
    expect(new DataView(scratch.bytes.buffer).getUint32(HEADER, true)).toBe(TEXTS + 16);
    expect(native.tryRecvFrames(port.handle, 99)).toBe(64);
    const frames = alone(values);
    expect(written(frames.length)).toEqual(frames);
  },
);

test('texts stand among frames, and come one by one too', () => {
  const port = open(codec.string, 200);
  const values = Array.from({ length: 200 }, (_, i) => (i % 50 < 44 ? 'x' : 'long').repeat(i % 50 < 44 ? 20 + i : 100 + i));
  expect(port.trySendMany(values, 0)).toBe(200);
  expect([port.tryRecv(), port.tryRecv()]).toEqual(values.slice(0, 2));
  const got: unknown[] = [];
  expect(port.tryRecvMany(got, 300)).toBe(198);
  expect(got).toEqual(values.slice(2));
});

test.each([6, 60])('of %d frames each one that does not decode is reported, before anything new is received', (count) => {
  const port = open<string>(codec.string, 200);
  const good = [2 << 2, 0x41, 0x42];
  const bad = [9 << 2, 0x43];
  const places = [0, 3, count - 1];
  const frames = Array.from({ length: count }, (_, i) => (places.includes(i) ? bad : good)).flatMap((bytes) => [
    bytes.length,
    0,
    0,
    0,
    ...bytes,
  ]);
  scratch.bytes.set(frames, HEADER);
  expect(native.trySendFrames(port.handle, HEADER, count)).toBe(count);
  const got: string[] = [];
  expect(port.tryRecvMany(got, count)).toBe(count - 3);
  expect(got).toEqual(new Array(count - 3).fill('AB'));
  expect(port.trySend('new')).toBe(Status.DONE);
  for (const _ of places) expect(() => port.tryRecv()).toThrow(CodecError);
  expect(port.tryRecv()).toBe('new');
});

test('messages of one size lie back to back', () => {
  const port = open(codec.u8);
  scratch.bytes.set([1, 2, 3, 4, 5, 6], HEADER);
  expect(native.trySendFixed(port.handle, HEADER, 2, 3)).toBe(3);
  scratch.bytes.fill(0, HEADER, HEADER + 6);
  expect(native.tryRecvFixed(port.handle, 2, 9)).toBe(3);
  expect(written(6)).toEqual([1, 2, 3, 4, 5, 6]);
});

test('a case is kind, handle, offset and length', () => {
  const [out, into] = [open(codec.u8), open(codec.u8)];
  const at = describeCases([
    { port: out, send: true, value: 5 },
    { port: into, send: false, value: undefined },
  ]);
  expect(at).toBe(HEADER + 4);
  expect([...new Int32Array(scratch.bytes.buffer, at, 8)]).toEqual([1, out.handle, HEADER, 1, 0, into.handle, 0, 0]);
});

test('a completion is operation, case, status and length, and the message padded to four', async () => {
  const port = open<string>(codec.string, 0);
  const op = native.parkRecv(port.handle);
  expect(op).toBeGreaterThan(0);
  scratch.bytes.set(
    [...'hello'].map((letter) => letter.charCodeAt(0)),
    HEADER,
  );
  scratch.words[Word.COUNT] = 5;
  expect(native.trySend(port.handle)).toBe(0);
  expect(native.drainCompletions()).toBe(1);
  const number = [op & 255, (op >> 8) & 255, (op >> 16) & 255, op >>> 24];
  const golden = [...number, 0, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, 0x68, 0x65, 0x6c, 0x6c, 0x6f];
  expect(written(COMPLETION + 5)).toEqual(golden);
  expect(scratch.words[Word.COUNT]).toBe(0);
  expect(native.cancel(op)).toBe(Code.BAD_HANDLE);
});

test('a token is id, key and grant, 32 bytes', () => {
  const port = open(codec.u8);
  expect(native.share(port.handle)).toBe(TOKEN);
  const view = new DataView(scratch.bytes.buffer, HEADER, TOKEN);
  expect(Number(view.getBigUint64(0, true))).toBe(port.id);
  expect(view.getBigUint64(8, true) | view.getBigUint64(16, true)).not.toBe(0n);
  expect(view.getBigUint64(24, true)).toBe(1n);
  expect(native.attach(HEADER, Direction.BOTH)).toBeGreaterThan(0);
});
