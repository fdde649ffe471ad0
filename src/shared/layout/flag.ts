/** Bits of a channel's FLAGS. */
export const CLOSED = 1;
export const DISCONNECTED = 2;
export const BROKEN = 4;
