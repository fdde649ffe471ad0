// A user that is bundled into one file; without top-level await, which a CommonJS bundle cannot have.
import { chan, codec } from 'hchan';

async function main() {
  const numbers = chan(4, { codec: codec.f64 });
  await numbers.sendMany([1, 4, 9]);
  numbers.close();
  const received = [];
  for await (const n of numbers) received.push(n);
  console.log(JSON.stringify({ engine: numbers.engine, received }));
}

main();
