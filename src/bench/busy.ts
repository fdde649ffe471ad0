/** How busy the processors are: what disturbs a measurement that is about to begin. */
import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

/** Many of the ticks in which systems count, in ms. */
const LOOK = 400;

/** The time of all processors since the system started, in ms, and how much of it they were idle. */
function times(): readonly [all: number, idle: number] {
  let [all, idle] = [0, 0];
  for (const { times } of cpus()) {
    for (const time of Object.values(times)) all += time;
    idle += times.idle;
  }
  return [all, idle];
}

/** The part of all processors' time that is used while this looks, 0 to 1; undefined where the system does not say. */
export async function busyPart(): Promise<number | undefined> {
  const [allBefore, idleBefore] = times();
  await pause(LOOK);
  const [all, idle] = times();
  return all > allBefore ? 1 - (idle - idleBefore) / (all - allBefore) : undefined;
}
