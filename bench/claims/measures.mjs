/** Everything that is measured for the claims: each by a key, in ns, and who measures it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { enter } from 'hchan/bench';
import { goBinary } from '../go/build.mjs';
import { packages } from '../packages/index.mjs';
import { enterProgram } from '../rivals/program.mjs';
import { rustBinary } from '../rivals/rust.mjs';

export const BUFFERS = [1, 16, 64, 256, 1024, 4096];
const LIMIT_MS = 60_000;

const program =
  (binary) =>
  (contestant, pattern, capacity, payload = 'number') => ({
    binary,
    start: () => enterProgram(contestant, binary, contestant, { pattern, capacity, payload }, LIMIT_MS),
  });
const go = program(goBinary);
const rust = program(rustBinary);

/** One of the harness's contestants between Node's threads. */
const node = (carrier, pattern, capacity, mode, payload = 'number') => ({
  start: () => enter(String(carrier), carrier, { pattern, capacity, payload, mode }, LIMIT_MS),
});
const guest = (file) => ({ module: new URL(file, import.meta.url).href, inThread: false });

/** One thread of Node. */
const alone = (what, engine = '') => ({
  start() {
    const child = fork(fileURLToPath(new URL('alone.mjs', import.meta.url)), [what, engine], { execArgv: [] });
    const gone = new Promise((_, reject) => child.on('exit', (code) => reject(new Error(`${what} ended with ${code}`))));
    gone.catch(() => {});
    return {
      async sample(messages) {
        const answered = once(child, 'message');
        child.send(messages);
        return (await Promise.race([answered, gone]))[0];
      },
      stop: () => child.kill(),
    };
  },
});

/** Of a round trip, one way. */
const oneWay = (measure) => ({ ...measure, part: 0.5 });

const pipelines = (language, of) =>
  Object.fromEntries(BUFFERS.map((capacity) => [`${language} pipeline ${capacity}`, of(capacity)]));

const ringbuf = packages.find(({ name }) => name === 'ringbuf.js');
const ring = (mode) =>
  ringbuf && { start: () => ringbuf.enter({ pattern: 'spsc', capacity: 1024, payload: 'number', mode }, LIMIT_MS) };

export const MEASURES = {
  'go send': go('alone', 'send', 1024),
  'go mutex': go('alone', 'mutex', 1),
  'go park': go('alone', 'park', 1),
  'go park threads': go('alone', 'park-threads', 1),
  'go ring': go('ring', 'spsc', 1024),
  'go chan': go('chan', 'spsc', 1024),
  'go select 2': go('alone', 'select-static', 2),
  'go select 20': go('alone', 'select-static', 20),
  'go reflect 2': go('select', 'ready', 2),
  'go reflect 20': go('select', 'ready', 20),
  'go value': go('chan', 'spsc', 1024, 'value1k'),
  'go boxed': go('chan', 'spsc', 1024, 'boxed1k'),
  'go borrowed': go('chan', 'spsc', 1024, 'borrowed1k'),
  ...pipelines('go', (capacity) => go('chan', 'pipeline', capacity)),

  'rust send': rust('alone', 'send', 1024),
  'rust send std': rust('alone', 'send-std', 1024),
  'rust mutex': rust('alone', 'mutex', 1),
  'rust park': rust('alone', 'park', 1),
  'rust ring': rust('rtrb', 'spsc', 1024),
  'rust crossbeam': rust('crossbeam', 'spsc', 1024),
  'rust std': rust('std', 'spsc', 1024),
  'rust crossbeam mpsc': rust('crossbeam', 'mpsc', 1024),
  'rust std mpsc': rust('std', 'mpsc', 1024),
  'rust crossbeam unbounded': rust('crossbeam', 'spsc', Number.POSITIVE_INFINITY),
  'rust std unbounded': rust('std', 'spsc', Number.POSITIVE_INFINITY),
  'rust select 2': rust('select', 'ready', 2),
  'rust select 20': rust('select', 'ready', 20),
  'rust value': rust('crossbeam', 'spsc', 1024, 'value1k'),
  'rust boxed': rust('crossbeam', 'spsc', 1024, 'boxed1k'),
  'rust borrowed': rust('crossbeam', 'spsc', 1024, 'borrowed1k'),
  ...pipelines('rust', (capacity) => rust('crossbeam', 'pipeline', capacity)),

  'node send local': alone('send', 'local'),
  'node send mutex': alone('send', 'mutex'),
  'node send crossbeam': alone('send', 'crossbeam'),
  'node send shared': alone('send', 'shared'),
  'node mutex': alone('mutex'),
  'node park atomics': oneWay(node(guest('turns.mjs'), 'ping-pong', 1, 'blocking')),
  'node park blocking': oneWay(node('mutex', 'ping-pong', 0, 'blocking')),
  'node park awaiting': oneWay(node('mutex', 'ping-pong', 0, 'awaiting')),
  'node ring': ring('blocking'),
  'node ring batched': ring('batched'),
  'node chan': node('crossbeam', 'spsc', 1024, 'blocking'),
  'node chan batched': node('crossbeam', 'spsc', 1024, 'batched'),
  'node trySelect 2': alone('trySelect2', 'mutex'),
  'node trySelect 20': alone('trySelect20', 'mutex'),
  'node select 2': alone('select2', 'mutex'),
  'node select 20': alone('select20', 'mutex'),
  'node value': node('crossbeam', 'spsc', 1024, 'blocking', 'bytes1k'),
  'node borrowed': node(guest('slab.mjs'), 'spsc', 1024, 'blocking', 'bytes1k'),
  ...pipelines('node', (capacity) => node('crossbeam', 'pipeline', capacity, 'blocking')),
};
