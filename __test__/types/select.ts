/** The type of a select follows from its cases, and wrong uses do not compile. */
import {
  after,
  type Channel,
  chan,
  codec,
  done,
  never,
  type Receiver,
  type Selected,
  type Sender,
  select,
  selectSync,
  send,
  ticker,
  trySelect,
} from 'hchan';
import { check, type Same } from './assert.js';

declare const jobs: Receiver<{ id: number; url: string }>;
declare const names: Channel<string>;
declare const results: Sender<number>;
declare const maybe: boolean;
declare const signal: AbortSignal;

export async function narrowing(): Promise<void> {
  const got = await select({ job: jobs, out: send(results, 1), late: after(1000), stop: done(signal) });
  check<Same<(typeof got)['key'], 'job' | 'out' | 'late' | 'stop'>>();

  switch (got.key) {
    case 'job':
      if (got.ok) check<Same<typeof got.value, { id: number; url: string }>>();
      else check<Same<typeof got.value, undefined>>();
      break;
    case 'late':
      if (got.ok) check<Same<typeof got.value, number>>();
      break;
    case 'stop':
      if (got.ok) check<Same<typeof got.value, never>>();
      break;
    case 'out':
      check<Same<typeof got, { readonly key: 'out' }>>();
      // @ts-expect-error a send has no value
      got.value;
      break;
    default:
      check<Same<typeof got, never>>();
  }

  // @ts-expect-error `ok` is not there before the key is known: a send does not have it
  got.ok;
  // @ts-expect-error no case has this key
  if (got.key === 'jobs') return;
  // @ts-expect-error a result is read-only
  got.key = 'out';
}

export async function onlyReceives(): Promise<void> {
  const got = await select({ job: jobs, name: names });
  if (got.ok) check<Same<typeof got.value, { id: number; url: string } | string>>();
  if (got.ok && got.key === 'name') check<Same<typeof got.value, string>>();
}

export async function codecsGiveTheTypes(): Promise<void> {
  const made = chan(8, { codec: codec.struct({ id: codec.u32, tags: codec.array(codec.string) }) });
  const got = await select({ made, back: send(made, { id: 1, tags: [] }) });
  if (got.key === 'made' && got.ok) {
    check<Same<typeof got.value.id, number>>();
    check<Same<typeof got.value.tags, string[]>>();
  }
  // @ts-expect-error `id` is missing
  send(made, { tags: [] });
  // @ts-expect-error `id` is a string
  send(made, { id: '1', tags: [] });
}

export async function casesThatAreNeverReady(): Promise<void> {
  const got = await select({
    job: maybe && jobs,
    name: maybe ? names : null,
    out: maybe ? send(results, 1) : undefined,
    none: null,
  });
  check<Same<(typeof got)['key'], 'job' | 'name' | 'out'>>();
  if (got.key === 'job' && got.ok) check<Same<typeof got.value, { id: number; url: string }>>();

  const nothing = await select({ a: null, b: undefined, c: false });
  check<Same<typeof nothing, never>>();
  check<Same<Awaited<ReturnType<typeof selectOnNever>>['key'], 'quiet'>>();
}

const selectOnNever = () => select({ quiet: never<string>() });

export function otherForms(): void {
  const tried = trySelect({ name: names }, { biased: true });
  check<Same<typeof tried, Selected<{ readonly name: Channel<string> }> | null>>();
  // @ts-expect-error null has to be dealt with first
  tried.key;
  const blocked = selectSync({ name: names, tick: ticker(10) }, { timeout: 5, allowMainThread: true, biased: false });
  if (blocked.key === 'tick' && blocked.ok) check<Same<typeof blocked.value, number>>();
  // @ts-expect-error an awaiting select has no timeout: use after(ms)
  void select({ name: names }, { timeout: 5 });
  // @ts-expect-error a blocking select has no signal: use done(signal) in a select that awaits
  selectSync({ name: names }, { signal });
}

export async function casesByComputedKeys(list: readonly Receiver<string>[]): Promise<void> {
  const cases: Record<string, Receiver<string>> = Object.fromEntries(list.entries());
  const got = await select(cases);
  check<Same<(typeof got)['key'], string>>();
  if (got.ok) check<Same<typeof got.value, string>>();
}

export async function casesByNumbers(): Promise<void> {
  const got = await select({ 0: names, 1: jobs });
  check<Same<(typeof got)['key'], '0' | '1'>>();
  if (got.key === '0' && got.ok) check<Same<typeof got.value, string>>();
}

export function wrongUse(): void {
  // @ts-expect-error a value of the wrong type
  send(results, 'one');
  // @ts-expect-error a receiver cannot send
  send(jobs, { id: 1, url: '' });
  // @ts-expect-error a sender cannot be received from
  void select({ results });
  // @ts-expect-error a channel's handle of one direction
  void select({ out: names.sender() });
  // @ts-expect-error a promise is no case
  void select({ promise: Promise.resolve(1) });
  // @ts-expect-error true is no case
  void select({ yes: true });
  // @ts-expect-error a signal is no case: done(signal) is
  void select({ signal });
  // @ts-expect-error cases have keys
  void select([jobs]);
  // @ts-expect-error no such option
  void select({ jobs }, { random: true });
  // @ts-expect-error something that looks like one
  void select({ out: { sender: results, value: 1 } });
  // @ts-expect-error a ticker is not sent to
  send(ticker(5), 1);
  // @ts-expect-error milliseconds
  after('1s');
}
