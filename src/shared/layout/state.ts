/**
 * STATE of an operation. `CLAIMED` carries the claimer's slot above bit 8, `DONE` the status (bits 4 to 7) and the case.
 *
 * ```
 *                 peer                    peer
 *  FREE → WAITING ────▶ CLAIMED (a move) ────▶ DONE ──▶ FREE (taken by its owner)
 *            │ owner          └─ or at once ─────▲
 *            └────▶ CANCELLED ──▶ FREE
 * ```
 */
export const FREE = 0;
export const WAITING = 1;
export const CLAIMED = 2;
export const DONE = 3;
export const CANCELLED = 4;
export const MASK = 15;
