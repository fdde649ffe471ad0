/** One file in, its words out. The same work whatever carries the results. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const HEAD = 8192;
const LONGEST_WORD = 40;
const WORD = /[a-z]{2,}/g;

/** What a worker has done so far. */
export const newTotals = () => ({ files: 0, bytes: 0, records: 0, binary: 0, unreadable: 0 });

/** The file's text, or null if a NUL byte in its first 8 KiB says that it is not text (the rest is then not read). */
function readText(path) {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.allocUnsafe(fstatSync(file).size);
    let length = readSync(file, bytes, 0, Math.min(HEAD, bytes.length), 0);
    if (bytes.subarray(0, length).includes(0)) return null;
    while (length < bytes.length) {
      const more = readSync(file, bytes, length, bytes.length - length, length);
      if (more === 0) break;
      length += more;
    }
    return bytes.latin1Slice(0, length);
  } finally {
    closeSync(file);
  }
}

/** The file's words as `{ word, count }` records, one for each different word; adds what it did to `totals`. */
export function countFile(path, totals) {
  let text;
  try {
    text = readText(path);
  } catch {
    totals.unreadable++;
    return [];
  }
  if (text === null) {
    totals.binary++;
    return [];
  }
  const counts = new Map();
  for (const word of text.toLowerCase().match(WORD) ?? []) {
    if (word.length <= LONGEST_WORD) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  totals.files++;
  totals.bytes += text.length;
  totals.records += counts.size;
  return Array.from(counts, ([word, count]) => ({ word, count }));
}
