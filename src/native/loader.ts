/**
 * Finds the addon's binary and loads it, or says everything that was tried.
 *
 * In this order: the file that HCHAN_NATIVE names (`off` means none, on purpose), the file that a build in this checkout
 * left in the package's root, the package for this platform. The first that is there and loads is taken; one of
 * another version than this package is refused, since the two sides agree on bytes.
 */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { VERSION } from '../version.js';
import type { Binding } from './binding.js';

/** This file. A bundle in CommonJS has no `import.meta.url`, but a name (and so has `node --eval`, whose name is no file's). */
const here = (import.meta.url as string | undefined) ?? pathToFileURL(__filename).href;
const require = createRequire(here);
/** From `dist/native`. */
const ROOT = '../../';

/** A loaded addon, or why there is none: the message names all that was tried, `errors` has the loader's own errors. */
export type Loaded = { readonly binding: Binding; readonly file: string } | Error;

/** What binaries for this host are called: `linux-x64-gnu`. */
export function platform(): string {
  const { platform, arch } = process;
  if (platform === 'linux') return `linux-${arch}-${isMusl() ? 'musl' : 'gnu'}`;
  return platform === 'win32' ? `win32-${arch}-msvc` : `${platform}-${arch}`;
}

/** Which C library this very process runs on: it is one of the files mapped into it. */
function isMusl(): boolean {
  try {
    return /\/ld-musl-|\/libc\.musl-/.test(readFileSync('/proc/self/maps', 'latin1'));
  } catch {
    return false;
  }
}

/** Loads the addon. */
export function loadAddon(): Loaded {
  const asked = process.env['HCHAN_NATIVE'];
  if (asked === 'off') return new Error('it is switched off by HCHAN_NATIVE=off');
  if (asked !== undefined && asked !== '') return attempt([resolve(asked)]);
  const host = platform();
  return attempt([`${ROOT}hchan.${host}.node`, `@hchan/${host}`]);
}

function attempt(candidates: readonly string[]): Loaded {
  const errors: Error[] = [];
  for (const candidate of candidates) {
    const file = locate(candidate);
    if (file === undefined) continue;
    try {
      checkWhole(file);
      // Not `require`: a second copy of this package in the same thread gets functions and a state of its own.
      const module = { exports: {} as Binding & { version(): number } };
      process.dlopen(module, file);
      const binding = module.exports;
      checkVersion(binding.version(), file);
      return { binding, file };
    } catch (error) {
      errors.push(error as Error);
    }
  }
  const reasons = errors.map((error) => error.message).join('; ');
  const tried = `tried ${candidates.map((candidate) => candidate.replace(ROOT, '')).join(', ')}`;
  return new AggregateError(errors, `${reasons === '' ? `no binary for ${platform()} is installed` : reasons} (${tried})`);
}

/** The file that `candidate` names; undefined if there is none. */
function locate(candidate: string): string | undefined {
  try {
    return require.resolve(candidate);
  } catch {
    return undefined;
  }
}

/**
 * Linux maps a file that was cut short without a complaint, and ends the process once the missing part is touched. The
 * section headers are the last thing in an ELF file, and its header says where they end; the other systems check.
 */
function checkWhole(file: string): void {
  if (process.platform !== 'linux') return;
  const descriptor = openSync(file, 'r');
  try {
    const header = Buffer.alloc(64);
    // What is no ELF file, or no whole header, is left to the system's loader, which says so.
    if (readSync(descriptor, header) < 64 || header.readUInt32BE(0) !== 0x7f454c46) return;
    const end = Number(header.readBigUInt64LE(0x28)) + header.readUInt16LE(0x3a) * header.readUInt16LE(0x3c);
    const { size } = fstatSync(descriptor);
    if (size < end) throw new Error(`${file} is cut short: it has ${size} of ${end} bytes`);
  } finally {
    closeSync(descriptor);
  }
}

function checkVersion(version: number, file: string): void {
  const found = `${Math.floor(version / 1e6)}.${Math.floor(version / 1e3) % 1e3}.${version % 1e3}`;
  if (found === VERSION.replace(/[-+].*/, '')) return;
  throw new Error(`${file} is version ${found}, but this package is version ${VERSION}: reinstall it, or build the addon again`);
}
