/**
 * A thread that blocks in a loop is never told what was collected: what it disposed stayed in the addon's table, 1.8 KB a channel, for as
 * long as it did.
 */
import { expect, test } from 'vitest';
import { ENGINES, forEngines } from '../conformance/engines.js';

const CHANNELS = 30_000;

function rss(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss();
}

forEngines(ENGINES, (engine) => {
  test('handles that are disposed are given back before the event loop turns', () => {
    const dispose = () => {
      const channel = engine.make<number>(1);
      channel.sender()[Symbol.dispose]();
      channel[Symbol.dispose]();
      return channel;
    };
    for (let i = 0; i < CHANNELS; i++) dispose();
    const before = rss();
    for (let i = 0; i < CHANNELS; i++) dispose();
    expect((rss() - before) / CHANNELS).toBeLessThan(700);
  });

  test('a disposed handle answers for its channel', () => {
    const channel = engine.make<number>(4);
    const sender = channel.sender();
    sender.trySend(1);
    sender[Symbol.dispose]();
    expect([sender.length, sender.closed]).toEqual([1, false]);
    channel.trySend(2);
    channel.close();
    expect([sender.length, sender.closed]).toEqual([2, true]);
    channel[Symbol.dispose]();
    expect([sender.length, sender.closed]).toEqual([0, true]);
    expect([sender.id, sender.capacity, sender.engine]).toEqual([channel.id, 4, channel.engine]);
  });
});
