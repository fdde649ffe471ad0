/** STATE of a thread. */
export const FREE = 0;
export const LIVE = 1;
export const DEAD = 2;
