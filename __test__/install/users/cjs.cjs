// A CommonJS user: `require` of an ES module, as Node 20.19 and newer have it.
const { chan } = require('hchan');

const numbers = chan(1);
numbers.trySend(42);
console.log(JSON.stringify({ engine: numbers.engine, received: [numbers.tryRecv().value] }));
numbers.close();
