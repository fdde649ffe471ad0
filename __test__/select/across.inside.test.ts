/**
 * Selects over several engines, with stand-ins for the engines that cross threads, so that every order of events can be
 * brought about: 56 "loses no message and fires one case".
 */
import { after, type Channel, ClosedError, chan, select, selectSync, send, trySelect } from 'hchan';
import { expect, test } from 'vitest';
import { type Distant, distant } from './distant.js';

const here = <T>(capacity: number): Channel<T> => chan<T>(capacity, { engine: 'local' });

async function outcome<R>(promise: Promise<R>): Promise<R | 'pending'> {
  await Promise.resolve();
  return Promise.race([promise, new Promise<'pending'>((resolve) => setImmediate(resolve, 'pending'))]);
}

test('56 a case of the other engine that has happened, but is not known here yet, wins over a local one', async () => {
  const there = distant('native');
  const [far, near] = [there.chan<string>(0), here<string>(0)];
  const got = select({ far, near });
  expect(there.parked).toBe(1);
  expect(far.trySend('far')).toBe(true);
  // It has happened there; the local sender finds nobody waiting.
  expect(near.trySend('near')).toBe(false);
  expect(await outcome(got)).toBe('pending');
  there.deliver();
  expect(await got).toEqual({ key: 'far', ok: true, value: 'far' });
});

test('56 a local case that happens withdraws the operation in the other engine', async () => {
  const there = distant('native');
  const [far, near] = [there.chan<string>(0), here<string>(0)];
  const got = select({ far, near });
  expect(near.trySend('near')).toBe(true);
  expect(there.parked).toBe(0);
  expect(far.trySend('far')).toBe(false);
  expect(await got).toEqual({ key: 'near', ok: true, value: 'near' });
});

test('56 what happens in the other engine withdraws the local operation', async () => {
  const there = distant('native');
  const [far, near] = [there.chan<string>(0), here<string>(0)];
  const got = select({ far, out: send(near, 'mine') });
  far.trySend('far');
  there.deliver();
  expect(near.tryRecv()).toBeNull();
  expect(await got).toEqual({ key: 'far', ok: true, value: 'far' });
});

test('56 an abort after the case has happened elsewhere does not undo it', async () => {
  const there = distant('native');
  const far = there.chan<string>(0);
  const controller = new AbortController();
  const got = select({ far, late: after(1e6) }, { signal: controller.signal });
  far.trySend('far');
  controller.abort();
  there.deliver();
  expect(await got).toEqual({ key: 'far', ok: true, value: 'far' });
});

test('56 an abort before it has happened withdraws all', async () => {
  const there = distant('native');
  const [far, near] = [there.chan<string>(0), here<string>(0)];
  const controller = new AbortController();
  const got = select({ far, near }, { signal: controller.signal });
  controller.abort(new Error('enough'));
  await expect(got).rejects.toThrow('enough');
  expect([far.trySend('x'), near.trySend('x'), there.parked]).toEqual([false, false, 0]);
});

test('56 a watched engine that rings is tried again, and parked on again when it was for nothing', async () => {
  const [first, second] = [distant('native'), distant('shared')];
  const [far, further] = [first.chan<string>(1), second.chan<string>(1)];
  const got = select({ far, further, near: here<string>(0) });
  second.ring();
  expect([await outcome(got), first.parked]).toEqual(['pending', 1]);
  further.trySend('further');
  expect(await outcome(got)).toBe('pending');
  second.ring();
  expect(await got).toEqual({ key: 'further', ok: true, value: 'further' });
  expect([first.parked, second.parked]).toEqual([0, 0]);
});

test('56 a watched engine that rings after the case has happened elsewhere takes nothing', async () => {
  const [first, second] = [distant('native'), distant('shared')];
  const [far, further] = [first.chan<string>(1), second.chan<string>(1)];
  const got = select({ far, further });
  far.trySend('far');
  further.trySend('further');
  second.ring();
  expect(further.length).toBe(1);
  first.deliver();
  expect(await got).toEqual({ key: 'far', ok: true, value: 'far' });
});

test('46 two selects over two engines pair with each other at a rendezvous of either', async () => {
  const [here, there] = ['mutex', 'shared'] as const;
  for (const engine of [here, there]) {
    const [meet, one, two] = [chan<number>(0, { engine }), chan<number>(0, { engine: here }), chan<number>(0, { engine: there })];
    const got = await Promise.all([select({ one, two, out: send(meet, 7) }), select({ two, one, in: meet })]);
    expect(got).toEqual([{ key: 'out' }, { key: 'in', ok: true, value: 7 }]);
  }
});

test('56 a select that cannot watch an engine rejects, and leaves nothing in the other one', async () => {
  const [first, second] = [distant('native'), distant('shared')];
  const [far, further] = [first.chan<string>(0), second.chan<string>(0)];
  second.engine.watch = () => {
    throw new Error('broken');
  };
  await expect(select({ far, further, near: here<string>(0) })).rejects.toThrow('broken');
  expect([first.parked, far.trySend('far')]).toEqual([0, false]);
});

test('24 ready cases of several engines are equally likely', async () => {
  const there = distant('native');
  const cases = { a: there.chan<number>(1), b: there.chan<number>(1), c: here<number>(1), d: send(here<number>(20_000), 1) };
  const counts: Record<string, number> = { a: 0, b: 0, c: 0, d: 0 };
  const runs = 10_000;
  for (const key of ['a', 'b', 'c'] as const) cases[key].trySend(0);
  for (let i = 0; i < runs; i++) {
    const got = i % 2 === 0 ? trySelect(cases) : await select(cases);
    if (got === null) throw new Error('nothing was ready');
    counts[got.key] = (counts[got.key] ?? 0) + 1;
    if (got.key !== 'd') cases[got.key].trySend(0);
  }
  // Six standard deviations of a binomial with p = 1/4.
  for (const count of Object.values(counts))
    expect(Math.abs(count / runs - 0.25)).toBeLessThan(6 * Math.sqrt((0.25 * 0.75) / runs));
});

test('26 biased takes the first ready case in key order, whatever engine it is of', async () => {
  const there = distant('native');
  const [far, near] = [there.chan<number>(100), here<number>(100)];
  for (let i = 0; i < 100; i++) for (const one of [far, near]) one.trySend(i);
  for (let i = 0; i < 50; i++) {
    expect((await select({ far, near }, { biased: true })).key).toBe('far');
    expect((await select({ near, far }, { biased: true })).key).toBe('near');
    expect(trySelect({ none: there.chan(0), near, far }, { biased: true })?.key).toBe('near');
    expect(trySelect({ none: here(0), far, near }, { biased: true })?.key).toBe('far');
  }
});

test('45 a closed send case of the other engine throws with its value, and withdraws the rest', async () => {
  const there = distant('native');
  const [far, near] = [there.chan<number>(0), here<number>(0)];
  const got = select({ out: send(far, 7), near }).catch((error: unknown) => error);
  far.close();
  there.deliver();
  const error = await got;
  expect(error).toBeInstanceOf(ClosedError);
  expect(error).toMatchObject({ value: 7, message: expect.stringContaining("case 'out'") });
  expect(near.trySend(1)).toBe(false);
});

test('60 disposing any handle of a waiting select rejects it and leaves the other engines', async () => {
  for (const which of [0, 1] as const) {
    const there = distant('native');
    const [far, near] = [there.chan<number>(0), here<number>(0)];
    const handles = [far.receiver(), near.receiver()] as const;
    const got = select({ far: handles[0], near: handles[1] });
    handles[which][Symbol.dispose]();
    await expect(got).rejects.toMatchObject({ code: 'ERR_HCHAN_DETACHED' });
    expect([far.trySend(1), near.trySend(1), there.parked]).toEqual([false, false, 0]);
  }
});

test('54 a blocking select over several engines times out, and takes what a timer brings', () => {
  const there = distant('native');
  const cases = { far: there.chan<number>(0), near: here<number>(0) };
  expect(() => selectSync(cases, { timeout: 5, allowMainThread: true })).toThrow(
    "selectSync on 'far', 'near' timed out after 5 ms",
  );
  const start = performance.now();
  expect(selectSync({ ...cases, late: after(20) }, { allowMainThread: true }).key).toBe('late');
  expect(performance.now() - start).toBeGreaterThanOrEqual(20);
});

/** A small generator of repeatable random numbers (mulberry32). */
function dice(seed: number): (sides: number) => number {
  return (sides) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % sides;
  };
}

interface Tally {
  sent: number[];
  received: number[];
}

/** Selects at random over channels of three engines, with events in random order, and counts. */
async function storm(seed: number): Promise<Tally> {
  const roll = dice(seed);
  const engines: Distant[] = [distant('native'), distant('shared')];
  const channels = [0, 1, 2].flatMap((capacity) => [
    here<number>(capacity),
    ...engines.map((engine) => engine.chan<number>(capacity)),
  ]);
  const any = () => channels[roll(channels.length)] as Channel<number>;
  const tally: Tally = { sent: [], received: [] };
  const waiting = new Set<AbortController>();
  let next = 0;

  const one = () => {
    const controller = new AbortController();
    const [a, b, value] = [any(), any(), next++];
    const cases = { a, out: send(any(), value), b, quiet: roll(2) === 0 ? null : here<number>(0) };
    waiting.add(controller);
    return select(cases, { signal: controller.signal }).then(
      (got) => {
        waiting.delete(controller);
        if (got.key === 'out') tally.sent.push(value);
        else if (got.ok) tally.received.push(got.value);
      },
      (reason) => {
        if (reason !== controller.signal.reason) throw reason;
      },
    );
  };
  const plain = () => {
    const got = roll(2) === 0 ? any().tryRecv() : null;
    const value = next++;
    if (got?.ok) tally.received.push(got.value);
    else if (any().trySend(value)) tally.sent.push(value);
  };
  const abort = () => {
    for (const controller of waiting) {
      waiting.delete(controller);
      return controller.abort();
    }
  };
  const running: Promise<void>[] = [];
  const events = [
    () => void running.push(one()),
    () => void running.push(one()),
    plain,
    plain,
    abort,
    ...engines.flatMap((e) => [e.deliver, e.ring]),
  ];
  for (let i = 0; i < 120; i++) {
    events[roll(events.length)]?.();
    if (roll(6) === 0) await Promise.resolve();
  }
  for (const { deliver } of engines) deliver();
  while (waiting.size > 0) abort();
  for (const { deliver } of engines) deliver();
  await Promise.all(running);
  expect(engines.map((engine) => engine.parked)).toEqual([0, 0]);
  for (const channel of channels)
    for (let got = channel.tryRecv(); got?.ok; got = channel.tryRecv()) tally.received.push(got.value);
  return tally;
}

test('56 in storms of selects, plain operations, aborts and late news every message is received exactly once', async () => {
  let messages = 0;
  for (let seed = 1; seed <= 500; seed++) {
    const { sent, received } = await storm(seed);
    expect(
      received.sort((a, b) => a - b),
      `seed ${seed}`,
    ).toEqual(sent.sort((a, b) => a - b));
    messages += sent.length;
  }
  expect(messages).toBeGreaterThan(10_000);
});
