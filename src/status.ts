/**
 * How an attempt ended.
 *
 * | status | send | receive |
 * |---|---|---|
 * | `BLOCKED` | full, or no receiver is waiting | nothing there now |
 * | `DONE` | the message is in the channel or handed over | a value was taken |
 * | `CLOSED` | the channel is closed; nothing happened | closed and drained |
 * | `DISCONNECTED` | nobody can receive any more; nothing happened | does not occur |
 */
export const BLOCKED = 0;
export const DONE = 1;
export const CLOSED = 2;
export const DISCONNECTED = 3;

export type Status = typeof BLOCKED | typeof DONE | typeof CLOSED | typeof DISCONNECTED;
