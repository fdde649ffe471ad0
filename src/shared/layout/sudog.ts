/** A case of an operation, from the first word of its record. */
export const OP = 8;
export const CASE = 9;
export const CHAN = 10;
export const SENDS = 11;
export const PREV = 12;
export const NEXT = 13;
export const QUEUED = 14;
export const TICKET = 15;
/** Number of the hand-over, for putting back in order. */
export const COMMIT = 16;
/** ID of the channel: a slot may be another channel's by now. */
export const CHAN_ID = 17;
export const FRAME = 18;
