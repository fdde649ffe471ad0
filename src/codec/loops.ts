/**
 * Many values of a scalar codec at once, by loops made for this codec alone: V8 sees one type in each, and no call.
 * The bytes are those of `encode`, back to back.
 */
import type { Inline } from './builtin.js';
import type { Writer } from './bytes.js';

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
const TOLD_FROM = 32;
const TOLD_TO = 1 << 16;

/** Statements that append `count` values, read from `p` on, to `into`. */
export function reads({ read }: Inline, size: number): string {
  return `
let i = into.length;
const end = i + count;
if (count > ${TOLD_FROM}) into.length = Math.min(end, i + ${TOLD_TO});
for (; i < end; i++, p += ${size}) into[i] = ${read('view', 'p')};`;
}

/** Undefined where the host forbids code generation. User code may run at each `values[i]`: the view is looked up after it. */
export function compileLoops({ fits, write, read }: Inline, size: number): Loops | undefined {
  const source = `"use strict";
return {
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
}};
//# sourceURL=hchan:loops`;
  try {
    return new Function(source)() as Loops;
  } catch (error) {
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}
