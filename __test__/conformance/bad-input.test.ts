/**
 * Every public function given what it must refuse: the documented class, a message that says what was given and what is
 * allowed, nothing sent or received, and a process that lives on.
 */
import fc from 'fast-check';
import {
  after,
  attach,
  type Channel,
  ChannelError,
  CodecError,
  chan,
  codec,
  done,
  select,
  selectSync,
  send,
  ticker,
  trySelect,
  unbounded,
} from 'hchan';
import { expect, test } from 'vitest';
import { failure, ok, thrown } from './actors.js';
import { CROSSING, ENGINES, type EngineCase, forEngines, scaled } from './engines.js';

const MAIN = { allowMainThread: true };
type Loose = Record<string, (...args: unknown[]) => unknown>;
const loose = (handle: unknown): Loose => handle as Loose;
// biome-ignore lint/suspicious/noExplicitAny: what a caller without types can pass
const any = (value: unknown): any => value;

const NOT_INTEGERS = [1.5, Number.NaN, -1, -0.5, Number.NEGATIVE_INFINITY];
const NOT_NUMBERS = ['1', null, {}, [], true, 1n, Symbol('s'), () => 1];
const NOT_OPTIONS = [1, 'x', true, Symbol('s'), 1n, () => {}];
const NOT_SIGNALS = [1, 'x', {}, true, { aborted: false }, new EventTarget(), null];

forEngines(ENGINES, (engine) => {
  making(engine);
  counts(engine);
  options(engine);
  cases(engine);
});

forEngines(CROSSING, (engine) => {
  unfitting(engine);
});

times();
foreign();

test("a codec's name is no codec, and which one is meant is said", () => {
  expect(() => chan(1, any({ codec: 'u32' }))).toThrow(new TypeError('codec must be a codec, as codec.u32, not "u32"'));
  expect(() => attach(chan(1).share(), any({ codec: 'u32' }))).toThrow('codec must be a codec, as codec.u32, not "u32"');
  expect(() => chan(1, any({ codec: 'toString' }))).toThrow('codec must be a codec, not "toString"');
});

test('what cannot even be looked at is refused as anything else is', () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const tagged = {
    get [Symbol.toStringTag]() {
      throw new Error('looked at');
    },
  };
  for (const value of [proxy, tagged]) {
    expect(() => chan(any(value))).toThrow(new RangeError('capacity must be an integer from 0 to 2147483647, not an object'));
    expect(() => chan(1).tryRecvMany(any(value))).toThrow(new RangeError('max must be an integer of at least 1, not an object'));
    expect(() => chan(1, { engine: any(value) })).toThrow(/^options\.engine must be one of .*, not an object$/);
  }
});

/** The message must say what was given. */
function says(error: Error, given: unknown): void {
  const text =
    typeof given === 'symbol'
      ? given.toString()
      : typeof given === 'bigint'
        ? `${given}`
        : typeof given === 'number'
          ? `${given}`
          : '';
  if (text !== '') expect(error.message).toContain(text);
  expect(error.message.length).toBeGreaterThan(10);
}

function making(engine: EngineCase): void {
  test('a capacity that is no integer from 0 to 2^31-1 is a RangeError that says what was given', () => {
    for (const capacity of [...NOT_INTEGERS, 2 ** 31, 2 ** 53, Number.POSITIVE_INFINITY]) {
      const error = thrown(() => chan(capacity, { engine: engine.name }));
      expect(error, String(capacity)).toBeInstanceOf(RangeError);
      says(error, capacity);
    }
    for (const capacity of NOT_NUMBERS) {
      const error = thrown(() => chan(any(capacity), { engine: engine.name }));
      expect(error, String(capacity)).toBeInstanceOf(RangeError);
    }
    expect(chan(2 ** 31 - 1, { engine: engine.name }).capacity).toBe(2 ** 31 - 1);
    expect(chan(undefined, { engine: engine.name }).capacity).toBe(0);
  });

  test('a capacity of any number is either a channel or a RangeError', () => {
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.integer(), fc.integer({ min: 0, max: 100_000 })), (capacity) => {
        const valid = Number.isInteger(capacity) && capacity >= 0 && capacity < 2 ** 31;
        if (valid) {
          const channel = chan(capacity, { engine: engine.name });
          expect(channel.capacity).toBe(capacity === 0 ? 0 : capacity);
          channel[Symbol.dispose]();
        } else expect(thrown(() => chan(capacity, { engine: engine.name }))).toBeInstanceOf(RangeError);
      }),
      { numRuns: scaled(200, 50) },
    );
  });

  test('options that are no object, and unknown option values, are a TypeError that lists the allowed ones', () => {
    for (const make of [(value: unknown) => chan(1, any(value)), (value: unknown) => unbounded(any(value))]) {
      for (const value of NOT_OPTIONS)
        expect(
          thrown(() => make(value)),
          String(value),
        ).toBeInstanceOf(TypeError);
      for (const wrong of ['fast', 'Mutex', '', 1, null, {}]) {
        const error = thrown(() => make({ engine: wrong }));
        expect(error).toBeInstanceOf(TypeError);
        for (const name of ['auto', 'crossbeam', 'kanal', 'mutex', 'shared', 'local']) expect(error.message).toContain(name);
        if (wrong === 'fast') expect(error.message).toContain('fast');
      }
      for (const name of [1, null, {}, Symbol('s')])
        expect(
          thrown(() => make({ engine: engine.name, name })),
          `name ${String(name)}`,
        ).toBeInstanceOf(TypeError);
      for (const wrong of [1, null, {}, 'u32', { id: 'x' }, { id: 'x', encode() {} }, () => {}]) {
        expect(
          thrown(() => make({ engine: engine.name, codec: wrong })),
          `codec ${String(wrong)}`,
        ).toBeInstanceOf(TypeError);
      }
    }
  });
}

function counts(engine: EngineCase): void {
  test('max and concurrency are integers from 1, else RangeError, and nothing is taken', async () => {
    const channel = engine.make<number>(8);
    channel.trySendMany([1, 2, 3]);
    const calls: [string, (value: unknown) => unknown][] = [
      ['tryRecvMany', (value) => loose(channel)['tryRecvMany']?.(value)],
      ['recvMany', (value) => loose(channel)['recvMany']?.(value)],
      ['recvManySync', (value) => loose(channel)['recvManySync']?.(value, MAIN)],
      ['consume', (value) => loose(channel)['consume']?.(() => {}, { concurrency: value })],
    ];
    for (const [name, call] of calls) {
      const refuse = async (value: unknown) => {
        try {
          await call(value);
        } catch (error) {
          return error as Error;
        }
        return expect.unreachable(`${name}(${String(value)}) was accepted`);
      };
      for (const value of [...NOT_INTEGERS, 0]) {
        const error = await refuse(value);
        expect(error, `${name}(${value})`).toBeInstanceOf(RangeError);
        says(error, value);
      }
      for (const value of NOT_NUMBERS) expect(await refuse(value), `${name}(${String(value)})`).toBeInstanceOf(RangeError);
    }
    expect(channel.tryRecvMany(9)).toEqual([1, 2, 3]);
  });

  test('a handler that is no function, values that are no iterable, an array that is no array: TypeError, nothing happens', async () => {
    const channel = engine.make<number>(8);
    channel.trySend(1);
    for (const wrong of [undefined, null, 1, 'x', {}])
      expect(await failure(any(channel).consume(wrong))).toBeInstanceOf(TypeError);
    for (const wrong of [undefined, null, 1, {}, () => {}]) {
      expect(await failure(any(channel).sendMany(wrong))).toBeInstanceOf(TypeError);
      expect(thrown(() => any(channel).sendManySync(wrong, MAIN))).toBeInstanceOf(TypeError);
      expect(thrown(() => any(channel).trySendMany(wrong))).toBeInstanceOf(TypeError);
    }
    for (const wrong of [undefined, null, 1, 'x', {}])
      expect(await failure(any(channel).recvManyInto(wrong))).toBeInstanceOf(TypeError);
    expect(channel.tryRecvMany(9)).toEqual([1]);
  });
}

function options(engine: EngineCase): void {
  test('options that are no object are a TypeError, in every method that takes some', async () => {
    const channel = engine.make<number>(8);
    channel.trySend(1);
    for (const wrong of NOT_OPTIONS) {
      const promises = [
        any(channel).send(2, wrong),
        any(channel).recv(wrong),
        any(channel).sendMany([2], wrong),
        any(channel).recvMany(1, wrong),
        any(channel).consume(() => {}, wrong),
        any(select)({ channel }, wrong),
      ];
      for (const error of await Promise.all(promises.map(failure))) expect(error, String(wrong)).toBeInstanceOf(TypeError);
      const calls = [
        () => any(channel).sendSync(2, wrong),
        () => any(channel).recvSync(wrong),
        () => any(channel).sendManySync([2], wrong),
        () => any(channel).recvManySync(1, wrong),
        () => [...any(channel).valuesSync(wrong)],
        () => any(selectSync)({ channel }, wrong),
        () => any(trySelect)({ channel }, wrong),
      ];
      for (const call of calls) expect(thrown(call), `${call} with ${String(wrong)}`).toBeInstanceOf(TypeError);
    }
    expect(channel.tryRecvMany(9)).toEqual([1]);
  });

  test('a signal that is no AbortSignal is a TypeError that says so, and nothing happens', async () => {
    const channel = engine.make<number>(8);
    channel.trySend(1);
    for (const signal of NOT_SIGNALS) {
      const wrong = any({ signal });
      const promises = [
        channel.send(2, wrong),
        channel.recv(wrong),
        channel.sendMany([2], wrong),
        channel.recvMany(1, wrong),
        channel.consume(() => {}, wrong),
        select({ channel }, wrong),
      ];
      for (const error of await Promise.all(promises.map(failure))) {
        expect(error, String(signal)).toBeInstanceOf(TypeError);
        expect(error.message).toContain('AbortSignal');
      }
    }
    expect(channel.tryRecvMany(9)).toEqual([1]);
    channel.trySend(3);
    expect(await channel.recv({ signal: undefined } as object)).toEqual(ok(3));
  });

  test('a timeout that is no number from 0 is a RangeError, and nothing happens', () => {
    const channel = engine.make<number>(8);
    channel.trySend(1);
    const calls: ((timeout: unknown) => unknown)[] = [
      (timeout) => channel.sendSync(2, any({ ...MAIN, timeout })),
      (timeout) => channel.recvSync(any({ ...MAIN, timeout })),
      (timeout) => channel.sendManySync([2], any({ ...MAIN, timeout })),
      (timeout) => channel.recvManySync(1, any({ ...MAIN, timeout })),
      (timeout) => [...channel.valuesSync(any({ ...MAIN, timeout }))],
      (timeout) => selectSync({ channel }, any({ ...MAIN, timeout })),
    ];
    for (const call of calls) {
      for (const timeout of [-1, Number.NaN, Number.NEGATIVE_INFINITY, -0.001]) {
        const error = thrown(() => call(timeout));
        expect(error, `${call} with ${timeout}`).toBeInstanceOf(RangeError);
        says(error, timeout);
      }
      for (const timeout of NOT_NUMBERS)
        expect(
          thrown(() => call(timeout)),
          String(timeout),
        ).toBeInstanceOf(RangeError);
    }
    expect(channel.tryRecvMany(9)).toEqual([1]);
  });
}

function cases(engine: EngineCase): void {
  test('select of cases that are none is a TypeError naming the key, and the other cases are left alone', async () => {
    const channel = engine.make<number>(2);
    channel.trySend(1);
    for (const wrong of [1, 'x', true, {}, [], () => {}, Promise.resolve(), new AbortController().signal, Symbol('s')]) {
      const given = any({ fine: channel, 'odd one': wrong });
      const errors = [await failure(select(given)), thrown(() => trySelect(given)), thrown(() => selectSync(given, MAIN))];
      for (const error of errors) {
        expect(error, String(wrong)).toBeInstanceOf(TypeError);
        expect(error.message).toContain('odd one');
      }
    }
    for (const wrong of [undefined, null, 1, 'x', true]) {
      expect(await failure(select(any(wrong))), String(wrong)).toBeInstanceOf(TypeError);
      expect(
        thrown(() => trySelect(any(wrong))),
        String(wrong),
      ).toBeInstanceOf(TypeError);
    }
    expect(channel.tryRecvMany(9)).toEqual([1]);
  });

  test('send() to what is no sender is a TypeError, at once or when it is selected', () => {
    for (const wrong of [undefined, null, 1, {}, [], 'x', () => {}]) {
      expect(
        thrown(() => trySelect({ out: send(any(wrong), 1) })),
        String(wrong),
      ).toBeInstanceOf(TypeError);
    }
    expect(engine.make().length).toBe(0);
  });
}

function unfitting(engine: EngineCase): void {
  const bad: [string, () => Channel<never>, unknown[]][] = [
    ['u8', () => any(engine.make(4, { codec: codec.u8 })), [-1, 256, 1.5, '1', null, undefined, Number.NaN, 1n, {}]],
    ['i32', () => any(engine.make(4, { codec: codec.i32 })), [2 ** 31, -(2 ** 31) - 1, 0.5, 'x']],
    ['f64', () => any(engine.make(4, { codec: codec.f64 })), ['1', null, 1n, undefined]],
    ['u64', () => any(engine.make(4, { codec: codec.u64 })), [-1n, 2n ** 64n, 1, '1']],
    ['bool', () => any(engine.make(4, { codec: codec.bool })), [0, 'true', null]],
    ['string', () => any(engine.make(4, { codec: codec.string })), [1, null, undefined, {}, Symbol('s')]],
    ['bytes', () => any(engine.make(4, { codec: codec.bytes })), ['x', [1], null, {}]],
    ['struct', () => any(engine.make(4, { codec: codec.struct({ id: codec.u8 }) })), [{}, null, { id: 'x' }, { id: 300 }, 5]],
    ['literals', () => any(engine.make(4, { codec: codec.literals('a', 'b') })), ['c', null, 1]],
    ['structuredClone', () => any(engine.make(4)), [() => {}, Symbol('s'), { nested: () => {} }, new WeakMap()]],
    [
      'json',
      () => any(engine.make(4, { codec: codec.json() })),
      [
        1n,
        (() => {
          const a: unknown[] = [];
          a.push(a);
          return a;
        })(),
      ],
    ],
  ];
  for (const [name, make, values] of bad) {
    test(`a value that does not fit codec.${name} is a CodecError everywhere, and nothing is sent`, async () => {
      const channel = make();
      for (const value of values as never[]) {
        const errors = [
          await failure(channel.send(value)),
          await failure(channel.sendMany([value])),
          await failure(select({ out: send(channel, value) })),
          thrown(() => channel.trySend(value)),
          thrown(() => channel.trySendMany([value])),
          thrown(() => channel.sendSync(value, MAIN)),
          thrown(() => trySelect({ out: send(channel, value) })),
        ];
        for (const error of errors) {
          expect(error, `${name} ${String(value)}`).toBeInstanceOf(CodecError);
          expect(error).toBeInstanceOf(ChannelError);
          expect(error.code).toBe('ERR_HCHAN_CODEC');
        }
      }
      expect(channel.length).toBe(0);
      expect(channel.tryRecv()).toBeNull();
    });
  }

  test('the path of what does not fit is named', () => {
    const channel = engine.make(2, {
      codec: codec.struct({ tags: codec.array(codec.string), at: codec.tuple(codec.u8, codec.u8) }),
    });
    expect(thrown(() => channel.trySend(any({ tags: ['a', 'b', 'c', 4], at: [1, 2] }))).message).toContain('.tags[3]');
    expect(thrown(() => channel.trySend({ tags: [], at: [1, 700] })).message).toContain('.at[1]');
  });

  test('a value whose getters throw is refused with a CodecError, and the channel goes on', async () => {
    const channel = engine.make<{ id: number }>(2, { codec: codec.struct({ id: codec.u8 }) });
    const trap = {
      get id(): number {
        throw new Error('trap');
      },
    };
    expect(await failure(channel.send(trap))).toBeInstanceOf(CodecError);
    expect(channel.length).toBe(0);
    await channel.send({ id: 1 });
    expect(await channel.recv()).toEqual(ok({ id: 1 }));
  });

  test('what one thread refuses to decode does not hurt it: random bytes read as every codec', async () => {
    const raw = { id: 'raw', encode: codec.bytes.encode, decode: codec.bytes.decode };
    expect(thrown(() => attach(engine.make(1, { codec: raw }).share(), { codec: codec.string }))).toBeInstanceOf(CodecError);
  });
}

function times(): void {
  test('ms of timers is a number from 0, else RangeError', () => {
    for (const make of [after, ticker]) {
      for (const wrong of [-1, Number.NaN, Number.NEGATIVE_INFINITY]) {
        const error = thrown(() => make(wrong));
        expect(error, `${make.name}(${wrong})`).toBeInstanceOf(RangeError);
        says(error, wrong);
      }
      for (const wrong of [...NOT_NUMBERS, undefined])
        expect(
          thrown(() => make(any(wrong))),
          String(wrong),
        ).toBeInstanceOf(RangeError);
    }
    const ticks = ticker(1000);
    expect(thrown(() => ticks.reset(-1))).toBeInstanceOf(RangeError);
    expect(thrown(() => ticks.reset(any('x')))).toBeInstanceOf(RangeError);
    ticks[Symbol.dispose]();
    for (const wrong of NOT_SIGNALS)
      expect(
        thrown(() => done(any(wrong))),
        String(wrong),
      ).toBeInstanceOf(TypeError);
  });

  test('codec factories refuse what is no codec', () => {
    const wrong = [
      () => codec.array(any(1)),
      () => codec.optional(any(undefined)),
      () => codec.struct(any({ a: 1 })),
      () => codec.struct(any(null)),
      () => codec.tuple(any({})),
      () => codec.literals(...any([Symbol('s')])),
      () => codec.union(any(1), {}),
      () => codec.union('kind', any({ a: codec.u8 })),
      () => codec.json(any(5)),
    ];
    for (const call of wrong) expect(thrown(call), String(call)).toBeInstanceOf(TypeError);
  });
}

function foreign(): void {
  test('methods torn off their handle are a TypeError, not a crash', async () => {
    const channel = chan<number>(1, { engine: 'local' });
    for (const method of ['trySend', 'tryRecv', 'close', 'share'] as const) {
      const torn = channel[method] as () => unknown;
      expect(
        thrown(() => Reflect.apply(torn, {}, [1])),
        method,
      ).toBeInstanceOf(TypeError);
    }
    expect(await failure(Reflect.apply(channel.recv, {}, []))).toBeInstanceOf(TypeError);
    expect(channel.length).toBe(0);
  });
}
