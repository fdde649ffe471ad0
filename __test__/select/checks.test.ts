/** What a select refuses, in which order, and how it says so. */
import { isMainThread } from 'node:worker_threads';
import { after, chan, codec, DirectionError, never, select, selectSync, send, ticker, trySelect } from 'hchan';
import { expect, test } from 'vitest';
import { failure, state, thrown } from '../conformance/actors.js';
import { ENGINES, forEngines } from '../conformance/engines.js';

/** The same call in its three forms; each gives its error. */
const FORMS = {
  select: (cases: never, options?: object) => failure(select(cases, options)),
  trySelect: async (cases: never, options?: object) => thrown(() => trySelect(cases, options)),
  selectSync: async (cases: never, options?: object) => thrown(() => selectSync(cases, { allowMainThread: true, ...options })),
} as const;

const make = () => chan<number>(1, { engine: 'local', name: 'jobs' });
const aborted = AbortSignal.abort(new Error('aborted before'));

for (const [form, refused] of Object.entries(FORMS)) {
  test(`${form} says which case is none, and what was given`, async () => {
    const told = async (one: unknown) => {
      const error = await refused({ good: make(), bad: one } as never);
      expect(error).toBeInstanceOf(TypeError);
      return error.message as string;
    };
    expect(await told(5)).toBe(`${form} case 'bad' must be a receiver, send(…), null, undefined or false, not 5`);
    expect(await told(new AbortController().signal)).toBe(
      `${form} case 'bad' must be a receiver (done(signal) is one), send(…), null, undefined or false, not an AbortSignal`,
    );
    expect(await told(true)).toContain('not true');
    expect(await told(Promise.resolve())).toContain('not a Promise');
    expect(await told({ sender: make(), value: 1 })).toContain('not an Object');
    expect(await told(send({} as never, 1 as never))).toBe(`${form} case 'bad': send(…) takes a sender, not an Object`);
  });

  test(`${form} takes a plain object of cases only`, async () => {
    for (const cases of [[make()], make(), new Map(), null, undefined, 'jobs', () => make()]) {
      const error = await refused(cases as never);
      expect(error).toBeInstanceOf(TypeError);
      expect(error.message).toContain(`the cases of ${form} must be a plain object of receivers and send(…), not `);
    }
  });

  test(`${form} checks options, then cases, then handles, then the signal`, async () => {
    const gone = make();
    gone[Symbol.dispose]();
    const wrongWay = make().sender();
    expect((await refused({ a: 5 } as never, { biased: 1 })).message).toBe('options.biased must be true or false, not 1');
    expect((await refused({ a: gone, b: 5 } as never)).message).toContain("case 'b'");
    expect((await refused({ a: gone } as never, { signal: aborted })).code).toBe('ERR_HCHAN_DETACHED');
    expect(await refused({ a: wrongWay } as never, { signal: aborted })).toBeInstanceOf(DirectionError);
  });

  test(`${form} tells a direction that a handle does not have, with the key`, async () => {
    const received = await refused({ in: make().sender() } as never);
    expect(received.code).toBe('ERR_HCHAN_DIRECTION');
    expect(received.message).toBe(`${form} case 'in': receive on a handle of channel 'jobs' that only sends`);
    const sent = await refused({ out: send(make().receiver() as never, 1 as never) } as never);
    expect(sent.code).toBe('ERR_HCHAN_DIRECTION');
    expect((await refused({ out: send(ticker(5) as never, 1 as never) } as never)).code).toBe('ERR_HCHAN_DIRECTION');
  });

  test(`${form} names the case of a send on a closed channel`, async () => {
    const closed = make();
    closed.close();
    const error = await refused({ out: send(closed, 7) } as never);
    expect(error.message).toBe(`${form} case 'out': send on closed channel 'jobs'`);
    expect(error).toMatchObject({ code: 'ERR_HCHAN_CLOSED', value: 7 });
  });
}

test('29 an already aborted signal rejects with its reason, and nothing happens', async () => {
  const channel = make();
  channel.trySend(1);
  expect(await failure(select({ channel }, { signal: aborted }))).toBe(aborted.reason);
  expect(channel.length).toBe(1);
});

test('29 with a case ready, a timeout of 0 succeeds', () => {
  const channel = make();
  channel.trySend(1);
  const options = { timeout: 0, allowMainThread: true };
  expect(selectSync({ channel }, options)).toEqual({ key: 'channel', ok: true, value: 1 });
  expect(thrown(() => selectSync({ channel }, options)).code).toBe('ERR_HCHAN_TIMEOUT');
});

test('30 timeouts of 2^31 ms, of more, and Infinity do not overflow', () => {
  for (const timeout of [2 ** 31, 2 ** 53, Number.POSITIVE_INFINITY]) {
    expect(selectSync({ late: after(5), far: after(timeout) }, { timeout, allowMainThread: true }).key).toBe('late');
  }
  expect(thrown(() => selectSync({ late: after(5) }, { timeout: -1, allowMainThread: true }))).toBeInstanceOf(RangeError);
  expect(thrown(() => selectSync({ late: after(5) }, { timeout: Number.NaN, allowMainThread: true }))).toBeInstanceOf(RangeError);
});

test('selectSync on the main thread is a BlockingError, whether or not a case is ready', () => {
  expect(isMainThread).toBe(true);
  const channel = make();
  channel.trySend(1);
  const error = thrown(() => selectSync({ channel, none: null }));
  expect(error.code).toBe('ERR_HCHAN_BLOCKING');
  expect(error.message).toContain("selectSync on 'channel'");
  expect(channel.length).toBe(1);
});

test('41 42 a select without a live case never fires, and its signal ends it', async () => {
  for (const cases of [{}, { a: null, b: undefined, c: false }, { a: never<number>(), b: send(never<number>(), 1) }] as const) {
    const controller = new AbortController();
    const waiting = select(cases, { signal: controller.signal });
    expect(await state(waiting)).toBe('pending');
    controller.abort(new Error('enough'));
    expect((await failure(waiting)).message).toBe('enough');
    expect(trySelect(cases)).toBeNull();
    expect(thrown(() => selectSync(cases, { timeout: 2, allowMainThread: true })).message).toBe(
      'selectSync on no live case timed out after 2 ms',
    );
  }
});

forEngines(ENGINES, ({ name, make }) => {
  test.skipIf(name === 'local')(
    'a value that does not fit is a CodecError before anything happens, in every mix of cases',
    async () => {
      const numbers = make<number>(4, { codec: codec.u8 });
      const ready = make<number>(1, { codec: codec.u8 });
      ready.trySend(1);
      for (const more of [{}, { late: after(0) }]) {
        const cases = { ready, bad: send(numbers, 256), ...more };
        for (const refused of Object.values(FORMS)) expect((await refused(cases as never)).code).toBe('ERR_HCHAN_CODEC');
        expect([ready.length, numbers.length]).toEqual([1, 0]);
      }
    },
  );

  test('keys may be any strings, and look like numbers', async () => {
    const channel = make<string>(1);
    for (const key of ['', '0', '-1', 'toString', '__proto__', 'ключ']) {
      const cases = Object.fromEntries([[key, channel]]);
      await channel.send('x');
      expect(await select(cases)).toEqual({ key, ok: true, value: 'x' });
    }
  });
});
