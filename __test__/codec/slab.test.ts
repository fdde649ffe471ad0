/** Where received bytes lie: short ones share blocks, which nobody may notice who does not look at `buffer`. */
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { chan, codec } from 'hchan';
import { expect, test } from 'vitest';

/** Sends arrays of these lengths, each filled with its index, and returns what arrived. */
function received(lengths: readonly number[]): Uint8Array<ArrayBuffer>[] {
  const channel = chan<Uint8Array>(lengths.length, { codec: codec.bytes });
  lengths.forEach((length, index) => {
    channel.trySend(new Uint8Array(length).fill(index));
  });
  const values = lengths.map(() => channel.tryRecv()?.value as Uint8Array<ArrayBuffer>);
  channel[Symbol.dispose]();
  return values;
}

const LENGTHS = Array.from({ length: 200 }, (_, index) => (index * 37) % 2500);

test('each value is its own, whatever is written to its neighbours', () => {
  const values = received(LENGTHS);
  for (const [index, value] of values.entries()) {
    expect(value.length).toBe(LENGTHS[index]);
    expect(value.every((byte) => byte === index)).toBe(true);
    value.fill(255);
    const next = values[index + 1];
    if (next !== undefined) expect(next.every((byte) => byte === index + 1)).toBe(true);
  }
});

test('no two values overlap, and each begins where larger numbers may', () => {
  const taken = new Map<ArrayBuffer, number>();
  for (const value of received(LENGTHS)) {
    expect(value.byteOffset % 8).toBe(0);
    expect(value.byteOffset).toBeGreaterThanOrEqual(taken.get(value.buffer) ?? 0);
    taken.set(value.buffer, value.byteOffset + value.byteLength);
  }
  expect(taken.size).toBeLessThan(LENGTHS.length);
});

test('a value that is kept keeps 16 KiB at most; long ones have memory of their own', () => {
  for (const value of received(LENGTHS)) {
    expect(value.buffer.byteLength).toBeLessThanOrEqual(16_384);
    if (value.length > 2048) expect(value.buffer.byteLength).toBe(value.length);
  }
});

test('transferring a value takes no neighbour along', () => {
  const [first, second] = received([100, 100]) as [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>];
  expect(second.buffer).toBe(first.buffer);
  const { port1, port2 } = new MessageChannel();
  try {
    port1.postMessage(first, [first.buffer]);
    expect(receiveMessageOnPort(port2)?.message).toEqual(new Uint8Array(100));
  } catch (error) {
    // Hosts that refuse.
    expect((error as Error).name).toBe('DataCloneError');
  }
  port1.close();
  expect([...second]).toEqual(new Array(100).fill(1));
});
