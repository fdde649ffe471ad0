/**
 * A sender that sends much writes several messages into some engines without asking for each; nobody may be able to tell. The
 * numbers are those of SEMANTICS.
 */
import { type Channel, codec, select, send, trySelect } from 'hchan';
import { expect, test } from 'vitest';
import { numbers, ok, Stage, thrown, until } from './actors.js';
import { CROSSING, ENGINES, type EngineCase, forEngines, scaled } from './engines.js';
import { randomFrom } from './model.js';

const stage = new Stage();
/** Sends after which every engine that ever gives credit has given some. */
const MANY = 40;

forEngines(ENGINES, (engine) => {
  order(engine);
  waiting(engine);
  ends(engine);
  chance(engine);
});
forEngines(CROSSING, across);

/** A channel with the numbers from 0 to `MANY`, sent one by one. */
function begun(engine: EngineCase, capacity: number): Channel<number> {
  const channel = engine.make<number>(capacity, { codec: codec.f64 });
  for (let i = 0; i < MANY; i++) expect(channel.trySend(i)).toBe(true);
  return channel;
}

function order(engine: EngineCase): void {
  test('18 messages come out as they were sent, by whatever call', async () => {
    const channel = begun(engine, 256);
    const other = channel.sender();
    channel.trySend(40);
    other.trySend(41);
    channel.trySend(42);
    expect(channel.trySendMany([43, 44])).toBe(2);
    for (let i = 45; i < 80; i++) channel.trySend(i);
    await other.sendMany([80, 81]);
    channel.trySend(82);
    expect(trySelect({ out: send(other, 83) })).toMatchObject({ key: 'out' });
    channel.trySend(84);
    await channel.send(85);
    expect(channel.tryRecvMany(200)).toEqual(numbers(0, 86));
  });

  test('12 each message counts from its send on', () => {
    const channel = begun(engine, 256);
    for (let i = MANY; i < 256; i++) {
      expect(channel.length).toBe(i);
      expect(channel.trySend(i)).toBe(true);
    }
    expect([channel.length, channel.trySend(0)]).toEqual([256, false]);
  });

  test('3 a channel takes as many as it is large, whoever sends', () => {
    const channel = begun(engine, 128);
    const other = channel.sender();
    expect(other.trySendMany(numbers(MANY, 200))).toBe(128 - MANY);
    expect(channel.trySend(0)).toBe(false);
    for (let i = 0; i < 128; i++) {
      expect(channel.tryRecv()).toEqual(ok(i));
      expect((i % 5 === 0 ? other : channel).trySend(128 + i)).toBe(true);
      expect([channel.trySend(0), other.trySend(0), channel.length]).toEqual([false, false, 128]);
    }
    expect(channel.tryRecvMany(200)).toEqual(numbers(128, 128));
  });
}

function waiting(engine: EngineCase): void {
  test('1 a receiver that waits is woken by the next send', async () => {
    const channel = begun(engine, 256);
    channel.tryRecvMany(256);
    for (let i = 0; i < 100; i++) {
      const received = channel.recv();
      for (let more = 0; more <= i % 4; more++) channel.trySend(i * 10 + more);
      expect(await received).toEqual(ok(i * 10));
      expect(channel.tryRecvMany(256)).toEqual(numbers(i * 10 + 1, i % 4));
    }
  });

  test('54 a select that waits is woken by the next send', async () => {
    const [channel, other] = [begun(engine, 256), engine.make<number>(256, { codec: codec.f64 })];
    channel.tryRecvMany(256);
    for (let i = 0; i < 20; i++) {
      const selected = select({ got: channel, other });
      channel.trySend(i);
      expect(await selected).toMatchObject({ key: 'got', value: i });
      for (let more = 0; more < 3; more++) channel.trySend(more);
      expect(channel.tryRecvMany(9)).toEqual([0, 1, 2]);
    }
  });
}

function ends(engine: EngineCase): void {
  test('7 a send on a closed channel fails, and what was sent before is received', () => {
    const channel = begun(engine, 256);
    channel.receiver();
    const closer = channel.sender();
    closer.close();
    const error = thrown(() => channel.trySend(40));
    expect([error.code, error.value]).toEqual(['ERR_HCHAN_CLOSED', 40]);
    expect(channel.tryRecvMany(256)).toEqual(numbers(0, MANY));
    expect(channel.tryRecv()).toEqual({ ok: false, value: undefined });
  });

  test('57 58 a handle that is disposed leaves what it has sent; a send without receivers fails', () => {
    const channel = engine.make<number>(256, { codec: codec.f64 });
    const [sender, receiver] = [channel.sender(), channel.receiver()];
    channel[Symbol.dispose]();
    for (let i = 0; i < 100; i++) sender.trySend(i);
    sender[Symbol.dispose]();
    expect([receiver.length, receiver.closed]).toEqual([100, true]);
    expect(receiver.tryRecvMany(256)).toEqual(numbers(0, 100));
    expect(receiver.tryRecv()).toEqual({ ok: false, value: undefined });
    const lonely = engine.make<number>(256, { codec: codec.f64 });
    const [out, into] = [lonely.sender(), lonely.receiver()];
    lonely[Symbol.dispose]();
    for (let i = 0; i < 100; i++) out.trySend(i);
    into[Symbol.dispose]();
    expect(thrown(() => out.trySend(1)).code).toBe('ERR_HCHAN_DISCONNECTED');
  });
}

function chance(engine: EngineCase): void {
  for (const seed of numbers(1, scaled(8, 2))) {
    test(`79 two senders and two receivers at random against a queue, seed ${seed}`, () => {
      const below = randomFrom(seed);
      const capacity = [8, 64, 300, Number.POSITIVE_INFINITY][seed % 4] as number;
      const channel = engine.make<number>(capacity, { codec: codec.f64 });
      const [senders, receivers] = [[channel, channel.sender()] as const, [channel, channel.receiver()] as const];
      const queue: number[] = [];
      let sent = 0;
      for (let step = 0; step < 3000; step++) {
        const sender = senders[below(15) === 0 ? 1 : 0];
        const receiver = receivers[below(15) === 0 ? 1 : 0];
        const what = below(100);
        if (what < 45) {
          for (let count = below(60); count > 0; count--) {
            expect(sender.trySend(sent)).toBe(queue.length < capacity);
            if (queue.length < capacity) queue.push(sent++);
          }
        } else if (what < 48) {
          const went = sender.trySendMany(numbers(sent, below(30)));
          queue.push(...numbers(sent, went));
          sent += went;
        } else if (what < 51) {
          const got = trySelect({ out: send(sender, sent) });
          expect(got === null).toBe(queue.length === capacity);
          if (got !== null) queue.push(sent++);
        } else if (what < 55) {
          expect(channel.length).toBe(queue.length);
        } else if (what < 60) {
          const max = 1 + below(50);
          expect(receiver.tryRecvMany(max)).toEqual(queue.splice(0, max));
        } else {
          for (let count = below(60); count > 0; count--) expect(receiver.tryRecv()?.value).toBe(queue.shift());
        }
      }
    });
  }
}

function across(engine: EngineCase): void {
  test('39 what a thread has sent is there while it is busy', async () => {
    const busy = await stage.peer('A');
    const channel = engine.make<number>(512, { codec: codec.f64 });
    await busy.give('c', channel);
    const before = busy.steps();
    const working = busy.run([['produce', 'c', 0, 200], ['spin']], 'blocking');
    await until(() => busy.steps() >= before + 2);
    expect(channel.length).toBe(200);
    expect(channel.trySend(200)).toBe(true);
    for (let i = 0; i <= 200; i++) expect(await channel.recv()).toEqual(ok(i));
    expect(channel.tryRecv()).toBeNull();
    expect(channel.trySendMany(numbers(0, 600))).toBe(512);
    busy.openGate();
    await working;
  });

  test('59 a send that races with close either fails or is received', async () => {
    for (let round = 0; round < scaled(60, 12); round++) {
      const channel = engine.make<number>(1024, { codec: codec.f64 });
      const end = await stage.end('A', 'loop');
      await end.give('c', channel.sender());
      const sending = end.one('produce', 'c', 0, 5000);
      const got: number[] = [];
      while (got.length < 200 + round * 37) got.push(...(await channel.recvMany(64)));
      channel.close();
      for await (const value of channel) got.push(value);
      const outcome = await sending;
      expect(got).toEqual(numbers(0, got.length));
      if (outcome.error === undefined) expect(got).toHaveLength(5000);
      else expect([outcome.code, outcome.value]).toEqual(['ERR_HCHAN_CLOSED', got.length]);
    }
  });

  test('11 threads that send one by one: each message once, each sender in order', async () => {
    const count = scaled(40_000, 8_000);
    for (const capacity of [3, 64, 1024]) {
      const channel = engine.make<number>(capacity, { codec: codec.f64 });
      const ends = await Promise.all((['A', 'B'] as const).map((place) => stage.end(place, place === 'A' ? 'loop' : 'blocking')));
      await Promise.all(ends.map((end) => end.give('c', channel.sender())));
      const sending = ends.map((end, i) => end.one('produce', 'c', i * count, count));
      const got: number[] = [];
      await Promise.race([
        channel.consume((value) => {
          got.push(value);
          if (got.length === 2 * count) channel.close();
        }),
        Promise.all(sending).then(() => new Promise(() => undefined)),
      ]);
      for (const from of [0, count]) {
        expect(got.filter((value) => value >= from && value < from + count)).toEqual(numbers(from, count));
      }
    }
  });
}
