/** Bits of ERROR's parts. */
export const MESSAGE = 1;
export const STACK = 2;
export const CAUSE = 4;
