/**
 * Arrays of one codec. Wire: varint count, the elements; an element that can take no byte at all (`void`, an empty struct,
 * a custom codec without `size`) is followed by one byte 0, so that the length of a message bounds the array it makes.
 *
 * Each array codec has functions of its own, made by `new Function` where that is allowed, so that V8 sees one element
 * codec in each.
 */
import { BuiltIn, type Codec, checkCodec, type Inline, idOf, minimumOf, once, runsUserCode, specsOf } from './builtin.js';
import type { Reader, Writer } from './bytes.js';
import type { Functions } from './compile.js';
import { at, misfit, truncated } from './fault.js';
import { reads } from './loops.js';

interface Element {
  readonly id: string;
  readonly codec: Codec<unknown>;
  /** At least so many bytes, padding included. */
  readonly minimum: number;
  readonly padded: boolean;
}

const TOOLS = { at, misfit, truncated };

const EACH = 'codec.decode(from),';

/** The source of both functions; also what `interpreted` does, in text. Short arrays are literals: no memory to spare, no growing. */
const GENERAL = `
encode(value, to) {
  if (!Array.isArray(value)) throw $.misfit(id, value, 'an array');
  const count = value.length;
  let i = 0;
  to.varint(count);
  try {
    for (; i < count; i++) {
      codec.encode(value[i], to);
      if (padded) to.u8(0);
    }
  } catch (error) { throw $.at(error, '[' + i + ']'); }
},
decode(from) {
  const count = from.varint();
  if (count * minimum > from.end - from.position) throw $.truncated();
  if (!padded) switch (count) {${[1, 2, 3, 4].map((count) => `case ${count}: return [${EACH.repeat(count)}];`).join(' ')}}
  const made = [];
  for (let i = 0; i < count; i++) {
    made.push(${EACH});
    if (padded) from.u8();
  }
  return made;
}`;

/** Reserved at a time: a large array of the wrong things is found out before it has taken memory. */
const BLOCK = 1024;

/** The same bytes, for scalars of `size` bytes. User code may run at each `value[i]`: the view is looked up after it. */
function scalarSource(inline: Inline, size: number): string {
  const { fits, write } = inline;
  return `
encode(value, to) {
  if (!Array.isArray(value)) throw $.misfit(id, value, 'an array');
  const count = value.length;
  let i = 0;
  to.varint(count);
  try {
    while (i < count) {
      const end = Math.min(count, i + ${BLOCK});
      for (let p = to.reserve((end - i) * ${size}); i < end; i++, p += ${size}) {
        const v = value[i];
        if (!(${fits('v')})) throw $.misfit(codec.id, v, codec.allowed);
        ${write('v', 'to.view', 'p')};
      }
    }
  } catch (error) { throw $.at(error, '[' + i + ']'); }
},
decode(from) {
  const count = from.varint();
  let p = from.take(count * ${size});
  const view = from.view;
  const into = [];${reads(inline, size)}
  return into;
}`;
}

let serial = 0;

function compiled(element: Element): Functions<unknown> | undefined {
  const { codec } = element;
  const inline = codec instanceof BuiltIn && !element.padded ? codec.inline : undefined;
  const source = `"use strict";
const { id, codec, minimum, padded } = element;
return {${inline === undefined ? GENERAL : scalarSource(inline, codec.size ?? 0)}
};
//# sourceURL=hchan:array-${++serial}`;
  try {
    return new Function('$', 'element', source)(TOOLS, element) as Functions<unknown>;
  } catch (error) {
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}

function interpreted({ id, codec, minimum, padded }: Element): Functions<unknown> {
  return {
    encode(value: unknown, to: Writer): void {
      if (!Array.isArray(value)) throw misfit(id, value, 'an array');
      const count = value.length;
      let i = 0;
      to.varint(count);
      try {
        for (; i < count; i++) {
          codec.encode(value[i], to);
          if (padded) to.u8(0);
        }
      } catch (error) {
        throw at(error, `[${i}]`);
      }
    },
    decode(from: Reader): unknown[] {
      const count = from.varint();
      if (count * minimum > from.remaining) throw truncated();
      const made: unknown[] = [];
      for (let i = 0; i < count; i++) {
        made.push(codec.decode(from));
        if (padded) from.u8();
      }
      return made;
    },
  };
}

export function array<T>(element: Codec<T>): Codec<T[]> {
  const codec = checkCodec(element);
  const padded = minimumOf(codec) === 0;
  const id = `array(${idOf(codec)})`;
  const parts: Element = { id, codec, minimum: Math.max(1, minimumOf(codec)), padded };
  const specs = specsOf([codec]);
  const spec = specs && { array: specs[0] };
  const made = once(
    id,
    spec,
    () =>
      new BuiltIn<unknown>({
        ...(compiled(parts) ?? interpreted(parts)),
        id,
        spec,
        minimum: 1,
        fallible: runsUserCode(codec),
        allowed: 'an array',
      }),
  );
  return made as Codec<unknown> as Codec<T[]>;
}
