/** A token that counts as a handle until it is attached. */
export const NEXT = 0;
export const NUMBER = 1;
export const DIRECTION = 2;
