/** An operation, from the first word of its record. */
export const STATE = 0;
export const OWNER = 1;
export const KIND = 2;
export const KEY = 3;
export const INBOX_NEXT = 4;
