/** Installations that lack what they should have: the package goes on with `shared`, and says why. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { platform } from '../../build/native/loader.js';
import { Project } from './project.js';

const host = platform();
let user: Project;

beforeEach(() => {
  user = new Project();
  for (const program of ['esm.mjs', 'pool.mjs', 'worker.mjs', 'named.mjs']) user.use(program);
});
afterEach(() => user.remove());

async function outputOf(...args: string[]): Promise<string> {
  const { code, signal, stdout, stderr } = await user.node(args);
  expect({ code, signal, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, signal: null, stderr: '' });
  return stdout;
}

/** `shared` carries everything, also across threads; `info` and whoever insists on a native engine are told `reason`. */
async function expectFallback(reason: RegExp): Promise<void> {
  expect(JSON.parse(await outputOf('esm.mjs'))).toEqual({ engine: 'shared', received: [1, 4, 9], aborted: true });
  expect(JSON.parse(await outputOf('pool.mjs'))).toEqual({ engine: 'shared', received: [1, 4, 9] });
  const info = await outputOf('node_modules/hchan/dist/cli/main.js', 'info');
  expect(info).toMatch(/^engine +shared/m);
  expect(info.match(/^addon +not loaded: (.*)$/m)?.[1]).toMatch(reason);
  const named = JSON.parse(await outputOf('named.mjs')) as { isChannelError: boolean; message: string };
  expect(named).toMatchObject({ isChannelError: true, message: expect.stringMatching(reason) });
  expect(named.message).toContain("engine 'crossbeam'");
}

test('without the package of the platform', async () => {
  await user.install(inject('registry'), `hchan@${inject('version')}`, '--omit=optional');
  expect(user.installed()).toEqual(['hchan']);
  await expectFallback(new RegExp(`no binary for ${host} is installed`));
});

describe('with a corrupt binary', () => {
  test.each([
    ['that is no binary', () => Buffer.from('404: not found\n')],
    ['that is empty', () => Buffer.alloc(0)],
    ['that ends halfway', (whole: Buffer) => whole.subarray(0, whole.length >> 1)],
  ])('%s', async (_name, corrupt: (whole: Buffer) => Buffer) => {
    await user.install(inject('registry'), `hchan@${inject('version')}`);
    const file = `node_modules/@hchan/${host}/hchan.${host}.node`;
    user.write(file, corrupt(readFileSync(user.path(file))));
    await expectFallback(new RegExp(`hchan\\.${host}\\.node`));
  });
});

test('with a binary of another version', async () => {
  const version = inject('version');
  await user.install(inject('registry'), `hchan@${version}`);
  const file = 'node_modules/hchan/dist/node/hchan.js';
  const code = readFileSync(user.path(file), 'utf8');
  expect(code).toContain(`VERSION = "${version}"`);
  user.write(file, code.replaceAll(`"${version}"`, '"9.8.7"'));
  await expectFallback(new RegExp(`is version ${version}, but this package is version 9\\.8\\.7`));
});
