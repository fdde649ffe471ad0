/**
 * Medians and how far to trust them. Everything here is order statistics: nothing assumes that times are normally
 * distributed, because they are not.
 */

/** A sample set in three numbers: its median, and an interval that holds the true median with the stated confidence. */
export interface Estimate {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  /** How sure the interval is, 0 to 1. Less than asked for when there are too few samples (7 give 0.98, 5 give 0.94). */
  readonly confidence: number;
  readonly samples: number;
}

/** A sorted copy. */
const sorted = (samples: readonly number[]): number[] => Array.from(samples).sort((a, b) => a - b);

/** The middle of `samples`, the mean of the two middle ones if they are even in number. NaN for none. */
export function median(samples: readonly number[]): number {
  const order = sorted(samples);
  const middle = order.length >> 1;
  const upper = order[middle] ?? Number.NaN;
  return order.length % 2 === 1 ? upper : ((order[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The probability that at most `k` of `n` fair coins show heads. */
function binomialTail(n: number, k: number): number {
  let term = 0.5 ** n;
  let sum = 0;
  for (let i = 0; i <= k; i++) {
    sum += term;
    term *= (n - i) / (i + 1);
  }
  return sum;
}

/**
 * The median with its interval from order statistics: the k-th smallest and k-th largest sample enclose the true median
 * unless fewer than k samples fell on one side of it, which is a matter of coin tosses. The largest k that keeps
 * `confidence` is taken, or 1.
 */
export function estimate(samples: readonly number[], confidence = 0.95): Estimate {
  const order = sorted(samples);
  const n = order.length;
  const sure = (k: number) => 1 - 2 * binomialTail(n, k - 1);
  let k = 1;
  while (k + 1 <= n / 2 && sure(k + 1) >= confidence) k++;
  return {
    median: median(order),
    low: order[k - 1] ?? Number.NaN,
    high: order[n - k] ?? Number.NaN,
    confidence: n === 0 ? 0 : Math.max(0, sure(k)),
    samples: n,
  };
}

/** The interval of fewer samples says nothing: that of 4 is sure by 0.88. */
export const FEWEST = 5;

/** Whether the interval says something. */
export const isSure = ({ samples }: Estimate): boolean => samples >= FEWEST;

/** How sure an interval of `samples` samples is, as text: what was asked for, or the less that so few can give. */
export function confidenceName(samples: number, confidence = 0.95): string {
  const sure = Math.min(confidence, estimate(new Array<number>(samples).fill(0), confidence).confidence);
  return `${Math.floor(sure * 100)} %`;
}

/** The value that the fraction `p` (0 to 1) of `samples` does not exceed. */
export function percentile(samples: ArrayLike<number>, p: number): number {
  const order = Float64Array.from(samples).sort();
  return order[Math.min(order.length - 1, Math.max(0, Math.ceil(p * order.length) - 1))] ?? Number.NaN;
}

/** `top` over `bottom`, pair by pair: samples taken in the same round share that round's noise. */
export function ratios(top: readonly number[], bottom: readonly number[]): number[] {
  return top.slice(0, bottom.length).map((value, round) => value / (bottom[round] ?? Number.NaN));
}
