/**
 * Hooks of the host run while the addon starts up. One that made a channel then had a second state made for the thread, whose handles
 * were taken for those of the first; or it waited for ever, for the file that was being loaded.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const PROGRAM = `
import { createHook } from 'node:async_hooks';
import { chan } from 'hchan';

const made = [];
let inside = false;
const init = () => {
  if (inside || made.length === 20) return;
  inside = true;
  made.push(chan(1));
  inside = false;
};
const hook = createHook({ init }).enable();
const outer = chan(1);
hook.disable();
outer.trySend('outer');
for (const [index, inner] of made.entries()) inner.trySend(index);
const inner = made.map((each) => each.tryRecv()?.value);
console.log(JSON.stringify({ outer: outer.tryRecv(), right: inner.length > 0 && inner.every((value, index) => value === index) }));
`;

test('a hook that makes channels while the addon starts up gets channels that work, and so does its caller', async () => {
  const options = { cwd: import.meta.dirname, timeout: 20_000 };
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', PROGRAM], options);
  expect(JSON.parse(stdout)).toEqual({ outer: { ok: true, value: 'outer' }, right: true });
});
