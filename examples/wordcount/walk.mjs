/** The files of a tree, one path at a time, so that a slow reader slows the walk and no list of all files is held. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Yields the path of every regular file under `folder`, in an order that is the same every time. Links are not
 * followed, hidden entries (`.cache`, `.git`) passed over; a folder that cannot be read too, but `onUnreadable` is told.
 */
export function* walk(folder, onUnreadable) {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    onUnreadable(folder);
    return;
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path, onUnreadable);
    else if (entry.isFile()) yield path;
  }
}
