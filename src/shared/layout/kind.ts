/** KIND of an operation. */
export const AWAITING = 0;
export const BLOCKING = 1;
export const WATCHING = 2;
