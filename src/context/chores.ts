/**
 * What an ended context leaves to be done: when those who are to be told have been, and a few at a time.
 *
 * Where the event loop never turns nothing is ever done later. There, what is overdue is done as new chores come.
 */
import { defer } from '#platform';
import { later, now } from '../clock.js';

/** Chores done in one turn of the event loop. */
const BATCH = 64;
/** How long a chore waits, in ms; it is overdue after as long again. */
const LATER = 100;
/** Overdue chores that are done with each new one: more than come, so that they become fewer. */
const OVERDUE = 2;

const chores: (() => void)[] = [];
/** When the timer that runs will ring; Infinity: none does. */
let due = Infinity;

/** Does `chore` later. */
export function putOff(chore: () => void): void {
  chores.push(chore);
  if (due === Infinity) workLater();
  else if (now() > due + LATER) doSome(OVERDUE);
}

function workLater(): void {
  due = now() + LATER;
  later(() => work(chores.length), LATER).unref?.();
}

/** Does the first `left` chores, `BATCH` each turn of the loop. */
function work(left: number): void {
  doSome(Math.min(left, BATCH));
  if (left > BATCH) defer(() => work(left - BATCH));
  else if (chores.length > 0) workLater();
  else due = Infinity;
}

function doSome(count: number): void {
  for (const chore of chores.splice(0, count)) chore();
}
