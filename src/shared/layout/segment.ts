/** A segment of a channel's buffer: a block whose first two words are these; frames follow. */
export const NEXT = 0;
export const READ_OUT = 1;
export const FRAMES = 2;
