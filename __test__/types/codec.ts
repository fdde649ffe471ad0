/** What a channel carries follows from its codec, and wrong uses do not compile. */
import { type Channel, type Codec, chan, codec, type Infer, type StandardSchemaV1 } from 'hchan';
import { check, type Same } from './assert.js';

declare const positive: StandardSchemaV1<unknown, { n: number }>;

export function scalars(): void {
  check<Same<Infer<typeof codec.u8>, number>>();
  check<Same<Infer<typeof codec.u64>, bigint>>();
  check<Same<Infer<typeof codec.bool>, boolean>>();
  check<Same<Infer<typeof codec.bytes>, Uint8Array>>();
  check<Same<Infer<typeof codec.buffer>, Buffer>>();
  check<Same<Infer<typeof codec.void>, undefined>>();
}

export function containers(): void {
  const job = codec.struct({ id: codec.u32, tags: codec.array(codec.string), note: codec.optional(codec.string) });
  check<Same<Infer<typeof job>, { id: number; tags: string[]; note?: string | undefined }>>();

  const pair = codec.tuple(codec.f64, codec.optional(codec.bool));
  check<Same<Infer<typeof pair>, [number, boolean | undefined]>>();

  const level = codec.literals('low', 'high', 3, null);
  check<Same<Infer<typeof level>, 'low' | 'high' | 3 | null>>();

  const shape = codec.union('kind', { circle: codec.struct({ r: codec.f64 }), dot: codec.struct({}) });
  check<Same<Infer<typeof shape>, { kind: 'circle'; r: number } | { kind: 'dot' }>>();

  const checked = codec.json(positive);
  check<Same<Infer<typeof checked>, { n: number }>>();
  check<Same<Infer<ReturnType<typeof codec.json<string>>>, string>>();
  check<Same<Infer<ReturnType<typeof codec.structuredClone<Map<string, Date>>>>, Map<string, Date>>>();
}

export function channels(): void {
  const jobs = chan(8, { codec: codec.struct({ id: codec.u32 }) });
  check<Same<typeof jobs, Channel<{ id: number }>>>();
  const custom: Codec<URL> = { id: 'url', encode: (url, to) => to.string(url.href), decode: (from) => new URL(from.string()) };
  check<Same<typeof mixed, Channel<{ at: URL; n: number }>>>();
  const mixed = chan(0, { codec: codec.struct({ at: custom, n: codec.u8 }) });
}

export function wrong(): void {
  const jobs = chan(8, { codec: codec.struct({ id: codec.u32 }) });
  // @ts-expect-error a field of the wrong type
  jobs.trySend({ id: 'one' });
  // @ts-expect-error a field is missing
  jobs.trySend({});
  // @ts-expect-error a type is not a codec
  codec.struct({ id: 'u32' });
  // @ts-expect-error a variant is an object
  codec.union('kind', { a: codec.u8 });
  // @ts-expect-error a literal is a primitive
  codec.literals({});
  // @ts-expect-error a list of nothing
  codec.literals();
}
