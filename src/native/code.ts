/**
 * Why a call into the addon has no result. Nothing happened, except after `NEED_GROW`, whose result waits for `fetchHeld` or
 * the next drain. Twin of `Code` in `crates/node/src/wire.rs`.
 */
/** Full, empty, or no case is ready. */
export const BLOCKED = -1;
/** Closed (send), closed and drained (receive). */
export const CLOSED = -2;
/** Nobody can receive any more. */
export const DISCONNECTED = -3;
/** The result does not fit between base and end of the scratch; word 1 says how many bytes it needs. */
export const NEED_GROW = -4;
/** The system has no memory for the message. */
export const NO_MEMORY = -5;
/** The handle or operation is stale or was never given out. */
export const BAD_HANDLE = -6;
/** An argument is not what the call documents. */
export const BAD_ARGUMENT = -7;
/** The token names no living channel, or not with this key and direction. */
export const GONE = -8;
/** A table of this thread is full. */
export const LIMIT = -9;
/** The thread is ending, or `init` was not called. */
export const DEAD = -10;
/** A defect in the addon; nothing is known about the call. */
export const INTERNAL = -11;
