/** Assertions that the compiler checks: `npx tsc -p __test__/types`. Nothing here runs. */

/** True if the types are the same, not merely assignable. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Does not compile unless `Condition` is true. */
export function check<Condition extends true>(..._is: Condition[]): void {}
