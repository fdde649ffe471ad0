/** Which way a handle points; `BOTH` is `SEND | RECV`. */
export const SEND = 1;
export const RECV = 2;
export const BOTH = 3;

export type Direction = typeof SEND | typeof RECV | typeof BOTH;
