/**
 * What `compile` makes, without making code: for hosts that forbid `new Function`. Same bytes, same errors, slower.
 */
import { type Functions, type Layout, optionalInner, shapeOf } from './compile.js';
import { at, misfit, property } from './fault.js';
import { has, put, read } from './property.js';

export function interpret(layout: Layout): Functions<unknown> {
  const isStruct = layout.kind === 'struct';
  const names = layout.members.map((member, i) => (isStruct ? member.name : String(i)));
  const inner = layout.members.map((member) => optionalInner(layout, member));
  const codecs = layout.members.map((member, i) => inner[i] ?? member.codec);
  const fits = (value: unknown) =>
    isStruct ? typeof value === 'object' && value !== null : Array.isArray(value) && value.length === names.length;

  return {
    encode(value, to) {
      if (!fits(value)) throw misfit(layout.id, value, shapeOf(layout));
      const source = value as Record<string, unknown>;
      let i = 0;
      try {
        for (; i < names.length; i++) {
          const name = names[i] as string;
          const member = isStruct ? read(source, name) : source[name];
          if (inner[i] !== undefined) {
            to.u8(member !== undefined ? 1 : has(source, name) ? 2 : 0);
            if (member === undefined) continue;
          }
          codecs[i]?.encode(member, to);
        }
      } catch (error) {
        throw at(error, isStruct ? property(names[i] as string) : `[${i}]`);
      }
    },
    decode(from) {
      const made: Record<string, unknown> | unknown[] = isStruct ? {} : [];
      if (layout.tag !== undefined) put(made, layout.tag.name, layout.tag.value);
      for (let i = 0; i < names.length; i++) {
        const flag = inner[i] === undefined ? 1 : from.u8();
        if (flag !== 0) put(made, names[i] as string, flag === 1 ? codecs[i]?.decode(from) : undefined);
      }
      return made;
    },
  };
}
