/** Contexts: what goes in, what comes out. */
import { type attach, type Receiver, type Shared, select } from 'hchan';
import {
  attachContext,
  background,
  type Cancellable,
  type Context,
  withCancel,
  withDeadline,
  withTimeout,
  withValue,
} from 'hchan/context';
import { check, type Same } from './assert.js';

declare const jobs: Receiver<string>;

export async function shapes(): Promise<void> {
  const { ctx, cancel } = withTimeout(background(), 5_000);
  check<Same<typeof ctx, Context>>();
  check<Same<typeof ctx.done, Receiver<never>>>();
  check<Same<typeof ctx.signal, AbortSignal>>();
  check<Same<typeof ctx.deadline, number | undefined>>();
  check<Same<ReturnType<typeof ctx.err>, unknown>>();
  cancel(new Error('enough'));
  check<Same<ReturnType<typeof withCancel>, Cancellable>>();
  check<Same<ReturnType<typeof withValue>, Context>>();
  withDeadline(withValue(ctx, 'user', 7), new Date());

  const got = await select({ job: jobs, stop: ctx.done });
  if (got.key === 'stop' && got.ok) check<Same<typeof got.value, never>>();

  const token = ctx.share();
  check<Same<typeof token, Shared<Context>>>();
  check<Same<ReturnType<typeof attachContext>, Context>>();
  check<Same<ReturnType<typeof attach<Context>>, Context>>();

  // @ts-expect-error a parent comes first
  withTimeout(5_000);
  // @ts-expect-error what withCancel returns has the context in it
  withCancel(withCancel(ctx));
  // @ts-expect-error a context is not written to
  ctx.deadline = 5;
  // @ts-expect-error a channel's token is not a context's
  attachContext(jobs.share());
}
