/**
 * What a build step depends on: the contents of files, by name. Times are never looked at, since a checkout,
 * a copy or an editor that saves without a change would lie about them.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the package. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Every file at or under `place` (relative to the package, `/` between names), in a fixed order. */
export function filesUnder(place, { depth = Number.POSITIVE_INFINITY } = {}) {
  const at = join(root, place);
  if (!existsSync(at)) return [];
  if (statSync(at).isFile()) return [place];
  return readdirSync(at, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = place === '.' ? entry.name : `${place}/${entry.name}`;
      if (entry.isDirectory()) return depth > 0 ? filesUnder(path, { depth: depth - 1 }) : [];
      return entry.isFile() ? [path] : [];
    });
}

/** One hash over the names and contents of all files at or under `places`, and the platform they are built for. */
export function contentHash(places) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch} ${process.versions.modules}\0`);
  for (const file of places.flatMap((place) => filesUnder(place))) {
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

/** Whether node_modules holds what package-lock.json asks for, judged by npm's own record of what it installed. */
export function packagesInstalled() {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (path === '') return true;
    const found = installed[path];
    return found === undefined ? optional === true : found.version === version && found.integrity === integrity;
  });
}
