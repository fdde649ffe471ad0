/**
 * Values that are one of a few: something or undefined, or one of a list of literals.
 *
 * ```
 * optional   byte 0: undefined; byte 1, the value
 * literals   index in the list, 1 byte for at most 256 of them, else 2
 * ```
 */

import { unfit } from '../arguments.js';
import { BuiltIn, type Codec, checkCodec, idOf, type OptionalCodec, runsUserCode, specsOf } from './builtin.js';
import { misfit, undecodable } from './fault.js';

/** `T` or undefined. As a field of a struct, it may be left out. */
export function optional<T>(codec: Codec<T>): OptionalCodec<T> {
  const inner = checkCodec(codec) as Codec<T>;
  const specs = specsOf([inner]);
  const made = new BuiltIn<T | undefined>({
    id: `optional(${idOf(inner)})`,
    spec: specs && { optional: specs[0] },
    minimum: 1,
    fallible: runsUserCode(inner),
    inner,
    encode(value, to) {
      to.u8(value === undefined ? 0 : 1);
      if (value !== undefined) inner.encode(value, to);
    },
    decode(from) {
      const flag = from.u8();
      if (flag > 1) throw undecodable('an optional is of no known kind');
      return flag === 0 ? undefined : inner.decode(from);
    },
  });
  return made as Codec<T | undefined> as OptionalCodec<T>;
}

/** What `literals` may list. */
export type Literal = string | number | boolean | null;

const MAX_LITERALS = 65_536;

/** Exactly one of the values listed: strings, finite numbers, booleans, null. */
export function literals<const L extends readonly [Literal, ...Literal[]]>(...values: L): Codec<L[number]> {
  const index = new Map<unknown, number>(values.map((value, i) => [checkLiteral(value), i]));
  if (values.length === 0 || values.length > MAX_LITERALS)
    throw new RangeError(`literals takes 1 to ${MAX_LITERALS} values, got ${values.length}`);
  if (index.size < values.length) throw new TypeError('literals must differ from each other');
  const id = `literals(${values.map((value) => JSON.stringify(value)).join(',')})`;
  const allowed =
    values.length > 12 ? `one of ${values.length} literals` : values.map((value) => JSON.stringify(value)).join(', ');
  const isWide = values.length > 256;
  return new BuiltIn<L[number]>({
    id,
    size: isWide ? 2 : 1,
    spec: { literals: [...values] },
    minimum: isWide ? 2 : 1,
    allowed,
    encode(value, to) {
      const i = index.get(value);
      if (i === undefined) throw misfit('literals', value, allowed);
      if (isWide) to.u16(i);
      else to.u8(i);
    },
    decode(from) {
      const i = isWide ? from.u16() : from.u8();
      if (i >= values.length) throw undecodable('a literal is of no known kind');
      return values[i] as L[number];
    },
  });
}

function checkLiteral(value: unknown): unknown {
  const fits = value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
  if (!fits || Object.is(value, -0)) throw unfit('a literal', 'a string, finite number, boolean or null', value);
  return value;
}
