/** What is left to chance, by `Math.random`, which a program's tests may have replaced: whatever it says, an index is one. */

/** 0 to `length - 1` in a random order, each order equally likely (Fisher and Yates, from the inside out). */
export function shuffled(length: number): readonly number[] {
  const order: number[] = [];
  for (let i = 0; i < length; i++) {
    const j = ((Math.random() * (i + 1)) >>> 0) % (i + 1);
    order.push(i);
    order[i] = order[j] as number;
    order[j] = i;
  }
  return order;
}

/**
 * The index of one of the cases that are `ready`: of the first if `biased`, else of any, each equally likely; -1 if none is.
 * Looks at each once.
 */
export function choose<C>(cases: readonly C[], biased: boolean, ready: (scase: C) => boolean): number {
  let chosen = -1;
  let count = 0;
  for (let i = 0; i < cases.length; i++) {
    if (!ready(cases[i] as C)) continue;
    if (biased) return i;
    // The k-th ready case takes the place of the one before with chance 1/k: all end up equally likely.
    if (++count === 1 || Math.random() * count < 1) chosen = i;
  }
  return chosen;
}
