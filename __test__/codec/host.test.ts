/** Hosts that lack Buffer or forbid code generation: the same bytes, the same values, the same errors. */
import { deepStrictEqual } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BuiltIn } from '../../build/codec/builtin.js';
import { Reader, Writer } from '../../build/codec/codec.js';
import { compile } from '../../build/codec/compile.js';
import { interpret } from '../../build/codec/interpret.js';
import { samples } from './shapes.js';

const program = fileURLToPath(new URL('portable.mjs', import.meta.url));

function run(...args: string[]): string {
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 30_000 });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout;
}

describe('a host', () => {
  const usual = run(program, '--buffer');

  it('without code generation makes the same bytes and errors', () => {
    expect(usual).toContain('generated code: true');
    const forbidden = run('--disallow-code-generation-from-strings', program, '--buffer');
    expect(forbidden).toBe(usual.replace('generated code: true', 'generated code: false'));
  });

  it('without Buffer makes bytes that decode to the same', () => {
    const [ours, theirs] = [usual, run(program, '--no-buffer')].map((text) => text.replace(/buffer: .*\n/, ''));
    expect(usual).toContain('buffer: true');
    expect(run(program, '--no-buffer')).toContain('buffer: false');
    expect(theirs).toBe(ours);
  });
});

describe('loops and generated code', () => {
  it('agree on every struct', () => {
    fc.assert(
      fc.property(samples, fc.boolean(), ({ codec, value }, spoil) => {
        const { fields, id } = codec as BuiltIn<unknown>;
        if (fields === undefined) return;
        const layout = { id, kind: 'struct' as const, members: fields };
        const [generated, looped] = [compile(layout), interpret(layout)].map((made) => {
          if (made === undefined) throw new Error('no code');
          const to = new Writer();
          try {
            made.encode(spoil ? { ...(value as object), [fields.at(-1)?.name ?? 'x']: Symbol('wrong') } : value, to);
            return { bytes: to.finish(), value: made.decode(new Reader(to.finish())) };
          } catch (error) {
            return (error as Error).message;
          }
        });
        deepStrictEqual(looped, generated);
      }),
      { numRuns: 500 },
    );
  });
});
