/** `done` of a context is the same handle for all who ask; one of them that disposed it took it from the others. */
import { select } from 'hchan';
import { background, withCancel } from 'hchan/context';
import { expect, test } from 'vitest';

test('who disposes done of a context does not take it from others', async () => {
  const { ctx, cancel } = withCancel(background());
  for (const each of [ctx, background()]) each.done[Symbol.dispose]();
  const waiting = select({ done: ctx.done, root: background().done });
  cancel('over');
  expect(await waiting).toEqual({ key: 'done', ok: false, value: undefined });
});
