/** A thread that takes part, from the first of its words. */
export const STATE = 0;
/** How often the slot has been given back. */
export const GENERATION = 1;
/** Node's number of the thread; 0 for a main thread; NOBODY while the slot is free. */
export const THREAD_ID = 2;
export const NOBODY = -1;
/** Linux: the kernel's number of the thread, else 0, as while the slot is free. */
export const TID = 3;
/** Rung when the inbox turns from empty to not empty. */
export const BELL = 4;
/** Last operation that was completed and not looked at; a stack by INBOX_NEXT. */
export const INBOX = 5;
/** Blocks of records, linked by their first word. */
export const RECORDS = 6;
/** Handles this thread has, per channel. */
export const HOLDS = 7;
/** 1: somebody died, look at every operation of yours. */
export const RESCAN = 8;
/** Grows with every lock taken: a thread that holds a lock and does not move on is stuck or dead. */
export const LOCKS = 9;
/** 1: wakes by BroadcastChannel, since the host has no Atomics.waitAsync. */
export const NUDGE = 10;
/** 1: holds a Web Lock named after its slot, which others can ask for. */
export const WEB_LOCK = 11;
/** Lock of who clears up after the thread. */
export const BURIAL = 12;
