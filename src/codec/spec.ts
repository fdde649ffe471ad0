/**
 * Codecs from their JSON description, as tokens carry it. Tokens cross threads as plain data, so nothing in one is trusted:
 * rubbish is a CodecError.
 *
 * ```
 * spec  =  'u8' … 'buffer' | 'json' | 'structuredClone'
 *       |  { array: spec } | { optional: spec } | { tuple: [spec, …] } | { literals: [literal, …] }
 *       |  { struct: [[name, spec], …] } | { union: [discriminator, [[name, spec], …]] }
 * ```
 */

import { describe } from '../description.js';
import { CodecError } from '../errors.js';
import type { Codec } from './builtin.js';
import { literals, optional } from './choice.js';
import { structuredClone } from './clone/clone.js';
import { json } from './json.js';
import { SCALARS } from './scalars.js';
import { array } from './sequence.js';
import { struct, tuple, union } from './struct.js';

type Builder = (body: unknown) => Codec<unknown>;

const BUILDERS: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ['array', (body) => array(build(body))],
  ['optional', (body) => optional(build(body))],
  ['tuple', (body) => tuple(...list(body).map((spec) => build(spec))) as Codec<unknown>],
  ['literals', (body) => literals(...(list(body) as [string])) as Codec<unknown>],
  ['struct', (body) => struct(named(body)) as Codec<unknown>],
  [
    'union',
    (body) => {
      const [discriminator, variants] = list(body);
      return union(discriminator as string, named(variants) as Record<string, Codec<object>>) as Codec<unknown>;
    },
  ],
]);

/** Codecs in a description, at most: a few objects that refer to each other could stand for any number. */
const MOST = 100_000;
let built = 0;

/** The codec that `codecSpec` described. CodecError if `spec` describes none: one without end overflows the stack. */
export function codecFromSpec(spec: unknown): Codec<unknown> {
  built = 0;
  try {
    return build(spec);
  } catch (error) {
    if (error instanceof CodecError) throw error;
    throw new CodecError('token describes no codec', { cause: error });
  }
}

function build(spec: unknown): Codec<unknown> {
  if (++built > MOST) throw rubbish(spec);
  if (typeof spec === 'string') return simple(spec);
  if (typeof spec !== 'object' || spec === null) throw rubbish(spec);
  const [entry, ...more] = Object.entries(spec);
  const builder = entry && BUILDERS.get(entry[0]);
  if (builder === undefined || more.length > 0) throw rubbish(spec);
  return builder(entry?.[1]);
}

function simple(spec: string): Codec<unknown> {
  const found = spec === 'json' ? json() : spec === 'structuredClone' ? structuredClone() : SCALARS.get(spec);
  if (found === undefined) throw rubbish(spec);
  return found;
}

function list(body: unknown): unknown[] {
  if (!Array.isArray(body)) throw rubbish(body);
  return body;
}

function named(body: unknown): Record<string, Codec<unknown>> {
  const entries = list(body).map((entry): [string, Codec<unknown>] => {
    const [name, spec] = list(entry);
    if (typeof name !== 'string') throw rubbish(name);
    return [name, build(spec)];
  });
  return Object.fromEntries(entries);
}

function rubbish(spec: unknown): CodecError {
  return new CodecError(`token describes no codec: ${describe(spec)}`);
}
