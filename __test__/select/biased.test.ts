/**
 * SEMANTICS 26 while another thread sends: of two channels of which the second one is only ever ready after the first, a biased
 * select takes the first.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type Channel, chan, select, selectSync, ticker, trySelect } from 'hchan';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CROSSING, type EngineCase, forEngines, LOCAL, scaled } from '../conformance/engines.js';

const BIASED = { biased: true } as const;
let peer: Worker;
beforeAll(() => {
  peer = new Worker(new URL('./biased-peer.mjs', import.meta.url));
});
afterAll(() => peer.terminate());

type Cases = Readonly<Record<string, Channel<number>>>;

/** A `trySelect` is repeated until it finds something. */
function tried(cases: Cases) {
  for (;;) {
    const got = trySelect(cases, BIASED);
    if (got !== null) return got;
  }
}

const FORMS = {
  select: (cases: Cases) => select(cases, BIASED),
  trySelect: async (cases: Cases) => tried(cases),
  selectSync: async (cases: Cases) => selectSync(cases, { ...BIASED, allowMainThread: true, timeout: 10_000 }),
};

/** `test`, given a word: each time it grows, the peer sends its number to both channels, or closes the second one. */
async function beside(
  { a, b }: { a: Channel<number>; b: Channel<number> },
  rounds: number,
  closes: boolean,
  test: (word: Int32Array) => Promise<void>,
): Promise<void> {
  const word = new Int32Array(new SharedArrayBuffer(4));
  const tokens = [a.sender(), b.sender()].map((end) => end.share());
  peer.postMessage({ tokens, word, rounds, closes });
  await once(peer, 'message');
  try {
    await test(word);
  } finally {
    Atomics.store(word, 0, rounds);
  }
}

/** As often, with new channels: what closes last. */
async function closing(make: () => { a: Channel<number>; b: Channel<number> }, form: keyof typeof FORMS): Promise<void> {
  for (let round = 0; round < scaled(200, 50); round++) {
    const cases = make();
    await beside(cases, 1, true, async (word) => {
      Atomics.store(word, 0, 1);
      expect(await FORMS[form](cases), `round ${round}`).toEqual({ key: 'a', ok: true, value: 1 });
    });
  }
}

/** Always takes the first of two messages; `between` stands between their channels. */
async function first(engine: EngineCase, between: Cases, form: keyof typeof FORMS): Promise<void> {
  const rounds = scaled(1500, 500);
  const [a, b] = [engine.make<number>(1), engine.make<number>(1)];
  await beside({ a, b }, rounds, false, async (word) => {
    for (let round = 1; round <= rounds; round++) {
      Atomics.store(word, 0, round);
      expect(await FORMS[form]({ a, ...between, b })).toEqual({ key: 'a', ok: true, value: round });
      while (b.tryRecv() === null);
    }
  });
}

const EACH = Object.keys(FORMS) as (keyof typeof FORMS)[];

forEngines(CROSSING, (engine) => {
  test.each(EACH)('26 a biased %s takes the message that came first', (form) => first(engine, {}, form));

  test.each(EACH)('26 so does a biased %s with a case of another engine between', (form) =>
    first(engine, { between: LOCAL.make<number>(1) }, form),
  );

  test.each(EACH)('26 a biased %s takes the last message before the channel behind it that was closed then', (form) =>
    closing(() => ({ a: engine.make<number>(1), b: engine.make<number>(1) }), form),
  );

  if (engine.name === 'shared') return;
  test.each(['select', 'trySelect'] as const)('26 so does a biased %s over another engine before this one', (form) =>
    closing(() => ({ a: chan<number>(1, { engine: 'shared' }), b: engine.make<number>(1) }), form),
  );
});

test.each(EACH)('26 a biased %s during which a ticker fills its cases takes the first', async (form) => {
  const [a, b, tick] = [LOCAL.make<number>(1), LOCAL.make<number>(1), ticker(20)];
  void tick.consume(() => {
    tick.stop();
    a.trySend(1);
    b.trySend(2);
  });
  await new Promise(setImmediate);
  for (const end = performance.now() + 25; performance.now() < end; );
  expect(await FORMS[form]({ a, tick: tick as never, b })).toEqual({ key: 'a', ok: true, value: 1 });
});
