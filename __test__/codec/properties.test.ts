/** What holds for every codec: it gives back what it got, keeps to its size, and survives any bytes. */
import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { CodecError } from 'hchan';
import { describe, expect, it } from 'vitest';
import type { BuiltIn } from '../../build/codec/builtin.js';
import { codecFromSpec, codecSpec, decodeMessage, encodeMessage, Reader, Writer } from '../../build/codec/codec.js';
import { decoded, encoded } from './message.js';
import { type Sample, samples } from './shapes.js';

const runs = { numRuns: 500 };

/** Whether what `bytes` decode to is a value of the codec, or CodecError says that they are none. */
function survives({ codec }: Sample, bytes: Uint8Array): void {
  let value: unknown;
  try {
    value = decoded(codec, bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(CodecError);
    deepStrictEqual((error as CodecError).bytes, bytes);
    return;
  }
  encoded(codec, value);
}

describe('every codec in every nesting', () => {
  it('gives back what it got', () => {
    fc.assert(
      fc.property(samples, ({ codec, value }) => {
        deepStrictEqual(decoded(codec, encoded(codec, value)), value);
      }),
      runs,
    );
  });

  it('writes as many bytes as its size says, and reads exactly what it wrote when more follows', () => {
    fc.assert(
      fc.property(samples, samples, (first, second) => {
        const to = new Writer(64);
        encodeMessage(first.codec, first.value, to);
        const middle = to.finish().length;
        encodeMessage(second.codec, second.value, to);
        if (first.codec.size !== undefined) expect(middle).toBe(first.codec.size);
        const bytes = to.finish();
        deepStrictEqual(decodeMessage(first.codec, new Reader(bytes, 0, middle)), first.value);
        deepStrictEqual(decodeMessage(second.codec, new Reader(bytes, middle)), second.value);
      }),
      runs,
    );
  });

  it('writes the least number of bytes that it claims, at least', () => {
    fc.assert(
      fc.property(samples, ({ codec, value }) => {
        expect(encoded(codec, value).length).toBeGreaterThanOrEqual((codec as BuiltIn<unknown>).minimum);
      }),
      runs,
    );
  });

  it('is built again from its description, with the same id and the same bytes', () => {
    fc.assert(
      fc.property(samples, ({ codec, value }) => {
        const again = codecFromSpec(JSON.parse(JSON.stringify(codecSpec(codec))));
        expect(again.id).toBe(codec.id);
        expect(again.size).toBe(codec.size);
        deepStrictEqual(decoded(again, encoded(codec, value)), value);
      }),
      runs,
    );
  });

  it('takes every truncated message as CodecError or as a value', () => {
    fc.assert(
      fc.property(samples, (sample) => {
        const bytes = encoded(sample.codec, sample.value);
        const step = Math.max(1, Math.floor(bytes.length / 50));
        for (let length = 0; length < bytes.length; length += step) survives(sample, bytes.slice(0, length));
      }),
      { numRuns: 200 },
    );
  });

  it('takes every altered message as CodecError or as a value', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(samples, fc.array(changes, { minLength: 1, maxLength: 10 }), (sample, variants) => {
        const bytes = encoded(sample.codec, sample.value);
        for (const variant of variants) {
          const altered = bytes.slice();
          for (const [place, byte] of variant) if (altered.length > 0) altered[place % altered.length] = byte;
          survives(sample, altered);
        }
      }),
      runs,
    );
  });

  it('takes any bytes as CodecError or as a value', () => {
    fc.assert(
      fc.property(samples, fc.uint8Array({ maxLength: 64 }), (sample, bytes) => {
        survives(sample, bytes);
      }),
      runs,
    );
  });

  it('refuses any value that is not its own with CodecError, and leaves nothing else behind', () => {
    fc.assert(
      fc.property(
        samples,
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withTypedArray: true }),
        ({ codec }, value) => {
          const to = new Writer(64);
          try {
            encodeMessage(codec, value, to);
          } catch (error) {
            expect(error).toBeInstanceOf(CodecError);
            return;
          }
          decoded(codec, to.finish());
        },
      ),
      runs,
    );
  });
});
