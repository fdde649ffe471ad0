/**
 * Once before all suites: packs every package, starts a registry on loopback that knows no other registry, and publishes
 * to it. `inject('registry')` is its address.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { pack } from '../../scripts/pack.mjs';
import { installTools, requireTool, root } from './tools.js';

declare module 'vitest' {
  export interface ProvidedContext {
    registry: string;
    version: string;
    /** Where the tarballs of this version and their staged folders are. */
    packed: string;
  }
}

async function startRegistry(storage: string): Promise<Server> {
  const { runServer } = requireTool('verdaccio') as { runServer(config: object): Promise<Server> };
  const everyone = { access: '$all', publish: '$all', unpublish: '$all' };
  const server = await runServer({
    storage,
    self_path: storage,
    uplinks: {},
    web: { enable: false },
    max_body_size: '50mb',
    log: { type: 'stdout', format: 'pretty', level: 'fatal' },
    packages: { '@*/*': everyone, '**': everyone },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** The registry runs in this process, so nothing here may block while npm talks to it. */
async function publish(tarball: string, registry: string): Promise<void> {
  const { run } = await import('./project.js');
  const token = `--${registry.slice('http:'.length)}:_authToken=anyone`;
  const { code, stderr } = await run('npm', [
    'publish',
    tarball,
    `--registry=${registry}`,
    token,
    '--tag=latest',
    '--loglevel=error',
  ]);
  if (code !== 0) throw new Error(`publishing ${tarball} failed:\n${stderr}`);
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  installTools();
  const home = mkdtempSync(join(tmpdir(), 'hchan-registry-'));
  const server = await startRegistry(join(home, 'storage'));
  const registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const packed = join(home, 'packed');
  for (const tarball of pack(packed)) await publish(tarball, registry);
  project.provide('registry', registry);
  project.provide('version', version);
  project.provide('packed', packed);
  return async () => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(home, { recursive: true, force: true });
  };
}
