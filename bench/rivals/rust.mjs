/** Builds crates/bench. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where cargo puts the program. */
export const rustBinary = `${root}target/release/hchan-bench`;

/** Returns the compiler's version. Null: there is no cargo here. */
export async function buildRust() {
  try {
    await execute('cargo', ['build', '--release', '--quiet', '--locked', '-p', 'hchan-bench'], { cwd: root });
    return (await execute('rustc', ['--version'])).stdout.trim();
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw new Error(`the Rust rivals do not build: ${error.stderr?.trim().split('\n').at(0) ?? error.message}`);
  }
}
