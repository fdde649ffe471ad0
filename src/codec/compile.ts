/**
 * Code made once per struct, tuple and array: a straight line of reads, checks and writes, which V8 optimises for exactly
 * this codec. `interpret.ts` does the same in loops, for where code generation is forbidden; both must agree.
 *
 * Invariants: names of fields enter the source only as JSON string literals, everything else is passed in as an argument.
 * All values of a run of fixed-size scalars are read and checked before the run's bytes are reserved, so user code (getters)
 * never runs between `reserve` and the writes.
 */
import { BuiltIn, type Codec, type Field } from './builtin.js';
import type { Reader, Writer } from './bytes.js';
import { at, misfit, property } from './fault.js';
import { has, isInherited, own, put } from './property.js';

/** What a made codec consists of. */
export interface Functions<T> {
  readonly encode: (value: T, to: Writer) => void;
  readonly decode: (from: Reader) => T;
}

/** How the members of a container are read from the value and put into what is received. */
export interface Layout {
  readonly id: string;
  /** `struct` values are objects, `tuple` values arrays of exactly so many. */
  readonly kind: 'struct' | 'tuple';
  readonly members: readonly Field[];
  /** A union's discriminator, which is the first property of what is received. */
  readonly tag?: { readonly name: string; readonly value: string } | undefined;
}

let serial = 0;

/** Undefined where the host forbids code generation. */
export function compile(layout: Layout): Functions<unknown> | undefined {
  const emitter = new Emitter(layout);
  const body = `"use strict";
${layout.members.map((_, i) => `const c${i} = c[${i}].codec;`).join(' ')}
return {
encode(value, to) {
${emitter.encode()}
},
decode(from) {
${emitter.decode()}
}};
//# sourceURL=hchan:${layout.kind}-${++serial}`;
  try {
    return new Function('$', 'c', 'layout', body)(TOOLS, layout.members.map(memberTools(layout)), layout) as Functions<unknown>;
  } catch (error) {
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}

/** What generated code may call. */
const TOOLS = {
  at,
  has,
  own,
  put,
  wrong: (codec: { id: string; allowed: string }, value: unknown) => misfit(codec.id, value, codec.allowed),
  wrongShape: (layout: Layout, value: unknown) => misfit(layout.id, value, shapeOf(layout)),
};

export function shapeOf(layout: Layout): string {
  return layout.kind === 'struct' ? 'an object' : `an array of ${layout.members.length}`;
}

/** What generated code needs of member i, as `c[i]`. */
function memberTools(layout: Layout) {
  return (member: Field, i: number) => ({
    codec: optionalInner(layout, member) ?? member.codec,
    step: layout.kind === 'struct' ? property(member.name) : `[${i}]`,
  });
}

/** The inner codec of a field that may be left out; a tuple has none of these. */
export function optionalInner(layout: Layout, member: Field): Codec<unknown> | undefined {
  return layout.kind === 'struct' && member.codec instanceof BuiltIn ? member.codec.inner : undefined;
}

class Emitter {
  readonly #layout: Layout;
  readonly #lines: string[] = [];
  /** Members whose values are read and checked and whose bytes are still to be written. */
  #run: { readonly i: number; readonly codec: BuiltIn<unknown>; readonly offset: number }[] = [];
  #runBytes = 0;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  encode(): string {
    const { kind, members } = this.#layout;
    this.#lines.length = 0;
    const fits =
      kind === 'struct'
        ? "typeof value === 'object' && value !== null"
        : `Array.isArray(value) && value.length === ${members.length}`;
    members.forEach((member, i) => {
      this.#encodeMember(member, i);
    });
    this.#flushWrites();
    return `if (!(${fits})) throw $.wrongShape(layout, value);
let f = 0;
try {
${this.#lines.join('\n')}
} catch (error) { throw $.at(error, c[f].step); }`;
  }

  #encodeMember(member: Field, i: number): void {
    const read = this.#access(member, i);
    const { codec } = member;
    if (codec instanceof BuiltIn && codec.inline !== undefined) {
      this.#lines.push(`f = ${i}; const v${i} = ${read}; if (!(${codec.inline.fits(`v${i}`)})) throw $.wrong(c${i}, v${i});`);
      this.#addToRun(i, codec);
      return;
    }
    this.#flushWrites();
    const name = JSON.stringify(member.name);
    const isOptional = optionalInner(this.#layout, member) !== undefined;
    this.#lines.push(
      isOptional
        ? `f = ${i}; const v${i} = ${read}; if (v${i} === undefined) to.u8($.has(value, ${name}) ? 2 : 0); else { to.u8(1); c${i}.encode(v${i}, to); }`
        : codec.id === 'string' && codec instanceof BuiltIn
          ? `f = ${i}; const v${i} = ${read}; if (typeof v${i} !== 'string') throw $.wrong(c${i}, v${i}); to.string(v${i});`
          : `f = ${i}; c${i}.encode(${read}, to);`,
    );
  }

  #access(member: Field, i: number): string {
    if (this.#layout.kind === 'tuple') return `value[${i}]`;
    const name = JSON.stringify(member.name);
    return isInherited(member.name) ? `$.own(value, ${name})` : `value[${name}]`;
  }

  #addToRun(i: number, codec: BuiltIn<unknown>): void {
    this.#run.push({ i, codec, offset: this.#runBytes });
    this.#runBytes += codec.size ?? 0;
  }

  #flushWrites(): void {
    if (this.#run.length === 0) return;
    const first = this.#run[0]?.i;
    const writes = this.#run.map(({ i, codec, offset }) => codec.inline?.write(`v${i}`, `w${first}`, `p${first} + ${offset}`));
    this.#lines.push(
      `const p${first} = to.reserve(${this.#runBytes}), w${first} = to.view; ${writes.filter(Boolean).join('; ')};`,
    );
    this.#run = [];
    this.#runBytes = 0;
  }

  decode(): string {
    const { members } = this.#layout;
    this.#lines.length = 0;
    members.forEach((member, i) => {
      const { codec } = member;
      if (codec instanceof BuiltIn && codec.inline !== undefined) {
        this.#addToRun(i, codec);
        return;
      }
      this.#flushReads();
      if (optionalInner(this.#layout, member) === undefined) {
        const call = codec.id === 'string' && codec instanceof BuiltIn ? 'from.string()' : `c${i}.decode(from)`;
        this.#lines.push(`const v${i} = ${call};`);
      } else {
        this.#lines.push(`const k${i} = from.u8(), v${i} = k${i} === 1 ? c${i}.decode(from) : undefined;`);
      }
    });
    this.#flushReads();
    return `${this.#lines.join('\n')}\n${this.#layout.kind === 'tuple' ? `return [${members.map((_, i) => `v${i}`).join(', ')}];` : this.#object()}`;
  }

  #flushReads(): void {
    if (this.#run.length === 0) return;
    const first = this.#run[0]?.i;
    const reads = this.#run.map(({ i, codec, offset }) => `v${i} = ${codec.inline?.read(`w${first}`, `p${first} + ${offset}`)}`);
    this.#lines.push(`const p${first} = from.take(${this.#runBytes}), w${first} = from.view, ${reads.join(', ')};`);
    this.#run = [];
    this.#runBytes = 0;
  }

  /** One literal as far as the first field that may be left out, then one property after the other, in order. */
  #object(): string {
    const { members, tag } = this.#layout;
    const literal = tag === undefined ? [] : [`[${JSON.stringify(tag.name)}]: ${JSON.stringify(tag.value)}`];
    const firstOptional = members.findIndex((member) => optionalInner(this.#layout, member) !== undefined);
    const split = firstOptional === -1 ? members.length : firstOptional;
    members.slice(0, split).forEach(({ name }, i) => {
      literal.push(`${name === '__proto__' ? '["__proto__"]' : JSON.stringify(name)}: v${i}`);
    });
    const object = `{ ${literal.join(', ')} }`;
    if (split === members.length) return `return ${object};`;
    const rest = members.slice(split).map((member, j) => {
      const i = split + j;
      const put = member.name === '__proto__' ? `$.put(o, '__proto__', v${i});` : `o[${JSON.stringify(member.name)}] = v${i};`;
      return optionalInner(this.#layout, member) === undefined ? put : `if (k${i} !== 0) ${put}`;
    });
    return `const o = ${object};\n${rest.join('\n')}\nreturn o;`;
  }
}
