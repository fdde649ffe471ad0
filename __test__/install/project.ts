/** A user's project: an empty folder of its own, outside of this repository, with the packages from the registry. */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const LIMIT = 100_000;

/** How a program ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, without this test run's own settings in its environment. */
export function run(command: string, args: readonly string[], cwd?: string, env: Record<string, string> = {}): Promise<Ended> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(NODE_|npm_|VITEST|HCHAN_|INIT_CWD)/.test(name));
  const child = spawn(command, args, {
    cwd,
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32' && command !== process.execPath,
    timeout: LIMIT,
    killSignal: 'SIGKILL',
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...output }));
  });
}

export class Project {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'hchan-user-')));

  constructor() {
    this.write('package.json', JSON.stringify({ name: 'user', private: true, version: '1.0.0' }));
  }

  path(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  write(name: string, text: string | Uint8Array): void {
    writeFileSync(this.path(name), text);
  }

  /** Copies one of the programs under users/. */
  use(name: string, as = name): void {
    cpSync(join(import.meta.dirname, 'users', basename(name)), this.path(as));
  }

  /** `npm install` from the registry and nowhere else; install scripts would run if there were any. */
  async install(registry: string, ...args: readonly string[]): Promise<void> {
    const all = ['install', ...args, `--registry=${registry}`, '--no-fund', '--no-audit', '--loglevel=error'];
    const { code, stderr, stdout } = await run('npm', [...all, `--cache=${this.path('.npm')}`], this.folder);
    if (code !== 0) throw new Error(`npm ${all.join(' ')} failed:\n${stdout}${stderr}`);
  }

  /** The packages that were installed: `hchan`, `@hchan/…`. */
  installed(): string[] {
    return readdirSync(this.path('node_modules'), { withFileTypes: true })
      .filter((entry) => !entry.name.startsWith('.'))
      .flatMap(({ name }) =>
        name.startsWith('@') ? readdirSync(this.path('node_modules', name)).map((inner) => `${name}/${inner}`) : [name],
      )
      .sort();
  }

  node(args: readonly string[], env?: Record<string, string>): Promise<Ended> {
    return run(process.execPath, args, this.folder, env);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
