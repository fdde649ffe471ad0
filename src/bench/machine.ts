/** Where a run took place: without this its numbers mean nothing. */
import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { chan } from '../chan.js';
import { VERSION } from '../version.js';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly os: string;
  readonly node: string;
  readonly v8: string;
  readonly hchan: string;
  /** The commit of the checkout, `-dirty` if it has changes; undefined outside of one. */
  readonly commit: string | undefined;
  /** `loaded`, or why the addon was not. */
  readonly native: string;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * `loaded`, or the loader's own error. A channel is asked, not the loader: what this module shared with the channels but not
 * the whole of them would become a chunk of its own in every bundle.
 */
function nativeState(): string {
  try {
    chan(0, { engine: 'mutex' })[Symbol.dispose]();
    return 'loaded';
  } catch (error) {
    return ((error as Error).cause as Error).message;
  }
}

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}

function commit(): string | undefined {
  try {
    // Installed somewhere inside another project's checkout, its commit would not be ours.
    return git('rev-parse', '--show-prefix') === '' ? git('describe', '--always', '--dirty', '--abbrev=12') : undefined;
  } catch {
    return undefined;
  }
}

/** Describes this machine and its software. */
export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round((totalmem() / 2 ** 30) * 10) / 10,
    os: `${process.platform} ${process.arch} ${release()}`,
    node: process.version,
    v8: process.versions.v8,
    hchan: VERSION,
    commit: commit(),
    native: nativeState(),
  };
}
