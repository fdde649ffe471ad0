/**
 * Code made for one scalar codec alone, for one value and, by loops, for many: V8 sees one type in each, and no call.
 * The bytes of a loop are those of `encode`, back to back.
 */
import type { Inline } from './builtin.js';
import type { Writer } from './bytes.js';
import type { Functions } from './compile.js';
import { misfit } from './fault.js';

/** Both loops of one codec. */
export interface Loops {
  /**
   * Writes the first of `values[from..to)` to where `at` is and there is room for all, up to one that does not fit or whose
   * getter throws, and returns how many.
   */
  pack(values: ArrayLike<unknown>, from: number, to: number, writer: Writer, at: number): number;
  /** Appends to `into` the `count` values that lie at `at`. */
  unpack(into: unknown[], view: DataView, at: number, count: number): void;
}

/**
 * An array that is told its length need not grow. To be told costs as much as growing to the lower number, and V8 makes a
 * dictionary of an array that is told many millions.
 */
export const TOLD_FROM = 32;
export const TOLD_TO = 1 << 16;

/**
 * Statements that append `count` values, read from `p` on, to `into`. One place stores where there is room and another one makes
 * room: of a place that has done both, V8 knows nothing any more, and stores twice as slowly as long as the process lives.
 */
export function reads({ read }: Inline, size: number): string {
  const next = read('view', 'p');
  return `
let i = into.length;
const end = i + count;
if (count > ${TOLD_FROM}) {
  const told = Math.min(end, i + ${TOLD_TO});
  into.length = told;
  for (; i < told; i++, p += ${size}) into[i] = ${next};
}
for (; i < end; i++, p += ${size}) into.push(${next});`;
}

/** What code for one scalar is made of. */
export interface Scalar {
  readonly id: string;
  readonly size: number;
  readonly allowed: string;
  readonly inline: Inline;
}

/** User code may run at each `values[i]`: the view is looked up after it. */
function source({ id, size, allowed, inline: { fits, write, read } }: Scalar): string {
  return `{
encode(value, to) {
  if (!(${fits('value')})) throw misfit('${id}', value, '${allowed}');
  const p = to.reserve(${size});
  ${write('value', 'to.view', 'p')};
},
decode(from) {
  const p = from.take(${size});
  return ${read('from.view', 'p')};
},
pack(values, from, to, writer, p) {
  let i = from;
  try {
    for (; i < to; i++, p += ${size}) {
      const v = values[i];
      if (!(${fits('v')})) break;
      ${write('v', 'writer.view', 'p')};
    }
  } catch {}
  return i - from;
},
unpack(into, view, p, count) {${reads({ fits, write, read }, size)}
}}`;
}

/** Functions and loops for each, all by one piece of code. Undefined where the host forbids code generation. */
export function compileScalars(scalars: readonly Scalar[]): (Functions<unknown> & Loops)[] | undefined {
  try {
    return new Function('misfit', `"use strict"; return [${scalars.map(source)}];\n//# sourceURL=hchan:scalars`)(misfit);
  } catch (error) {
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}
