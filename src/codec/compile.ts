/**
 * Code made once per struct, tuple and array: a straight line of reads, checks and writes, which V8 optimises for exactly
 * this codec. `interpret.ts` does the same in loops, for where code generation is forbidden; both must agree.
 *
 * Invariants: names of fields enter the source only as JSON string literals, everything else is passed in as an argument.
 * All values of a run of fixed-size scalars are read and checked before the run's bytes are reserved, so user code (getters)
 * never runs between `reserve` and the writes.
 */
import { BuiltIn, type Codec, type Field, type Inline } from './builtin.js';
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
  const body = `"use strict";
${layout.members.map((_, i) => `const c${i} = c[${i}].codec;`).join(' ')}
return {
encode(value, to) {
${encodeSource(layout)}
},
decode(from) {
${decodeSource(layout)}
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

/** A scalar of a run, and where its bytes lie in it. */
interface Placed {
  readonly i: number;
  readonly inline: Inline;
  readonly offset: number;
}

/** A run of fixed-size scalars, whose bytes are reserved and taken at once, or another member alone. */
interface Piece {
  readonly first: number;
  readonly run: Placed[];
  bytes: number;
}

function piecesOf(members: readonly Field[]): Piece[] {
  const pieces: Piece[] = [];
  for (const [i, { codec }] of members.entries()) {
    const inline = codec instanceof BuiltIn ? codec.inline : undefined;
    let piece = pieces.at(-1);
    if (inline === undefined || piece === undefined || piece.run.length === 0) {
      piece = { first: i, run: [], bytes: 0 };
      pieces.push(piece);
    }
    if (inline === undefined) continue;
    piece.run.push({ i, inline, offset: piece.bytes });
    piece.bytes += codec.size ?? 0;
  }
  return pieces;
}

const isString = (codec: Codec<unknown>): boolean => codec instanceof BuiltIn && codec.id === 'string';

function encodeSource(layout: Layout): string {
  const { kind, members } = layout;
  const fits =
    kind === 'struct'
      ? "typeof value === 'object' && value !== null"
      : `Array.isArray(value) && value.length === ${members.length}`;
  const lines = piecesOf(members).map(({ first, run, bytes }) => {
    if (run.length === 0) return encodeOther(layout, members[first] as Field, first);
    const checks = run.map(
      ({ i, inline }) =>
        `f = ${i}; const v${i} = ${access(layout, i)}; if (!(${inline.fits(`v${i}`)})) throw $.wrong(c${i}, v${i});\n`,
    );
    // Nothing is written for what takes no byte.
    const writes = run
      .map(({ i, inline, offset }) => inline.write(`v${i}`, `w${first}`, `p${first} + ${offset}`))
      .filter(Boolean);
    return `${checks.join('')}const p${first} = to.reserve(${bytes}), w${first} = to.view; ${writes.join('; ')};`;
  });
  return `if (!(${fits})) throw $.wrongShape(layout, value);
let f = 0;
try {
${lines.join('\n')}
} catch (error) { throw $.at(error, c[f].step); }`;
}

function encodeOther(layout: Layout, member: Field, i: number): string {
  const read = access(layout, i);
  if (optionalInner(layout, member) !== undefined)
    return `f = ${i}; const v${i} = ${read}; if (v${i} === undefined) to.u8($.has(value, ${JSON.stringify(member.name)}) ? 2 : 0); else { to.u8(1); c${i}.encode(v${i}, to); }`;
  if (isString(member.codec))
    return `f = ${i}; const v${i} = ${read}; if (typeof v${i} !== 'string') throw $.wrong(c${i}, v${i}); to.string(v${i});`;
  return `f = ${i}; c${i}.encode(${read}, to);`;
}

function access({ kind, members }: Layout, i: number): string {
  if (kind === 'tuple') return `value[${i}]`;
  const { name } = members[i] as Field;
  return isInherited(name) ? `$.own(value, ${JSON.stringify(name)})` : `value[${JSON.stringify(name)}]`;
}

function decodeSource(layout: Layout): string {
  const { kind, members } = layout;
  const lines = piecesOf(members).map(({ first, run, bytes }) => {
    if (run.length > 0) {
      const reads = run.map(({ i, inline, offset }) => `v${i} = ${inline.read(`w${first}`, `p${first} + ${offset}`)}`);
      return `const p${first} = from.take(${bytes}), w${first} = from.view, ${reads.join(', ')};`;
    }
    const member = members[first] as Field;
    if (optionalInner(layout, member) !== undefined)
      return `const k${first} = from.u8(), v${first} = k${first} === 1 ? c${first}.decode(from) : undefined;`;
    return `const v${first} = ${isString(member.codec) ? 'from.string()' : `c${first}.decode(from)`};`;
  });
  const made = kind === 'tuple' ? `return [${members.map((_, i) => `v${i}`).join(', ')}];` : object(layout);
  return `${lines.join('\n')}\n${made}`;
}

/** One literal as far as the first field that may be left out, then one property after the other, in order. */
function object(layout: Layout): string {
  const { members, tag } = layout;
  const literal = tag === undefined ? [] : [`[${JSON.stringify(tag.name)}]: ${JSON.stringify(tag.value)}`];
  const rest: string[] = [];
  for (const [i, member] of members.entries()) {
    const isProto = member.name === '__proto__';
    const name = JSON.stringify(member.name);
    const isOptional = optionalInner(layout, member) !== undefined;
    if (!isOptional && rest.length === 0) literal.push(`${isProto ? `[${name}]` : name}: v${i}`);
    else rest.push(`${isOptional ? `if (k${i} !== 0) ` : ''}${isProto ? `$.put(o, ${name}, v${i})` : `o[${name}] = v${i}`};`);
  }
  const made = `{ ${literal.join(', ')} }`;
  return rest.length === 0 ? `return ${made};` : `const o = ${made};\n${rest.join('\n')}\nreturn o;`;
}
