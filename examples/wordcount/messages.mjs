/** What travels over the channels. Codecs made of built-in ones travel inside the tokens, so the workers need not know them. */
import { codec } from 'hchan';

/** Main thread to workers: the path of a file. */
export const path = codec.string;

/** Workers to main thread: a word, and how often one file has it. */
export const record = codec.struct({ word: codec.string, count: codec.u32 });

/** Workers to main thread, once each: what it has done in all. */
export const totals = codec.struct({
  files: codec.u32,
  bytes: codec.f64,
  records: codec.u32,
  binary: codec.u32,
  unreadable: codec.u32,
});
