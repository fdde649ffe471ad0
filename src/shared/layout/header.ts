/** The first words of an arena. */
export const MAGIC = 0;
/** Words that can be used; grows. */
export const SIZE = 1;
export const ALLOC_LOCK = 2;
/** First word that was never allocated. */
export const TOP = 3;
/** FREE + k: first free block of 2^k words. */
export const FREE = 4;
export const ID = 36;
export const LAST_CHANNEL_ID = 38;
/** When somebody last looked who has died, in ms, modulo 2^30. */
export const LAST_LOOK = 39;
export const SLOTS_LOCK = 40;
/** First free channel slot. */
export const SLOTS_FREE = 41;
/** Chunks of channel slots in CHUNKS. */
export const CHUNK_COUNT = 42;
export const CHUNKS = 64;
