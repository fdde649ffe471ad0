/** A channel, from the first of its words. */
export const LOCK = 0;
export const FLAGS = 1;
export const CAP = 2;
/** Messages at rest: in segments and in FRONT. */
export const COUNT = 3;
/** Segment that is read. */
export const HEAD = 4;
/** The next frame. */
export const READ = 5;
/** Segment that is written; 0: none yet. */
export const TAIL = 6;
/** Where the next frame goes. */
export const WRITE = 7;
export const RECV_FIRST = 8;
export const SEND_FIRST = 9;
export const RECV_LAST = 10;
export const SEND_LAST = 11;
/** Messages that were put back, before all others: blocks `next, frame`. */
export const FRONT = 12;
/** Last ticket given to a waiter. */
export const TICKET = 13;
/** An empty segment to use next, or 0. */
export const SPARE = 14;
/** Number of commits of receives, to put back in order. */
export const COMMITS = 15;
export const ID = 16;
export const SECRET = 17;
export const SENDERS = 21;
export const RECEIVERS = 22;
/** Tokens that nobody has attached yet. */
export const GRANTS = 23;
export const LAST_GRANT = 24;
/** Class of the next segment. */
export const SEGMENT_CLASS = 25;
/** Repair: the sudog of the waiting sender whose message is being moved into the buffer, and WRITE once it is. */
export const MOVE_FROM = 26;
export const MOVE_TO = 27;
export const NEXT_FREE = 28;
/** 1: made without a capacity. */
export const UNBOUNDED = 29;
/** 1: closed by the loss of its last sender, not by a call of `close`. */
export const CLOSED_ITSELF = 30;
