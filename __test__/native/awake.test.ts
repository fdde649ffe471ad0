/** How long an event loop keeps turning for what may come soon. */
import { spawnSync } from 'node:child_process';
import { chan, codec } from 'hchan';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { native } from '../../build/native/binding.js';
import { nativeEngine } from '../../build/native/engine.js';
import { stayAwake } from '../../build/native/park.js';

if (nativeEngine() instanceof Error) throw nativeEngine();

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** The clock that is there when the package is loaded, and so its own. */
const clock = vi.hoisted(() => {
  const real = performance.now;
  const restore = () => {
    performance.now = real;
  };
  const made = { time: 0, restore };
  performance.now = () => made.time;
  return made;
});
beforeAll(clock.restore);
afterEach(() => void vi.restoreAllMocks());

/** Runs `test` while something waits, with an addon that gives these answers. */
async function waiting(
  answers: { mute: number; rest: number },
  test: (muted: unknown[][], rests: unknown[][]) => Promise<void>,
): Promise<void> {
  const channel = chan(1, { engine: 'crossbeam', codec: codec.u8 });
  const mute = vi.spyOn(native, 'mute').mockImplementation((muted) => (muted === 1 ? answers.mute : 0));
  const rest = vi.spyOn(native, 'rest').mockReturnValue(answers.rest);
  const got = channel.recv();
  stayAwake();
  await test(mute.mock.calls, rest.mock.calls);
  channel.trySend(7);
  expect(await got).toEqual({ value: 7, ok: true });
}

test('0.2 ms, letting others run at each turn', () =>
  waiting({ mute: 1, rest: 1 }, async (muted, rests) => {
    for (let i = 0; i < 20; i++) await turn();
    expect(muted).toEqual([[1]]);
    expect(rests.length).toBeGreaterThan(10);
    clock.time += 0.3;
    await turn();
    await turn();
    expect(muted).toEqual([[1], [0]]);
  }));

test('by the clock that was there first, if somebody has replaced it', async () => {
  const real = setImmediate;
  vi.stubGlobal('setImmediate', () => expect.fail('a clock that stands still'));
  try {
    await waiting({ mute: 1, rest: 0 }, async (muted) => {
      await new Promise((resolve) => real(resolve));
      expect(muted).toEqual([[1], [0]]);
    });
  } finally {
    vi.unstubAllGlobals();
  }
});

test('not once another thread had to wait for the core', () =>
  waiting({ mute: 1, rest: 0 }, async (muted, rests) => {
    await turn();
    expect([muted, rests]).toEqual([[[1], [0]], [[]]]);
  }));

test('not at all where the addon forbids it', () =>
  waiting({ mute: 0, rest: 1 }, async (muted, rests) => {
    await turn();
    expect([muted, rests]).toEqual([[[1]], []]);
  }));

const PROGRAM = `
const binding = await import(${JSON.stringify(new URL('../../build/native/binding.js', import.meta.url).href)});
const { nativeEngine } = await import(${JSON.stringify(new URL('../../build/native/engine.js', import.meta.url).href)});
if (nativeEngine() instanceof Error) throw nativeEngine();
console.log(binding.native.mute(1), binding.native.mute(0));`;
const onOneCore = (...command: string[]) => spawnSync('taskset', ['-c', '0', ...command], { encoding: 'utf8' });

const has = onOneCore('true').status === 0;
test.skipIf(!has)(`not on one core${has ? '' : ' (not here: no taskset)'}`, () => {
  const { stdout, stderr } = onOneCore(process.execPath, '--input-type=module', '-e', PROGRAM);
  expect({ stdout, stderr }).toEqual({ stdout: '0 0\n', stderr: '' });
});
