/**
 * The cases of a select that one engine carries, told to that engine under its own numbering.
 */
import type { Case, Engine, Parked, Waiter } from '../engine.js';
import type * as Status from '../status.js';

/** Some of a select's cases, and where in the select each stands. */
export class Group {
  readonly engine: Engine;
  readonly #cases: Case[] = [];
  readonly #places: number[] = [];

  constructor(engine: Engine) {
    this.engine = engine;
  }

  get cases(): readonly Case[] {
    return this.#cases;
  }

  add(one: Case, place: number): void {
    this.#cases.push(one);
    this.#places.push(place);
  }

  /** Of the cases that stand before place `end`. */
  trySelect(biased: boolean, waiter: Waiter, end = Infinity): boolean {
    const cases = this.#cases.filter((_, index) => (this.#places[index] as number) < end);
    return this.engine.trySelect(cases, biased, this.#renumbered(waiter));
  }

  park(biased: boolean, waiter: Waiter, claim?: () => boolean): Parked | null {
    return this.engine.park(this.#cases, biased, this.#renumbered(waiter), claim);
  }

  block(biased: boolean, timeout: number, waiter: Waiter): boolean {
    return this.engine.block(this.#cases, biased, timeout, this.#renumbered(waiter));
  }

  #renumbered(waiter: Waiter): Waiter {
    const places = this.#places;
    return {
      settle: (index, status: Status.Status, value) => waiter.settle(places[index] as number, status, value),
      fail: (index, error) => waiter.fail(places[index] as number, error),
    };
  }
}

/** Sorts cases by engine. */
export function groupsOf(cases: readonly Case[]): readonly Group[] {
  const groups: Group[] = [];
  for (let place = 0; place < cases.length; place++) {
    const one = cases[place] as Case;
    const engine = one.port.engine;
    let group = groups.find((other) => other.engine === engine);
    if (group === undefined) {
      group = new Group(engine);
      groups.push(group);
    }
    group.add(one, place);
  }
  return groups;
}
