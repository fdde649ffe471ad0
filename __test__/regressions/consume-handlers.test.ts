/** What a `consume` handler does: it aborted its own signal and was not waited for; its promise had a `then` of its own; it ran in somebody else's context. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { failure, Stage } from '../conformance/actors.js';
import { CROSSING, ENGINES, forEngines } from '../conformance/engines.js';

const stage = new Stage();

forEngines(ENGINES, (engine) => {
  test('a handler that aborts its own signal is waited for, at once or later', async () => {
    for (const concurrency of [1, 3]) {
      for (const waits of [false, true]) {
        const channel = engine.make<number>(4);
        const stop = new AbortController();
        let finished = 0;
        const consumed = channel.consume(
          async () => {
            if (waits) await null;
            stop.abort('enough');
            await sleep(5);
            finished++;
          },
          { concurrency, signal: stop.signal },
        );
        channel.trySend(1);
        expect(await failure(consumed)).toBe('enough');
        expect(finished).toBe(1);
      }
    }
  });

  test('a handler that aborts its own signal and awaits nothing ends the consumption', async () => {
    const channel = engine.make<number>(4);
    const stop = new AbortController();
    for (let i = 0; i < 3; i++) channel.trySend(i);
    const seen: number[] = [];
    const consumed = channel.consume(
      (value) => {
        seen.push(value);
        if (value === 1) stop.abort('enough');
      },
      { signal: stop.signal },
    );
    expect(await failure(consumed)).toBe('enough');
    expect(seen).toEqual([0, 1]);
    expect(channel.length).toBe(1);
  });

  test("a handler's promise counts once, whatever its `then` or `constructor` do", async () => {
    const thrown = (): never => {
      throw new Error('mine');
    };
    const twice = (tell: () => void) => [tell(), tell()];
    const odd = [
      () => Object.defineProperty(Promise.resolve(), 'then', { value: thrown }),
      () => Object.defineProperty({}, 'then', { value: twice }),
    ];
    for (const promise of odd) {
      const channel = engine.make<number>(8);
      let [running, most] = [0, 0];
      const consumed = channel.consume(() => {
        most = Math.max(most, ++running);
        queueMicrotask(() => running--);
        return promise();
      });
      for (let i = 0; i < 8; i++) channel.trySend(i);
      channel.close();
      await consumed;
      expect(most).toBe(1);
    }
    const channel = engine.make<number>(1);
    const consumed = channel.consume(() => Object.defineProperty(Promise.resolve(), 'constructor', { get: thrown }));
    await channel.send(1);
    expect(await failure(consumed)).toMatchObject({ message: 'mine' });
  });

  test('a handler runs in the context of the call of consume', async () => {
    const storage = new AsyncLocalStorage<string>();
    const channel = storage.run('maker', () => engine.make<number>(1));
    const seen: unknown[] = [];
    const consumed = storage.run('consumer', () => channel.consume(() => void seen.push(storage.getStore())));
    await storage.run('sender', async () => {
      for (let i = 0; i < 5; i++) await channel.send(i);
    });
    channel.close();
    await consumed;
    expect(seen).toEqual(new Array(5).fill('consumer'));
  });
});

forEngines(CROSSING, (engine) => {
  test('also if another thread sends', async () => {
    const storage = new AsyncLocalStorage<string>();
    const channel = storage.run('maker', () => engine.make<number>(1));
    const other = engine.make<number>(1);
    const waiting = storage.run('other', () => other.recv());
    const seen: unknown[] = [];
    const consumed = storage.run('consumer', () => channel.consume(() => void seen.push(storage.getStore())));
    const peer = await stage.end('A', 'blocking');
    await peer.give('c', channel);
    for (let i = 0; i < 5; i++) await peer.one('send', 'c', i);
    channel.close();
    await consumed;
    expect(seen).toEqual(new Array(5).fill('consumer'));
    other.trySend(1);
    await waiting;
  });
});
