/**
 * Bytes that no codec wrote, into every codec's decode: a value or CodecError comes out, nothing else is touched, no memory is
 * taken for lengths that lie, and no input takes long.
 *
 * First what `corpus/codecs.jsonl` keeps, then for `HCHAN_FUZZ_MS` (default 3000) altered messages of random codecs
 * and of kept inputs, by `HCHAN_TEST_SEED`. A line of the corpus is the description of a codec and the bytes in hex.
 */
import { readFileSync } from 'node:fs';
import { getHeapStatistics } from 'node:v8';
import fc from 'fast-check';
import { type Codec, CodecError } from 'hchan';
import { expect, test } from 'vitest';
import { codecFromSpec, codecSpec } from '../../build/codec/codec.js';
import { chance } from '../../scripts/soak/books.mjs';
import { decoded, encoded } from '../codec/message.js';
import { samples } from '../codec/shapes.js';

const MS = Number(process.env['HCHAN_FUZZ_MS'] ?? 3000);
const SEED = Number(process.env['HCHAN_TEST_SEED'] ?? Date.now() % 1_000_000_000);
/** How often one message is altered. */
const VARIANTS = 200;
/** What one input may take: of the processor's time, and of memory beside what fits its length. */
const [MICROSECONDS, BYTES] = [2_000_000, 16 << 20];

interface Input {
  readonly spec: unknown;
  readonly hex: string;
}

const KEPT = readFileSync(new URL('./corpus/codecs.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line): Input => JSON.parse(line));

const OURS = [Object.prototype, Array.prototype, Function.prototype, Map.prototype, Uint8Array.prototype, Error.prototype];
const untouched = OURS.map((prototype) => Reflect.ownKeys(prototype).length);

function held(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}

/** Decodes and says with an exception what must not be. */
function survives(codec: Codec<never>, bytes: Uint8Array): void {
  const given = bytes.slice();
  const [before, since] = [held(), process.cpuUsage()];
  let value: unknown;
  let refused: unknown;
  try {
    value = decoded(codec, bytes);
  } catch (error) {
    refused = error;
  }
  const took = process.cpuUsage(since).user;
  if (refused !== undefined && !(refused instanceof CodecError)) throw refused;
  if (took > MICROSECONDS) expect.unreachable(`took ${took} µs`);
  if (held() - before > BYTES + bytes.length * 1000) expect.unreachable(`took ${held() - before} bytes`);
  if (Buffer.compare(given, bytes) !== 0) expect.unreachable('changed its input');
  for (const [i, prototype] of OURS.entries()) {
    if (Reflect.ownKeys(prototype).length !== untouched[i]) expect.unreachable(`polluted ${String(prototype.constructor.name)}`);
  }
  // What came out is a value of the codec.
  if (refused === undefined) encoded(codec, value);
}

const inputOf = (codec: unknown, bytes: Uint8Array): Input => ({
  spec: codecSpec(codec as Codec<unknown>),
  hex: Buffer.from(bytes).toString('hex'),
});
const bytesOf = ({ hex }: Input): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

/** Bytes that mean something to some codec, as often as any other. */
const TELLING = [0, 1, 2, 0x0f, 0x7f, 0x80, 0xfe, 0xff];

/** A message with one to five changes: bytes set, put in, left out, cut off or repeated. Now and then none of it is left. */
function altered(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
  const byte = (): number => (random(2) === 0 ? (TELLING[random(TELLING.length)] as number) : random(256));
  const noise = (): number[] => Array.from({ length: random(10) }, byte);
  let message = random(10) === 0 ? noise() : [...bytes];
  for (let left = random(5); left >= 0; left--) {
    const at = random(message.length + 1);
    const kind = random(6);
    if (kind <= 1) message.splice(at, 1, byte());
    else if (kind === 2) message.splice(at, 0, ...noise());
    else if (kind === 3) message.splice(at, random(5));
    else if (kind === 4) message = message.slice(0, at);
    else message.push(...message.slice(at, at + 20));
  }
  return Uint8Array.from(message);
}

const codecOf = ({ spec }: Input): Codec<never> => codecFromSpec(spec as never) as Codec<never>;

function play(codec: Codec<never>, bytes: Uint8Array): void {
  try {
    survives(codec, bytes);
  } catch (error) {
    throw new Error(`for the corpus: ${JSON.stringify(inputOf(codec, bytes))}`, { cause: error });
  }
}

/** A codec and a message of it. */
const originals: fc.Arbitrary<Input> = fc.oneof(
  { weight: 3, arbitrary: samples.map(({ codec, value }) => inputOf(codec, encoded(codec, value))) },
  { weight: 1, arbitrary: fc.constantFrom(...KEPT) },
);

test('every kept input is a value or a CodecError', () => {
  expect(KEPT.length).toBeGreaterThan(20);
  for (const input of KEPT) play(codecOf(input), bytesOf(input));
});

test(
  'any bytes are a value or a CodecError, to every codec',
  async () => {
    let played = 0;
    await fc.assert(
      fc.asyncProperty(originals, fc.nat(), async (original, seed) => {
        const [codec, bytes, random] = [codecOf(original), bytesOf(original), chance(seed)];
        for (let i = 0; i < VARIANTS; i++) play(codec, altered(bytes, random));
        played += VARIANTS;
        // Lets the watchdog see that this is alive.
        await new Promise((resolve) => setImmediate(resolve));
      }),
      { seed: SEED, numRuns: 2 ** 31 - 1, interruptAfterTimeLimit: MS },
    );
    console.log(`fuzz: ${played} messages decoded in ${MS} ms, HCHAN_TEST_SEED=${SEED}`);
    expect(played).toBeGreaterThan(1000);
  },
  MS * 2 + 90_000,
);
