/**
 * A receiver that receives much takes several messages at once out of some engines; nobody may be able to tell. The
 * numbers are those of SEMANTICS.
 */
import { type Channel, codec, type Receiver, trySelect } from 'hchan';
import { expect, test } from 'vitest';
import { numbers, ok, Stage, thrown, until } from './actors.js';
import { CROSSING, ENGINES, type EngineCase, forEngines, scaled } from './engines.js';
import { randomFrom } from './model.js';

const stage = new Stage();
/** Receives after which every engine that ever takes several does so, and has some left. */
const MANY = 40;

forEngines(ENGINES, (engine) => {
  order(engine);
  room(engine);
  ends(engine);
  chance(engine);
});
forEngines(CROSSING, across);

/** A channel with the numbers from 0 on, of which the first `MANY` have been received. */
function begun(engine: EngineCase, capacity: number, count: number): Channel<number> {
  const channel = engine.make<number>(capacity, { codec: codec.f64 });
  expect(channel.trySendMany(numbers(0, count))).toBe(count);
  expect(take(channel, MANY)).toEqual(numbers(0, MANY));
  return channel;
}

function take<T>(receiver: Receiver<T>, count: number): (T | undefined)[] {
  return Array.from({ length: count }, () => receiver.tryRecv()?.value);
}

function order(engine: EngineCase): void {
  test('39 what a receiver is about to take is there for others, in order, whatever they do', async () => {
    const channel = begun(engine, 256, 100);
    const other = channel.receiver();
    expect(other.tryRecv()).toEqual(ok(40));
    expect(take(channel, 2)).toEqual([41, 42]);
    expect(other.tryRecvMany(3)).toEqual([43, 44, 45]);
    expect(take(channel, 1)).toEqual([46]);
    expect(await other.recv()).toEqual(ok(47));
    expect(trySelect({ got: other })).toMatchObject({ key: 'got', value: 48 });
    expect(await channel.recvMany(2)).toEqual([49, 50]);
    for await (const value of other) {
      expect(value).toBe(51);
      break;
    }
    expect(take(channel, 48)).toEqual(numbers(52, 48));
    expect(channel.tryRecv()).toBeNull();
  });

  test('12 what a receiver is about to take counts until it is taken', () => {
    const channel = begun(engine, 256, 200);
    for (let left = 160; left > 0; left--) {
      expect(channel.length).toBe(left);
      expect(channel.tryRecv()).toEqual(ok(200 - left));
    }
    expect(channel.length).toBe(0);
  });

  test('18 messages of all lengths come out as they went in', () => {
    const channel = engine.make<string>(512, { codec: codec.string });
    const texts = numbers(0, 400).map((i) => (i % 3 === 0 ? 'é' : 'x').repeat(i % 7 === 0 ? i * 13 : i % 150) + i);
    expect(channel.trySendMany(texts)).toBe(400);
    expect(take(channel, 400)).toEqual(texts);
    channel.trySend('x'.repeat(100_000));
    expect(take(channel, 1)[0]).toHaveLength(100_000);
  });
}

function room(engine: EngineCase): void {
  test('45 a full channel has room for each message that is taken, and for no more', () => {
    const channel = begun(engine, 128, 128);
    const sender = channel.sender();
    expect(sender.trySendMany(numbers(128, 100))).toBe(MANY);
    for (let i = 0; i < 200; i++) {
      expect(sender.trySend(0)).toBe(false);
      expect(channel.length).toBe(128);
      expect(channel.tryRecv()).toEqual(ok(MANY + i));
      expect(sender.trySend(168 + i)).toBe(true);
    }
  });

  test('21 senders that wait are woken by each message that is taken', async () => {
    const channel = begun(engine, 128, 128);
    channel.trySendMany(numbers(128, MANY));
    channel.tryRecv();
    const told: number[] = [];
    const sends = numbers(168, 100).map((i) => channel.send(i).then(() => told.push(i)));
    for (let i = 0; i < 100; i++) {
      expect(channel.tryRecv()).toEqual(ok(MANY + 1 + i));
      if (i % 10 === 0) await until(() => told.length >= i + 1);
    }
    await Promise.all(sends);
    expect(told).toEqual(numbers(168, 100));
    expect(take(channel, 127)).toEqual(numbers(141, 127));
    expect(channel.tryRecv()).toBeNull();
  });
}

function ends(engine: EngineCase): void {
  test('60 a receiver that is disposed leaves what it was about to take', () => {
    const channel = engine.make<number>(256, { codec: codec.f64 });
    const [one, other] = [channel.receiver(), channel.receiver()];
    channel.trySendMany(numbers(0, 100));
    expect(take(one, MANY)).toEqual(numbers(0, MANY));
    one[Symbol.dispose]();
    expect(channel.length).toBe(60);
    expect(take(other, 60)).toEqual(numbers(40, 60));
  });

  test('4 after close everybody gets what is left, and then the end', () => {
    const channel = begun(engine, 256, 50);
    const other = channel.receiver();
    channel.close();
    expect(take(channel, 3)).toEqual([40, 41, 42]);
    expect(take(other, 3)).toEqual([43, 44, 45]);
    expect(take(channel, 4)).toEqual([46, 47, 48, 49]);
    expect([channel.length, channel.closed]).toEqual([0, true]);
    for (const receiver of [other, channel]) expect(receiver.tryRecv()).toEqual({ ok: false, value: undefined });
  });

  test('58 the last receiver takes with it what it was about to take', () => {
    const channel = engine.make<number>(64, { codec: codec.f64 });
    const [sender, receiver] = [channel.sender(), channel.receiver()];
    channel[Symbol.dispose]();
    sender.trySendMany(numbers(0, 64));
    expect(take(receiver, MANY)).toEqual(numbers(0, MANY));
    receiver[Symbol.dispose]();
    expect(thrown(() => sender.trySend(1)).code).toBe('ERR_HCHAN_DISCONNECTED');
  });

  test('82 a message that does not decode is reported in its place', () => {
    let broken = -1;
    const picky = {
      id: 'picky',
      encode: codec.u32.encode,
      decode(from: Parameters<typeof codec.u32.decode>[0]) {
        const value = codec.u32.decode(from);
        if (value === broken) throw new Error(`${value} is broken`);
        return value;
      },
    };
    const channel = engine.make<number>(256, { codec: picky });
    channel.trySendMany(numbers(0, 100));
    expect(take(channel, MANY)).toEqual(numbers(0, MANY));
    broken = 50;
    expect(take(channel, 10)).toEqual(numbers(40, 10));
    if (engine.crossesThreads) expect(thrown(() => channel.tryRecv()).message).toContain('50 is broken');
    else expect(take(channel, 1)).toEqual([50]);
    expect(take(channel, 49)).toEqual(numbers(51, 49));
  });
}

function chance(engine: EngineCase): void {
  for (const seed of numbers(1, scaled(8, 2))) {
    test(`79 two receivers and a sender at random against a queue, seed ${seed}`, () => {
      const below = randomFrom(seed);
      const capacity = [8, 64, 300, Number.POSITIVE_INFINITY][seed % 4] as number;
      const channel = engine.make<number>(capacity, { codec: codec.f64 });
      const receivers = [channel, channel.receiver()];
      const queue: number[] = [];
      let [sent, at] = [0, 0];
      for (let step = 0; step < 3000; step++) {
        const receiver = receivers[below(20) === 0 ? 1 - at : at] as Receiver<number>;
        if (below(100) === 0) at = 1 - at;
        const what = below(100);
        if (what < 25) {
          const went = channel.trySendMany(numbers(sent, below(80)));
          queue.push(...numbers(sent, went));
          sent += went;
        } else if (what < 40) {
          expect(channel.trySend(sent)).toBe(queue.length < capacity);
          if (queue.length < capacity) queue.push(sent++);
        } else if (what < 43) {
          const max = 1 + below(30);
          expect(receiver.tryRecvMany(max)).toEqual(queue.splice(0, max));
        } else if (what < 46) {
          const got = trySelect({ got: receiver });
          expect(got === null ? undefined : got.value).toBe(queue.shift());
        } else if (what < 50) {
          expect(channel.length).toBe(queue.length);
        } else {
          for (let count = below(40); count > 0; count--) expect(receiver.tryRecv()?.value).toBe(queue.shift());
        }
      }
    });
  }
}

function across(engine: EngineCase): void {
  test('39 a busy thread keeps nobody from what it was about to take', async () => {
    const busy = await stage.peer('A');
    const channel = engine.make<number>(256, { codec: codec.f64 });
    await busy.give('c', channel);
    channel.trySendMany(numbers(0, 200));
    const before = busy.steps();
    const working = busy.run([['drain', 'c', MANY], ['spin']], 'blocking');
    await until(() => busy.steps() >= before + 2);
    expect(channel.length).toBe(160);
    expect(channel.trySendMany(numbers(200, 100))).toBe(96);
    for (let i = MANY; i < 296; i++) expect(await channel.recv()).toEqual(ok(i));
    expect(channel.tryRecv()).toBeNull();
    busy.openGate();
    expect((await working)[0]).toEqual(numbers(0, MANY));
  });

  test('11 threads that take from each other get each message once, each in order', async () => {
    const places = ['A', 'B'] as const;
    const count = scaled(60_000, 10_000);
    for (const capacity of [3, 64, 1024]) {
      const channel = engine.make<number>(capacity, { codec: codec.f64 });
      const ends = await Promise.all(places.map((place) => stage.end(place, place === 'A' ? 'loop' : 'blocking')));
      await Promise.all(ends.map((end) => end.give('c', channel)));
      const draining = ends.map((end) => end.one('drain', 'c'));
      const mine: number[] = [];
      const consuming = channel.consume((value) => {
        mine.push(value);
      });
      await channel.sendMany(numbers(0, count));
      channel.close();
      await consuming;
      const got = [mine, ...((await Promise.all(draining)) as number[][])];
      for (const values of got) expect(values.every((value, i) => i === 0 || value > (values[i - 1] as number))).toBe(true);
      expect(got.flat().sort((a, b) => a - b)).toEqual(numbers(0, count));
    }
  });
}
