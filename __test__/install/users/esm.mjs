// An ESM user: what it received over a channel made with the default engine, and which engine that was.
import { chan, codec } from 'hchan';
import { background, withCancel } from 'hchan/context';

const numbers = chan(4, { codec: codec.f64 });
await numbers.sendMany([1, 4, 9]);
numbers.close();
const received = [];
for await (const n of numbers) received.push(n);
const { ctx, cancel } = withCancel(background());
cancel();
console.log(JSON.stringify({ engine: numbers.engine, received, aborted: ctx.signal.aborted }));
