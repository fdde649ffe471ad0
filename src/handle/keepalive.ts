/**
 * Keeps the process alive while an operation waits, as a listening socket does, and not after.
 *
 * One timer per thread, referenced while at least one referenced operation is pending. It is let go of when all that can
 * run without the event loop has run: operations that come and go in between would otherwise call into the host twice
 * each. Engines never do this themselves.
 */
import { beforeIdle } from '#platform';
import { every, type Timer } from '../clock.js';

const LONGEST = 2 ** 31 - 1;
/** Made at once, since where the stack is full it might be made and not be known. */
const timer: Timer = every(() => {}, LONGEST);
timer.unref?.();
let held = 0;
let referenced = false;
let letting = false;

/** One more operation waits. Throws if the stack is full, and has held nothing then. */
export function hold(): void {
  if (held === 0 && !referenced) {
    timer.ref?.();
    referenced = true;
  }
  held++;
}

/** One operation fewer waits. */
export function release(): void {
  if (--held > 0 || letting) return;
  beforeIdle(letGo);
  letting = true;
}

function letGo(): void {
  letting = false;
  if (held > 0) return;
  referenced = false;
  timer.unref?.();
}
