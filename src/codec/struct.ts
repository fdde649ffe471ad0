/**
 * Containers with a fixed list of members: structs, tuples, and unions of structs.
 *
 * ```
 * struct   the fields in the order of their declaration; a field that may be left out has a byte before it:
 *          0 left out, 1 there, 2 there and undefined
 * tuple    the elements
 * union    varint index of the variant, its fields without the discriminator
 * ```
 * A struct reads properties as `value.name` does, inherited ones and getters too (but `constructor`, `toString` and the like
 * must be the object's own), and sends no other. What arrives is a plain object; `__proto__` is a field like any other.
 */

import { unfit } from '../arguments.js';
import {
  BuiltIn,
  type Codec,
  checkCodec,
  type Field,
  type Infer,
  idOf,
  minimumOf,
  type OptionalCodec,
  once,
  runsUserCode,
  sizeOf,
  specsOf,
} from './builtin.js';
import type { Reader, Writer } from './bytes.js';
import { compile, type Layout, shapeOf } from './compile.js';
import { at, misfit, property, undecodable } from './fault.js';
import { interpret } from './interpret.js';
import { read } from './property.js';

type Flat<T> = { [K in keyof T]: T[K] };
type OptionalKeys<F> = { [K in keyof F]: F[K] extends OptionalCodec<unknown> ? K : never }[keyof F];

/** The objects of a struct with these fields. */
export type StructValue<F> = Flat<
  { -readonly [K in Exclude<keyof F, OptionalKeys<F>>]: Infer<F[K]> } & { -readonly [K in OptionalKeys<F>]?: Infer<F[K]> }
>;

/** The objects of a union: the discriminator, and the fields of the variant. */
export type UnionValue<D extends string, V> = { [K in keyof V & string]: Flat<Record<D, K> & Infer<V[K]>> }[keyof V & string];

/** The arrays of a tuple. */
export type TupleValue<C extends readonly Codec<unknown>[]> = { -readonly [I in keyof C]: Infer<C[I]> };

/** `value` as a list of named codecs. */
function fieldsOf(value: unknown, what: string): Field[] {
  if (typeof value !== 'object' || value === null) throw unfit(what, 'an object of codecs', value);
  return Object.entries(value).map(([name, codec]) => ({ name, codec: checkCodec(codec) }));
}

function build(layout: Layout, spec: unknown): BuiltIn<unknown> {
  const codecs = layout.members.map((member) => member.codec);
  return once(
    layout.id,
    spec,
    () =>
      new BuiltIn<unknown>({
        ...(compile(layout) ?? interpret(layout)),
        id: layout.id,
        size: sizeOf(codecs),
        spec,
        minimum: codecs.reduce((sum, codec) => sum + minimumOf(codec), 0),
        fallible: codecs.some(runsUserCode),
        allowed: shapeOf(layout),
        ...(layout.kind === 'struct' && { fields: layout.members }),
      }),
  );
}

/** Ids of fields with their names. */
function namedIds(fields: readonly Field[]): string {
  return `{${fields.map(({ name, codec }) => `${JSON.stringify(name)}:${idOf(codec)}`).join(',')}}`;
}

/** Specs of fields with their names. */
function namedSpecs(fields: readonly Field[]): unknown[] | undefined {
  return specsOf(fields.map((field) => field.codec))?.map((spec, i) => [fields[i]?.name, spec]);
}

export function struct<F extends Record<string, Codec<unknown>>>(fields: F): Codec<StructValue<F>> {
  const members = fieldsOf(fields, 'fields');
  const specs = namedSpecs(members);
  return build(
    { id: `struct${namedIds(members)}`, kind: 'struct', members },
    specs && { struct: specs },
  ) as Codec<unknown> as Codec<StructValue<F>>;
}

export function tuple<const C extends readonly Codec<unknown>[]>(...elements: C): Codec<TupleValue<C>> {
  const members = elements.map((codec, i) => ({ name: String(i), codec: checkCodec(codec) }));
  const specs = specsOf(elements);
  const id = `tuple(${elements.map(idOf).join(',')})`;
  return build({ id, kind: 'tuple', members }, specs && { tuple: specs }) as Codec<unknown> as Codec<TupleValue<C>>;
}

/** One of several structs, told apart by a string property that is not among their fields. */
export function union<D extends string, V extends Record<string, Codec<object>>>(
  discriminator: D,
  variants: V,
): Codec<UnionValue<D, V>> {
  if (typeof discriminator !== 'string') throw unfit('discriminator', 'a property name', discriminator);
  const listed = fieldsOf(variants, 'variants');
  if (listed.length === 0) throw new TypeError('a union needs at least one variant');
  const specs = namedSpecs(listed);
  const spec = specs && { union: [discriminator, specs] };
  const id = `union(${JSON.stringify(discriminator)},${namedIds(listed)})`;
  const make = () => {
    const made = listed.map(({ name, codec }) => variant(discriminator, name, codec));
    const names = listed.map((entry) => JSON.stringify(entry.name)).join(', ');
    return new BuiltIn<unknown>({
      ...dispatch(id, discriminator, names, new Map(listed.map((entry, i) => [entry.name, i])), made),
      id,
      spec,
      minimum: 1 + Math.min(...made.map((codec) => codec.minimum)),
      fallible: made.some((codec) => codec.fallible),
      allowed: `an object with ${discriminator} ${names}`,
    });
  };
  return once(id, spec, make) as Codec<unknown> as Codec<UnionValue<D, V>>;
}

/** A struct that also says which variant it is. */
function variant(discriminator: string, name: string, codec: Codec<unknown>): BuiltIn<unknown> {
  const members = codec instanceof BuiltIn ? (codec.fields as readonly Field[] | undefined) : undefined;
  if (members === undefined)
    throw new TypeError(`variant ${JSON.stringify(name)} must be a codec.struct, got codec '${codec.id}'`);
  if (members.some((member) => member.name === discriminator)) {
    throw new TypeError(
      `variant ${JSON.stringify(name)} has a field ${JSON.stringify(discriminator)}, which is the discriminator`,
    );
  }
  return build({ id: codec.id, kind: 'struct', members, tag: { name: discriminator, value: name } }, undefined);
}

function dispatch(
  id: string,
  discriminator: string,
  names: string,
  index: Map<unknown, number>,
  made: readonly BuiltIn<unknown>[],
) {
  return {
    encode(value: unknown, to: Writer): void {
      if (typeof value !== 'object' || value === null) throw misfit(id, value, 'an object');
      let kind: unknown;
      let variant: BuiltIn<unknown> | undefined;
      try {
        kind = read(value, discriminator);
        const i = index.get(kind);
        if (i === undefined) throw misfit('discriminator', kind, names);
        to.varint(i);
        variant = made[i];
      } catch (error) {
        throw at(error, property(discriminator));
      }
      variant?.encode(value, to);
    },
    decode(from: Reader): never {
      const variant = made[from.varint()];
      if (variant === undefined) throw undecodable('a union is of no known kind');
      return variant.decode(from) as never;
    },
  };
}
