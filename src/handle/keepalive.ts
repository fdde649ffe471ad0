/**
 * Keeps the process alive while an operation waits, as a listening socket does, and not after.
 *
 * One timer per thread, referenced while at least one referenced operation is pending. Engines never do this themselves.
 */

type Timer = { ref?(): unknown; unref?(): unknown };

const LONGEST = 2 ** 31 - 1;
let held = 0;
let timer: Timer | undefined;

/** One more operation waits. */
export function hold(): void {
  if (held++ > 0) return;
  if (timer === undefined) timer = setInterval(() => {}, LONGEST) as unknown as Timer;
  else timer.ref?.();
}

/** One operation fewer waits. */
export function release(): void {
  if (--held === 0) timer?.unref?.();
}
