// A TypeScript user: what follows from a codec, directions, and a select as a union by key.
import {
  after,
  attach,
  type Channel,
  ClosedError,
  CodecError,
  chan,
  codec,
  type Receiver,
  type Sender,
  type Shared,
  select,
} from 'hchan';
import { background, type Context, withTimeout } from 'hchan/context';

const job = codec.struct({ id: codec.u32, url: codec.string });
const jobs: Channel<{ id: number; url: string }> = chan(8, { codec: job });
const out: Sender<{ id: number; url: string }> = jobs.sender();
const token: Shared<Receiver<{ id: number; url: string }>> = jobs.receiver().share();
const inside = attach<Receiver<{ id: number; url: string }>>(token);
const { ctx, cancel }: { ctx: Context; cancel: () => void } = withTimeout(background(), 1000);

await out.send({ id: 1, url: 'about:blank' });
const got = await select({ job: inside, late: after(1000), stop: ctx.done });
const id: number = got.key === 'job' && got.ok ? got.value.id : -1;
cancel();
jobs.close();
console.log(JSON.stringify({ id }));

// A library's: what the compiler infers for them, it must be able to name in a declaration.
export const optional = codec.optional(codec.u8);
export const union = codec.union('kind', { a: codec.struct({ x: codec.u8 }), b: codec.struct({ y: optional }) });
export const unions = chan(1, { codec: codec.struct({ of: union, pair: codec.tuple(codec.u8, codec.bytes) }) });
export const failures = { ClosedError, CodecError, none: chan(1).closed };
export const all = codec;
export const choice = (from: typeof unions) => select({ from, late: after(1) });

/** Compiled, never called. */
export function mistakes(): void {
  // @ts-expect-error a sender does not receive
  out.recv;
  // @ts-expect-error the codec says that id is a number
  out.trySend({ id: '1', url: '' });
}
