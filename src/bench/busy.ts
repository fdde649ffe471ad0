/** How busy the processors are: what disturbs a measurement that is about to begin. */
import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

/** Many of the ticks in which systems count, in ms. */
const LOOK = 400;

/** What all processors have spent since the system started, in ms. */
function spent(): { readonly working: number; readonly idle: number } {
  const all = cpus().map(({ times }) => times);
  const sum = (count: (times: (typeof all)[number]) => number) => all.reduce((total, times) => total + count(times), 0);
  return { working: sum(({ user, nice, sys, irq }) => user + nice + sys + irq), idle: sum(({ idle }) => idle) };
}

/** The part of all processors' time that is used while this looks, 0 to 1; undefined where the system does not say. */
export async function busyPart(): Promise<number | undefined> {
  const before = spent();
  await pause(LOOK);
  const after = spent();
  const [working, idle] = [after.working - before.working, after.idle - before.idle];
  return working + idle > 0 ? Math.round((working / (working + idle)) * 100) / 100 : undefined;
}
