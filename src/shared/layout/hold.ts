/** One thread's handles of one channel. */
export const NEXT = 0;
export const CHAN = 1;
export const SENDERS = 2;
export const RECEIVERS = 3;
