/**
 * Operations that run out of stack, which a program may catch. One of them kept "the loop's next turn" for ever, so that every later operation
 * failed or hung; a message that did not get onto its page shifted those behind it; text that was not read was cut up nevertheless;
 * a receive that had thrown waited on, and took a message that nobody got.
 */
import { type Channel, codec, select } from 'hchan';
import { expect, test } from 'vitest';
import { ok } from '../conformance/actors.js';
import { ENGINES, type EngineCase, forEngines } from '../conformance/engines.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Something to do behind a call, so that it needs a frame. */
const frames = { left: 0 };

/** Calls `act` below `depth` frames. */
function under(depth: number, act: () => void): void {
  try {
    if (depth === 0) act();
    else under(depth - 1, act);
  } finally {
    frames.left ^= 1;
  }
}

function fits(depth: number): boolean {
  try {
    under(depth, () => {});
    return true;
  } catch {
    return false;
  }
}

/** The most frames that `under` can have here. */
function deepest(): number {
  let [low, high] = [100, 30_000];
  while (low + 1 < high) {
    const middle = (low + high) >> 1;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** Calls `act` with less and less stack left to it. */
function withLittleStack(act: () => void): void {
  for (let depth = deepest() + 1, left = 700; left > 0; depth--, left--) {
    try {
      under(depth, act);
    } catch (error) {
      // A RangeError, or the SyntaxError of a regular expression that V8 could not compile for it.
      if (!/call stack size exceeded/.test(String(error))) throw error;
    }
  }
}

/** Disposes `handle` with ever more stack left, until that does not throw, and returns how often it did. */
function disposed(handle: Disposable): number {
  for (let depth = deepest() + 1, thrown = 0; ; depth--, thrown++) {
    try {
      under(depth, () => handle[Symbol.dispose]());
      return thrown;
    } catch {}
  }
}

function warm(engine: EngineCase): void {
  for (let i = 0; i < 30; i++) deepest();
  const channel = engine.make<string>(64, { codec: codec.json<string>() });
  for (let i = 0; i < 20_000; i++) {
    channel.trySend(String(i));
    if (i % 5 > 0) channel.tryRecv();
  }
}

forEngines(ENGINES, (engine) => {
  test('operations of the thread go on', async () => {
    warm(engine);
    for (let round = 0; round < 3; round++) {
      const spent = performance.now() + 20;
      const channel = engine.make<number>(1_000_000);
      withLittleStack(() => {
        while (performance.now() < spent);
        channel.send(1).catch(() => {});
      });
      const fresh = engine.make<number>(1);
      const received = fresh.recv();
      await fresh.send(9);
      expect(await received).toEqual(ok(9));
      await fresh.send(1);
    }
  });

  test('each message that comes is one that was sent, and comes once', () => {
    warm(engine);
    const channel = engine.make<string>(1_000_000, { codec: codec.json<string>() });
    let next = 0;
    const got: string[] = [];
    const receive = () => {
      const received = channel.tryRecv();
      if (received?.ok) got.push(received.value);
      return received;
    };
    for (let round = 0; round < 4; round++) {
      withLittleStack(() => channel.trySend(`message ${next++}`));
      withLittleStack(receive);
    }
    while (receive());
    expect(new Set(got).size).toBe(got.length);
    for (const text of got) {
      const [, number] = /^message (\d+)$/.exec(text) ?? [];
      expect(Number(number), text).toBeLessThan(next);
    }
    expect(got.length).toBeGreaterThan(1000);
  });

  test('what has thrown does not wait', async () => {
    warm(engine);
    for (const start of [
      (channel: Channel<number>, other: Channel<number>) => select({ channel, other }),
      (channel: Channel<number>) => channel.recv(),
    ]) {
      let waiting = 0;
      const channel = engine.make<number>(2000);
      const other = engine.make<number>(1);
      withLittleStack(() => {
        start(channel, other).catch(() => waiting--);
        waiting++;
      });
      await turn();
      for (let i = 0; i < waiting; i++) channel.trySend(i);
      expect(channel.length).toBe(0);
      channel.trySend(-1);
      expect(channel.tryRecv()).toEqual(ok(-1));
    }
  });

  test('of sends that wait those are received that did not fail', async () => {
    warm(engine);
    const channel = engine.make<number>(1);
    await channel.send(-1);
    const went = new Set<number>();
    let next = 0;
    withLittleStack(() => {
      const value = next++;
      channel.send(value).then(
        () => went.add(value),
        () => {},
      );
    });
    const received = new Set<number>();
    for (let got = channel.tryRecv(); got?.ok; got = channel.tryRecv()) {
      received.add(got.value);
      await turn();
    }
    await turn();
    expect(received.delete(-1)).toBe(true);
    expect([...went]).toEqual([...received]);
    expect(went.size).toBeLessThan(next);
  });

  test('a disposal that has thrown has ended nothing, and can be repeated', async () => {
    warm(engine);
    let [ended, thrown] = [0, 0];
    for (let round = 0; round < 3; round++) {
      const channel = engine.make<number>(0);
      channel.recv().catch(() => ended++);
      thrown += disposed(channel);
    }
    await turn();
    expect(thrown).toBeGreaterThan(3);
    expect(ended).toBe(3);
  });

  test('a disposal that has thrown and is repeated ends what waits on others', async () => {
    warm(engine);
    const channel = engine.make<number>(1);
    const [sender, receiver] = [channel.sender(), channel.receiver()];
    channel[Symbol.dispose]();
    const received = receiver.recv();
    expect(disposed(sender)).toBeGreaterThan(0);
    expect(await received).toEqual({ ok: false, value: undefined });
  });
});
